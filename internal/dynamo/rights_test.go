package dynamo

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// answering returns tables whose calls all get the answer, and what was asked.
func answering(t *testing.T, status int, answer string) (tables *Tables, asked *string) {
	t.Helper()
	asked = new(string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		*asked = r.Header.Get("X-Amz-Target") + " " + string(body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return New(ddb.New(aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""),
	}, time.Now), "shop"), asked
}

func TestRightsFollowTheAnswerOfDynamoDB(t *testing.T) {
	const failed = `{"__type":"TransactionCanceledException","CancellationReasons":[{"Code":"ConditionalCheckFailed"}]}`
	for name, c := range map[string]struct {
		status       int
		answer       string
		read, commit string
	}{
		"denied":           {400, `{"__type":"AccessDeniedException"}`, "no", "no"},
		"done":             {200, `{}`, "yes", "error"},
		"condition failed": {400, failed, "error", "yes"},
		"throttled inside": {400, strings.ReplaceAll(failed, "ConditionalCheckFailed", "ThrottlingError"), "error", "error"},
		"throttled":        {400, `{"__type":"ThrottlingException"}`, "error", "error"},
		"no table":         {400, `{"__type":"ResourceNotFoundException"}`, "error", "error"},
	} {
		t.Run(name, func(t *testing.T) {
			tables, asked := answering(t, c.status, c.answer)
			if got := said(tables.MayRead(t.Context(), "other")); got != c.read {
				t.Errorf("may read: %s, expected %s", got, c.read)
			}
			if !strings.Contains(*asked, "GetItem") || !strings.Contains(*asked, `"other#probe"`) {
				t.Errorf("asked %s", *asked)
			}
			if got := said(tables.MayCommit(t.Context(), "other")); got != c.commit {
				t.Errorf("may commit: %s, expected %s", got, c.commit)
			}
			if !strings.Contains(*asked, "TransactWriteItems") || !strings.Contains(*asked, `"other#probe"`) {
				t.Errorf("asked %s", *asked)
			}
		})
	}
}

func said(allowed bool, err error) string {
	switch {
	case err != nil:
		return "error"
	case allowed:
		return "yes"
	}
	return "no"
}
