package secret_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/secret"
)

// reads is a value whose source answers with text or err and counts its reads.
type reads struct {
	*secret.Value
	text string
	err  error
	n    int
	now  time.Time
}

func newReads() *reads {
	r := &reads{now: time.Unix(1_790_000_000, 0)}
	r.Value = &secret.Value{
		Name: "shop/stripe", Now: func() time.Time { return r.now },
		Rules: secret.Rules{MaxAge: 5 * time.Minute, Absence: time.Minute, Refresh: 10 * time.Second, Retry: time.Second},
		Fetch: func(context.Context, string) (string, error) { r.n++; return r.text, r.err },
	}
	return r
}

func TestValueIsReadAgainAfterItsAgeAndAnAbsenceSooner(t *testing.T) {
	r := newReads()
	step := func(after time.Duration, wantReads int, want error) {
		t.Helper()
		r.now = r.now.Add(after)
		text, err := r.Get(t.Context())
		if r.n != wantReads || !errors.Is(err, want) || err == nil && text != "rk_test_1" {
			t.Fatalf("%q, %v after %d reads, want %v after %d", text, err, r.n, want, wantReads)
		}
	}
	r.err = fmt.Errorf("secret has no value: %w", event.ErrNotConfigured)
	step(0, 1, event.ErrNotConfigured)
	r.text, r.err = "rk_test_1", nil
	step(59*time.Second, 1, event.ErrNotConfigured)
	step(time.Second, 2, nil)
	step(5*time.Minute-time.Second, 2, nil)
	step(time.Second, 3, nil)
}

func TestRefreshReadsAnOlderValueAndKeepsItWhileTheSourceFails(t *testing.T) {
	r := newReads()
	r.text = "old"
	for _, c := range []struct {
		after time.Duration
		text  string
		err   error
		want  string
		reads int
	}{
		{0, "old", nil, "old", 1},
		{9 * time.Second, "new", nil, "old", 1},
		{time.Second, "new", nil, "new", 2},
		{10 * time.Second, "", errors.New("outage"), "new", 3},
		{time.Second, "newer", nil, "new", 3},
		{9 * time.Second, "newer", nil, "newer", 4},
	} {
		r.now, r.text, r.err = r.now.Add(c.after), c.text, c.err
		if got, err := r.Refresh(t.Context()); got != c.want || err != nil || r.n != c.reads {
			t.Errorf("%q, %v after %d reads, want %q after %d", got, err, r.n, c.want, c.reads)
		}
	}
}

func TestUselessTextCountsAsAbsence(t *testing.T) {
	r, bad := newReads(), errors.New("not a key")
	r.text = "hunter2"
	r.Check = func(text string) error {
		if text == "hunter2" {
			return bad
		}
		return nil
	}
	if text, err := r.Get(t.Context()); text != "" || !errors.Is(err, bad) {
		t.Errorf("%q, %v, want Check's error", text, err)
	}
	r.text, r.now = "rk_test_1", r.now.Add(time.Minute)
	if text, err := r.Get(t.Context()); text != "rk_test_1" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
}

// TestFailureWhileWarmIsNotHeldAgainstTheSource: what needs the value reads it at once.
func TestFailureWhileWarmIsNotHeldAgainstTheSource(t *testing.T) {
	r := newReads()
	r.err = errors.New("throttled")
	r.Warm(t.Context())
	r.text, r.err = "rk_test_1", nil
	if text, err := r.Get(t.Context()); err != nil || text != "rk_test_1" || r.n != 2 {
		t.Fatalf("%q, %v after %d reads", text, err, r.n)
	}
	r.Warm(t.Context())
	if _, err := r.Get(t.Context()); err != nil || r.n != 2 {
		t.Errorf("%v after %d reads", err, r.n)
	}
}
