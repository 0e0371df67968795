package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// TestCallsOfTheBusAreMetered, which go without the SDK's client, as those of tables are.
func TestCallsOfTheBusAreMetered(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	defer srv.Close()
	target := &Target{Stack: "shop", AWS: aws.Config{Region: "eu-west-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", "")}}
	target.adapters()
	ctx, m := Metered(t.Context())
	if _, err := target.Bus.Rules(ctx); err != nil || m.Requests() != 1 {
		t.Errorf("%d requests, %v", m.Requests(), err)
	}
	if _, err := target.Bus.Rules(t.Context()); err != nil || m.Requests() != 1 {
		t.Errorf("%d requests, %v", m.Requests(), err)
	}
}
