package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// kept returns the result that is stored of an effect or a fetch, if there is one.
func (a *Attempt) kept(ctx context.Context, key string) (json.RawMessage, bool, error) {
	held, err := a.h.Ledger.Effect(ctx, a.ref(key))
	if errors.Is(err, event.ErrNotFound) || err == nil && held.State != event.EffectDone {
		return nil, false, nil
	}
	return held.Result, err == nil, err
}

// performed is what an effect returned when it happened, for a dry run. Without a
// result it was withheld, unless the delivery's record says that it was done.
func (a *Attempt) performed(ctx context.Context, key string) (json.RawMessage, error) {
	result, kept, err := a.kept(ctx, key)
	done := func(e event.EffectOutcome) bool { return e.Key == key && e.State == string(event.EffectDone) }
	switch {
	case err != nil || kept:
		return result, err
	case slices.ContainsFunc(a.d.Effects, done):
		return nil, a.lost(key)
	}
	return nil, event.Skipf("%s has no result", key)
}

// lost is the error for a result that the function had and that is not kept any
// more. It is noted, since the function may turn the error into a verdict: without
// the result nothing is known of what the event changed.
func (a *Attempt) lost(key string) error {
	err := fmt.Errorf("the result of %s is not kept: it expired, or was never fetched", key)
	if a.lostErr == nil {
		a.lostErr = err
	}
	return err
}
