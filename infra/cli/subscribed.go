package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/bus"
)

// Subscribed are the event types that the stack's actions take, by their rules.
func (t *Target) Subscribed(ctx context.Context) ([]string, error) {
	b := bus.Open(t.AWS, t.Stack, time.Now)
	types, every, err := b.Types(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("list the rules of the stack's bus: %w", err)
	case every:
		return nil, errors.New("a rule of an action selects its event types by more than their names; name each in EventTypes")
	case len(types) == 0:
		return nil, errors.New("no action takes an event type; payhooks new adds one")
	}
	return types, nil
}
