package once_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/once"
)

func TestOnlyACertainAnswerIsMoreThanUnknown(t *testing.T) {
	for _, c := range []struct {
		status int
		code   string
		want   once.Outcome
	}{
		{500, "InternalError", once.Unknown},
		{503, "Throttling", once.Unknown},
		{200, "", once.Unknown},
		{302, "", once.Unknown},
		{429, "", once.Throttled},
		{400, "Throttling", once.Throttled},
		{403, "ExpiredToken", once.NotSent},
		{400, "InvalidParameter", once.Rejected},
		{404, "", once.Rejected},
	} {
		if f := once.Answered("SNS", c.status, c.code); f.Outcome != c.want || !strings.HasPrefix(f.Said, fmt.Sprintf("SNS answered %d", c.status)) {
			t.Errorf("%d %s: got %+v, want outcome %d", c.status, c.code, f, c.want)
		}
	}
}

func TestAFailureNeverTellsTheAddressThatWasAsked(t *testing.T) {
	err := &url.Error{Op: "Post", URL: "https://hooks.example.com/secret", Err: errors.New("connection refused")}
	for _, f := range []once.Failure{once.Failed("Slack", err, false), once.Failed("Slack", err, true), once.Judge("Slack", err, false)} {
		if strings.Contains(f.Said, "secret") {
			t.Errorf("says %q", f.Said)
		}
	}
	if f := once.Failed("Slack", fmt.Errorf("post: %w", context.DeadlineExceeded), true); f.Outcome != once.Unknown || !strings.Contains(f.Said, "too long") {
		t.Errorf("a reply that did not come in time is %+v", f)
	}
}

func TestAProbeKnowsWhetherTheRequestHadAConnection(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	get := func() *once.Probe {
		p := &once.Probe{Next: once.HTTP()}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := p.Do(req); err == nil {
			_ = res.Body.Close()
		}
		return p
	}
	if !get().Connected() {
		t.Error("the server answered, but the probe says that nothing was connected")
	}
	s.Close()
	if get().Connected() {
		t.Error("nothing listens, but the probe says that it was connected")
	}
}
