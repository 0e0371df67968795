package dynamo_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

func TestAWriteThatMeetsATransactionIsTriedAgain(t *testing.T) {
	calls := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if calls++; calls == 1 {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"Transaction is ongoing for the item"}`)
			return
		}
		_, _ = io.WriteString(w, `{}`)
	}))
	defer srv.Close()
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
	tables := dynamo.New(ddb.New(cfg, time.Now), "stack")
	res, err := tables.Put(t.Context(), event.Event{Facts: event.Facts{ID: "evt_1", Type: "ping", Created: time.Unix(1, 0), Received: time.Unix(1, 0)}, Body: []byte("{}")}, time.Unix(2, 0))
	if err != nil || res != event.ResultStored || calls != 2 {
		t.Errorf("%s, %v after %d calls", res, err, calls)
	}
}
