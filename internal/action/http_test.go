package action_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
)

// service counts the requests that it answers so.
func service(t *testing.T, answer http.HandlerFunc) (url string, requests *atomic.Int64) {
	t.Helper()
	requests = &atomic.Int64{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, requests
}

func TestAnswersOfAServiceAreVerdictsOnTheEffect(t *testing.T) {
	for _, c := range []struct {
		status int
		is     error // nil: the outcome is unknown
	}{
		{500, nil},
		{502, nil},
		{503, nil},
		{504, nil},
		{301, nil},
		{307, nil},
		{308, nil},
		{304, nil},
		{429, event.ErrThrottled},
		{400, event.ErrRejected},
		{401, event.ErrRejected},
		{403, event.ErrRejected},
		{404, event.ErrRejected},
		{409, event.ErrRejected},
		{422, event.ErrRejected},
	} {
		url, requests := service(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
		})
		err := action.NewHTTPClient("CRM").PostJSON(t.Context(), url, 1, nil)
		known := errors.Is(err, event.ErrThrottled) || errors.Is(err, event.ErrRejected) || errors.Is(err, event.ErrNotSent)
		if err == nil || c.is == nil && known || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), "CRM answered") {
			t.Errorf("%d: %v", c.status, err)
		}
		if n := requests.Load(); n != 1 {
			t.Errorf("%d: %d requests", c.status, n)
		}
	}
}

func TestAServiceThatIsBusySaysHowLongToWait(t *testing.T) {
	for header, want := range map[string]time.Duration{"30": 30 * time.Second, "100000": time.Hour, "": 0, "-1": 0, "Wed, 21 Oct 2026 07:28:00 GMT": 0} {
		url, _ := service(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", header)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		err := action.NewHTTPClient("CRM").PostJSON(t.Context(), url, 1, nil)
		var retry *event.RetryError
		if got := errors.As(err, &retry); !errors.Is(err, event.ErrThrottled) || got != (want > 0) || got && retry.After != want {
			t.Errorf("Retry-After %q: %v, %+v", header, err, retry)
		}
	}
}

func TestAServiceThatIsNotReachedDidNothing(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	s.Close()
	if err := action.NewHTTPClient("CRM").PostJSON(t.Context(), s.URL, 1, nil); !errors.Is(err, event.ErrNotSent) {
		t.Errorf("refused: %v", err)
	}
	err := action.NewHTTPClient("CRM").PostJSON(t.Context(), "http://no-such-host.invalid/secret", 1, nil)
	if !errors.Is(err, event.ErrNotSent) || strings.Contains(err.Error(), "secret") {
		t.Errorf("no such host: %v", err)
	}
}

func TestALostReplyLeavesTheOutcomeUnknown(t *testing.T) {
	url, requests := service(t, func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	err := action.NewHTTPClient("CRM").PostJSON(t.Context(), url, 1, nil)
	if err == nil || errors.Is(err, event.ErrNotSent) || errors.Is(err, event.ErrRejected) || requests.Load() != 1 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
	release := make(chan struct{})
	slow, requests := service(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	c := action.NewHTTPClient("CRM")
	c.Timeout = 50 * time.Millisecond
	if err := c.PostJSON(t.Context(), slow, 1, nil); err == nil || errors.Is(err, event.ErrNotSent) || !strings.Contains(err.Error(), "took too long") || requests.Load() != 1 {
		t.Errorf("%v after %d requests", err, requests.Load())
	}
}

func TestAReplyIsReadAndNeverAnError(t *testing.T) {
	var sent string
	url, _ := service(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent = r.Header.Get("Authorization") + " " + r.Header.Get("Content-Type") + " " + string(body)
		_, _ = io.WriteString(w, `{"id":"ticket-7"}`)
	})
	c := action.NewHTTPClient("CRM")
	c.Header = http.Header{"Authorization": {"Bearer key"}}
	var reply struct{ ID string }
	if err := c.PostJSON(t.Context(), url, map[string]int{"a": 1}, &reply); err != nil || reply.ID != "ticket-7" || sent != `Bearer key application/json {"a":1}` {
		t.Errorf("%v, %+v, sent %s", err, reply, sent)
	}
	odd, _ := service(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") })
	if err := c.PostJSON(t.Context(), odd, 1, &reply); err != nil {
		t.Errorf("an effect that happened is %v", err)
	}
}

func TestWhatCannotBeSentParks(t *testing.T) {
	var permanent *event.PermanentError
	c := action.NewHTTPClient("CRM")
	for _, err := range []error{c.PostJSON(t.Context(), "://secret", 1, nil), c.PostJSON(context.Background(), "http://localhost", func() {}, nil)} {
		if !errors.As(err, &permanent) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}

func TestNoRequestIsMadeWithoutItsToken(t *testing.T) {
	url, requests := service(t, func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer key" {
			t.Errorf("sent with %q", r.Header.Get("Authorization"))
		}
	})
	for _, c := range []struct {
		token string
		err   error
		want  event.State
	}{
		{"key\n", nil, event.Done},
		{" ", nil, event.Parked},
		{"", fmt.Errorf("secret crm has no value: %w", event.ErrNotConfigured), event.Parked},
		{"", errors.New("Secrets Manager does not answer"), event.Waiting},
	} {
		requests.Store(0)
		crm := action.NewHTTPClient("CRM")
		crm.Bearer = func(context.Context) (string, error) { return c.token, c.err }
		d := actiontest.New(t, func(ctx context.Context, e *paymentIntent) error {
			_, err := action.Outside(ctx, e, "post/1", func(ctx context.Context) (bool, error) { return true, crm.PostJSON(ctx, url, 1, nil) })
			return err
		}).Post(body("evt_1"))
		if sent := requests.Load() == 1; d.State != c.want || sent != (c.want == event.Done) {
			t.Errorf("token %q, %v: %s %s, sent %t", c.token, c.err, d.State, d.Error, sent)
		}
	}
}
