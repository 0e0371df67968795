package mails

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
)

// keeping is a mail that is due and kept back.
type keeping struct{ key, why string }

// goes reports whether the notice may go out, and notes why not.
func (r *run) goes(n notice) bool {
	if n.skip == noAddress {
		r.keep(n.key, n.skip)
		return false
	}
	if n.skip != "" {
		r.skip(n.skip)
		return false
	}
	if why := r.withheld(n, r.e.AllowStale()); why != "" {
		r.keep(n.key, why)
		return false
	}
	return true
}

func (r *run) skip(why string) {
	if !slices.Contains(r.skipped, why) {
		r.skipped = append(r.skipped, why)
	}
}

// keep notes a mail that an operator may still ask for.
func (r *run) keep(key, why string) {
	r.skip(why)
	if !r.begun[key] {
		r.begun[key] = true
		r.kept = append(r.kept, keeping{key, why})
	}
}

// sendOnce sends what has a key, unless it was sent before.
func (r *run) sendOnce(ctx context.Context, key, what string, send func(context.Context) (string, error)) {
	if r.begun[key] {
		return // two notices can share one: see notice.id
	}
	r.begun[key] = true
	_, err := action.Outside(ctx, r.e, key, send)
	switch {
	case err != nil:
		r.failed(err)
	case action.DoneBy(r.e, key) == r.e.ID:
		r.done = append(r.done, what)
	default:
		r.repeated = true
	}
}

// failed records the error of one effect. A Skip is not a failure.
func (r *run) failed(err error) {
	if action.Skipped(err) {
		var skip *event.SkipError
		errors.As(err, &skip)
		r.skip(string(skip.Why))
		return
	}
	if !errors.Is(r.err, err) {
		r.err = errors.Join(r.err, err)
	}
}

// end is the event's verdict. Beside something that went out, each mail that was
// kept back is noted, so that the outcome names it and it can be asked for.
func (r *run) end(ctx context.Context) error {
	switch {
	case r.err != nil:
		return r.err
	case len(r.done) > 0:
		r.e.Outcome(strings.Join(r.done, ", "))
	case r.repeated:
	case len(r.skipped) == 0:
		return action.Skip("nothing to mail about")
	default:
		return action.Skip(strings.Join(r.skipped, "; "))
	}
	for _, k := range r.kept {
		if _, err := action.Withhold(ctx, r.e, k.key, k.why); err != nil {
			return err
		}
	}
	return nil
}
