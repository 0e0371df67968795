package secret_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/secret"
)

func TestSecretsManagerIsAskedForTheEndpointsSecret(t *testing.T) {
	answer := ""
	manager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ SecretId string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.SecretId != "shop/webhooks/default" {
			t.Errorf("asked for %q, %v", in.SecretId, err)
		}
		if strings.Contains(answer, "__type") {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, answer)
	}))
	defer manager.Close()
	client := secret.Manager(aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(manager.URL),
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}, time.Now)
	fetch := secret.FromManager(client, "shop")
	for _, c := range []struct {
		answer, want string
		err          error
	}{
		{`{"SecretString":"whsec_a"}`, "whsec_a", nil},
		{`{"SecretString":""}`, "", event.ErrNotConfigured},
		{`{"SecretBinary":"d2hzZWNfYQ=="}`, "", event.ErrNotConfigured},
		{`{"__type":"ResourceNotFoundException"}`, "", event.ErrNotConfigured},
		{`{"__type":"InvalidRequestException","message":"marked for deletion"}`, "", event.ErrNotConfigured},
	} {
		answer = c.answer
		if got, err := fetch(context.Background(), "default"); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("answer %q: %q, %v", c.answer, got, err)
		}
	}
}

func TestASecretsManagerThatRefusesIsNotAMissingSecret(t *testing.T) {
	manager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException"}`)
	}))
	defer manager.Close()
	client := secret.Manager(aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(manager.URL),
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}, time.Now)
	if _, err := secret.FromManager(client, "shop")(t.Context(), "default"); err == nil || errors.Is(err, event.ErrNotConfigured) {
		t.Errorf("error %v", err)
	}
}
