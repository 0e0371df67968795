package aws_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/engine"
)

// A page of dynamo.db that is damaged shows when it is read, which may be long
// after the start.
func TestRow69DamagedTableIsSaidOnceInOneSentence(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(`{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"backend: database disk image is malformed"}`))
	}))
	defer broken.Close()
	var log bytes.Buffer
	r := &rig{dir: t.TempDir(), engine: &engine.Engine{URL: broken.URL}}
	r.boot(t, func(s *aws.Server) { s.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for range 3 {
		_, err := r.dynamo(t, operator).Scan(t.Context(), &dynamodb.ScanInput{TableName: awssdk.String("local-orders")})
		wantCode(t, err, "InternalServerError", "malformed")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if s := log.String(); strings.Count(s, "dynamo.db in the data folder "+r.dir) != 1 || !strings.Contains(s, "delete the folder") {
		t.Errorf("the log says:\n%s", s)
	}
}
