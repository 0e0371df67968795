package status

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/parallel"
)

func (r *reading) readRules(ctx context.Context) error {
	rules, err := r.Bus.Rules(ctx)
	if err != nil {
		return fmt.Errorf("list rules: %w", err)
	}
	r.locked(func() { r.rules = rules })
	return nil
}

// readQuarantine counts what is quarantined, the earliest first.
func (r *reading) readQuarantine(ctx context.Context) error {
	count, q := 0, event.QuarantineList{Limit: pageSize}
	var unreadable error
	for page := 0; ; page++ {
		if page == r.pages {
			r.locked(func() { r.status.AtLeast = true })
			break
		}
		got, err := r.Quarantine.List(ctx, q)
		if errors.Is(err, event.ErrInvalid) {
			unreadable = errors.Join(unreadable, err)
		} else if err != nil {
			return err
		}
		if count == 0 && len(got.Items) > 0 {
			r.locked(func() { r.status.OldestQuarantined = got.Items[0].Received })
		}
		count += len(got.Items)
		if q.After = got.Next; q.After.IsZero() {
			break
		}
	}
	r.locked(func() { r.status.Quarantined = &count })
	return unreadable
}

// readDeadLetters adds up the dead letters of all actions that the other parts found:
// where the rules cannot be listed, those with a record are left.
func (r *reading) readDeadLetters(ctx context.Context) error {
	names, err := (&operator.Operator{DeadLetters: r.DeadLetters}).DeadLetterNames(ctx, slices.Sorted(maps.Keys(r.rows())))
	if err != nil {
		return fmt.Errorf("find the queues of dead letters: %w", err)
	}
	depths, err := parallel.Map(ctx, readers, names, func(ctx context.Context, name string) (int, error) {
		n, err := r.DeadLetters.Depth(ctx, name)
		if errors.Is(err, event.ErrNotFound) { // an action that was removed
			return 0, nil
		}
		return n, err
	})
	if err != nil {
		return fmt.Errorf("count dead letters: %w", err)
	}
	dead, by := 0, map[string]int{}
	for i, n := range depths {
		if dead += n; n > 0 {
			by[names[i]] = n
		}
	}
	r.locked(func() { r.status.Dead, r.status.DeadLetters = &dead, by })
	return nil
}

func (r *reading) readRefused(ctx context.Context) error {
	if r.Refused == nil {
		return nil
	}
	n, err := r.Refused(ctx)
	if err != nil {
		return fmt.Errorf("count refused requests: %w", err)
	}
	r.locked(func() { r.status.Refused = &n })
	return nil
}
