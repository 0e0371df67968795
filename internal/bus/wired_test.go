package bus_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/event"
)

// asked keeps what a client asks, in a form that can be compared, and answers the first
// calls with failures.
type asked struct {
	mu       sync.Mutex // the call after a lost reply comes while that handler still ends
	calls    []string
	failures []string // bodies of errors, or empty for a lost reply
}

func (a *asked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var members map[string]any
	_ = json.Unmarshal(body, &members)
	text, _ := json.Marshal(members) // in order
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls = append(a.calls, r.Header.Get("X-Amz-Target")+" "+r.Header.Get("Content-Type")+" "+string(text))
	if len(a.failures) > 0 {
		body := a.failures[0]
		if a.failures = a.failures[1:]; body == "" {
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, body)
		return
	}
	answer := `{"Entries":[{"EventId":"1"}]}`
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".ListRules") {
		answer = `{"Rules":[],"NextToken":"more"}`
		if strings.Contains(string(body), "NextToken") {
			answer = `{"Rules":[]}`
		}
	}
	_, _ = io.WriteString(w, answer)
}

func (a *asked) config(t *testing.T) aws.Config {
	t.Helper()
	srv := httptest.NewServer(a)
	t.Cleanup(srv.Close)
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", ""),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
}

func TestBusAsksAndRepeatsAsTheSDK(t *testing.T) {
	throttled, denied := `{"__type":"ThrottlingException"}`, `{"__type":"AccessDeniedException"}`
	e := envelope("evt_1")
	e.Created = time.UnixMilli(1795305600125)
	e.Status = "<&>"
	for name, failures := range map[string][]string{
		"at once": nil, "throttled, once": {throttled}, "a lost reply": {""}, "throttled for good": {throttled, throttled, throttled, throttled, throttled, throttled}, "denied": {denied, denied},
	} {
		ours, theirs := &asked{failures: slices.Clone(failures)}, &asked{failures: slices.Clone(failures)}
		b := bus.Open(ours.config(t), "shop", time.Now)
		_ = b.Publish(t.Context(), []event.Envelope{e})
		_, _ = b.Rules(t.Context())
		detail, _ := json.Marshal(e)
		c := eventbridge.NewFromConfig(theirs.config(t))
		_, _ = c.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
			EventBusName: aws.String("shop"), Source: aws.String(event.Source), DetailType: &e.Type, Detail: aws.String(string(detail)), Time: &e.Created,
		}}})
		if _, err := c.ListRules(t.Context(), &eventbridge.ListRulesInput{EventBusName: aws.String("shop")}); err == nil {
			_, _ = c.ListRules(t.Context(), &eventbridge.ListRulesInput{EventBusName: aws.String("shop"), NextToken: aws.String("more")})
		}
		if len(ours.calls) < 2 || !slices.Equal(ours.calls, theirs.calls) {
			t.Errorf("%s: asked\n%s\nthe SDK asks\n%s", name, strings.Join(ours.calls, "\n"), strings.Join(theirs.calls, "\n"))
		}
	}
}
