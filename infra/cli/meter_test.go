package cli

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// TestCallsOfAllServicesAreMetered, as those of tables are.
func TestCallsOfAllServicesAreMetered(t *testing.T) {
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
	if _, err := target.lambda().GetAccountSettings(ctx); err != nil || m.Requests() != 2 {
		t.Errorf("%d requests, %v", m.Requests(), err)
	}
	_, _ = target.Operator().DeadLetters.Depth(ctx, "x") // the queue's URL and its attributes
	if m.Requests() != 4 {
		t.Errorf("%d requests", m.Requests())
	}
}
