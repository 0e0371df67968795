package secret_test

import (
	"encoding/json"
	"errors"
	"fmt"
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

func TestWhatIsPutIntoASecretIsRead(t *testing.T) {
	values := map[string]string{"shop/crm": ""}
	manager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct{ SecretId, SecretString string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			t.Error(err)
		}
		if _, declared := values[in.SecretId]; !declared {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"ResourceNotFoundException"}`)
			return
		}
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutSecretValue") {
			values[in.SecretId] = in.SecretString
		}
		fmt.Fprintf(w, `{"SecretString":%q}`, values[in.SecretId])
	}))
	defer manager.Close()
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &manager.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	crm := secret.Named(cfg, "shop", "crm", func() time.Time { return now })
	if _, err := crm.Get(t.Context()); !errors.Is(err, event.ErrNotConfigured) {
		t.Errorf("before: %v", err)
	}
	if err := secret.Put(t.Context(), secret.Manager(cfg, time.Now), "shop", "crm", "key"); err != nil {
		t.Error(err)
	}
	now = now.Add(secret.RefreshEvery)
	if got, err := crm.Get(t.Context()); err != nil || got != "key" {
		t.Errorf("%q, %v", got, err)
	}
	if err := secret.Put(t.Context(), secret.Manager(cfg, time.Now), "shop", "none", "hidden"); !errors.Is(err, event.ErrNotFound) || strings.Contains(err.Error(), "hidden") {
		t.Errorf("a secret that is not declared: %v", err)
	}
}
