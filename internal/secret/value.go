package secret

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Rules are how long a secret is used and how often its source is read.
type Rules struct {
	MaxAge  time.Duration // how long a value is used after it was read
	Absence time.Duration // how long the absence of a value is believed
	Refresh time.Duration // how old a value Refresh may return
	// Retry is how long a source that failed is left alone; meanwhile a value
	// that is younger than MaxAge is used.
	Retry time.Duration
}

// Value is one secret, kept in memory as its rules allow. It is safe for
// concurrent use: one call at a time reads the source, the others wait for its
// answer or for their context.
type Value struct {
	Name  string
	Fetch Fetch
	Rules Rules
	Now   func() time.Time
	// Check, if set, refuses a text that is of no use. Its error then stands for
	// the value, and counts as absence.
	Check func(text string) error

	once sync.Once
	turn chan struct{} // held by the caller that may use what follows

	text   string
	absent error     // the source's certain answer that there is no value
	read   time.Time // when the read that brought text or absent began
	tried  time.Time // when the last read began
	failed error     // the last read brought no answer
}

// Get returns the secret, no older than MaxAge. The error is
// event.ErrNotConfigured if there is none, and Check's for a text of no use; any
// other one means that the source cannot be read.
func (v *Value) Get(ctx context.Context) (string, error) {
	return v.get(ctx, v.Rules.MaxAge, v.Rules.Retry)
}

// Warm reads the secret before it is needed. A failure is not held against the source: what
// needs it reads again.
func (v *Value) Warm(ctx context.Context) {
	if _, err := v.Get(ctx); err == nil {
		return
	}
	if release, err := v.take(ctx); err == nil {
		v.tried = time.Time{}
		release()
	}
}

// Refresh is for a value that was refused: it returns one that is at most as old
// as the rule says, so a flood of refusals costs one read in that time. While the
// source fails, that is the value as before.
func (v *Value) Refresh(ctx context.Context) (string, error) {
	return v.get(ctx, v.Rules.Refresh, v.Rules.Refresh)
}

// get returns a value that is younger than fresh. It reads the source for that,
// but not if it was read less than pause ago; then an older one does, up to
// MaxAge.
func (v *Value) get(ctx context.Context, fresh, pause time.Duration) (string, error) {
	release, err := v.take(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	now := v.Now()
	if !v.usable(now, fresh) && (v.tried.IsZero() || now.Sub(v.tried) >= pause || now.Before(v.tried)) {
		v.fetch(ctx, now)
	}
	switch {
	case v.usable(v.Now(), v.Rules.MaxAge):
		return v.text, v.absent
	case v.failed != nil:
		return "", v.failed
	case v.absent != nil:
		return "", v.absent
	}
	return "", fmt.Errorf("secret %s is older than %v", v.Name, v.Rules.MaxAge)
}

// take waits for the turn.
func (v *Value) take(ctx context.Context) (release func(), err error) {
	v.once.Do(func() { v.turn = make(chan struct{}, 1) })
	select {
	case v.turn <- struct{}{}:
		return func() { <-v.turn }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for secret %s: %w", v.Name, ctx.Err())
	}
}

// usable reports whether the last answer is younger than age. A clock that went
// back makes it unusable, not young.
func (v *Value) usable(now time.Time, age time.Duration) bool {
	if v.absent != nil {
		age = min(age, v.Rules.Absence)
	}
	return !v.read.IsZero() && !now.Before(v.read) && now.Sub(v.read) < age
}

// fetch reads the source. A certain answer replaces the one before, also by
// nothing; a failure leaves that to its age. A read that the caller gave up is
// not held against the source.
func (v *Value) fetch(ctx context.Context, now time.Time) {
	text, err := v.Fetch(ctx, v.Name)
	if err != nil && ctx.Err() != nil {
		v.failed = err
		return
	}
	v.tried = now
	absent := errors.Is(err, event.ErrNotConfigured)
	if err == nil && v.Check != nil {
		err = v.Check(text)
		absent = err != nil
	}
	switch {
	case absent:
		v.text, v.absent, v.read, v.failed = "", err, now, nil
	case err != nil:
		v.failed = err
	default:
		v.text, v.absent, v.read, v.failed = text, nil, now, nil
	}
}
