package outcome_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/outcome"
)

func TestOnlyACertainAnswerIsMoreThanUnknown(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   outcome.Outcome
	}{
		{500, "InternalError", outcome.Unknown},
		{503, "Throttling", outcome.Unknown},
		{200, "", outcome.Unknown},
		{302, "", outcome.Unknown},
		{429, "", outcome.Throttled},
		{400, "Throttling", outcome.Throttled},
		{403, "ExpiredToken", outcome.NotSent},
		{400, "InvalidParameter", outcome.Rejected},
		{404, "", outcome.Rejected},
		{403, "AccessDenied", outcome.Denied},
		{400, "AccessDeniedException", outcome.Denied},
		{403, "UnauthorizedOperation", outcome.Denied},
		{403, "AuthorizationError", outcome.Denied},
		{503, "AccessDenied", outcome.Unknown},
	} {
		if f := outcome.Answered("SNS", c.status, c.code); f.Outcome != c.want || !strings.HasPrefix(f.Text, fmt.Sprintf("SNS answered %d", c.status)) {
			t.Errorf("%d %s: got %+v, want outcome %d", c.status, c.code, f, c.want)
		}
	}
}

func TestDeniedIsAnErrorOfItsOwnWithAdvice(t *testing.T) {
	f := outcome.Answered("SES", 403, "AccessDeniedException")
	for want, advice := range map[string]map[string]string{
		"the function's role lacks the permission": nil,
		"allow ses:SendEmail":                      {"AccessDeniedException": ": allow ses:SendEmail"},
	} {
		err := f.Err("mail", advice)
		if !errors.Is(err, event.ErrDenied) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "retries on its schedule") {
			t.Errorf("got %v, want it denied with %q", err, want)
		}
	}
}

func TestAFailureNeverTellsTheAddressThatWasAsked(t *testing.T) {
	err := &url.Error{Op: "Post", URL: "https://hooks.example.com/secret", Err: errors.New("connection refused")}
	for _, f := range []outcome.Failure{outcome.Failed("Slack", err, false), outcome.Failed("Slack", err, true), outcome.Of("Slack", err, false)} {
		if strings.Contains(f.Text, "secret") {
			t.Errorf("says %q", f.Text)
		}
	}
	if f := outcome.Failed("Slack", fmt.Errorf("post: %w", context.DeadlineExceeded), true); f.Outcome != outcome.Unknown || !strings.Contains(f.Text, "too long") {
		t.Errorf("a reply that did not come in time is %+v", f)
	}
}

func TestWatchKnowsWhetherTheRequestHadAConnection(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	connected := func() bool {
		ctx, connected := outcome.Watch(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := outcome.HTTP().Do(req); err == nil {
			_ = res.Body.Close()
		}
		return connected()
	}
	if !connected() {
		t.Error("the server answered, but nothing is said to be connected")
	}
	s.Close()
	if connected() {
		t.Error("nothing listens, but it is said to be connected")
	}
}
