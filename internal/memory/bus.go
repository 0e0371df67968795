package memory

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Bus is event.Bus in memory. Its fields must not change while a call is
// under way.
type Bus struct {
	// Selects are the event types that each action's rule selects; none means all. The
	// rule of function fetch takes what names it, and nothing else.
	Selects map[string][]string
	// Disabled are the actions whose rules are disabled: they select as before,
	// and Handle gets nothing for them.
	Disabled map[string]bool
	// Handle takes each published envelope once for every action whose rule
	// selects it, in order of their names. Its error makes the bus refuse the
	// envelope. nil drops them; Published has them all.
	Handle func(ctx context.Context, action string, e event.Envelope) error
	// Fault is asked about every entry of a Publish and about every Subscribers and Types.
	Fault Hook

	mu   sync.Mutex
	sent []event.Envelope
}

var _ event.Bus = (*Bus)(nil)

// Publish implements event.Bus.
func (b *Bus) Publish(ctx context.Context, es []event.Envelope) []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = b.Fault.do(ctx, Op{"Publish", e.ID}, 1, func() error { return b.take(ctx, e) })
	}
	return errs
}

func (b *Bus) take(ctx context.Context, e event.Envelope) error {
	e.Facts = normal(e.Facts)
	b.mu.Lock()
	b.sent = append(b.sent, e)
	b.mu.Unlock()
	if b.Handle == nil {
		return nil
	}
	for _, action := range b.selecting(e) {
		if b.Disabled[action] {
			continue
		}
		if err := b.Handle(ctx, action, e); err != nil {
			return err
		}
	}
	return nil
}

// Subscribers implements event.Bus.
func (b *Bus) Subscribers(ctx context.Context, e event.Envelope) (actions []string, err error) {
	err = b.Fault.do(ctx, Op{"Subscribers", e.ID}, 1, func() error {
		actions = b.selecting(e)
		return nil
	})
	return actions, err
}

// Refresh implements event.Bus; the rules are never old.
func (b *Bus) Refresh(ctx context.Context, _ time.Duration) error {
	return b.Fault.do(ctx, Op{"Refresh", ""}, 1, func() error { return nil })
}

// Rules implements event.Bus.
func (b *Bus) Rules(ctx context.Context) (rules []event.Rule, err error) {
	err = b.Fault.do(ctx, Op{"Rules", ""}, 1, func() error {
		rules = nil
		for _, action := range sorted(b.Selects, cmp.Compare[string]) {
			rules = append(rules, event.Rule{Action: action, Disabled: b.Disabled[action]})
		}
		return nil
	})
	return rules, err
}

// Types returns the event types that the rules name, sorted and each once;
// every is true if some rule takes all of them.
func (b *Bus) Types(ctx context.Context) (types []string, every bool, err error) {
	err = b.Fault.do(ctx, Op{"Types", ""}, 1, func() error {
		types, every = nil, false
		for action, selected := range b.Selects {
			if action == event.Fetch {
				continue
			}
			types, every = append(types, selected...), every || len(selected) == 0
		}
		slices.Sort(types)
		types = slices.Compact(types)
		return nil
	})
	return types, every, err
}

func (b *Bus) selecting(e event.Envelope) []string {
	var actions []string
	if e.Type == event.ThinPing {
		return nil
	}
	for _, action := range sorted(b.Selects, cmp.Compare[string]) {
		types := b.Selects[action]
		if action == event.Fetch && e.Only != action {
			continue
		}
		if (len(types) == 0 || slices.Contains(types, e.Type)) && (e.Only == "" || e.Only == action) {
			actions = append(actions, action)
		}
	}
	return actions
}

// Published returns every envelope that the bus took, in order.
func (b *Bus) Published() []event.Envelope {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.sent)
}
