// Package bus fans events out over an EventBridge bus. An action's rule has the
// action's name.
package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/wire"
)

// Limits of one PutEvents: entries, and bytes of all of them together as
// EventBridge counts an entry (source, detail-type, detail, 14 for the time).
const (
	maxEntries = 10
	maxBytes   = 256 << 10
	timeBytes  = 14
)

// fresh is how old the list of rules may be.
const fresh = time.Minute

// Bus implements event.Bus. Safe for concurrent use.
type Bus struct {
	Client *wire.Client
	Name   string
	Now    func() time.Time // measures the age of the rules

	mu    sync.Mutex
	rules []rule
	asOf  time.Time
}

var _ event.Bus = (*Bus)(nil)

// Open returns the bus of that name.
func Open(cfg aws.Config, name string, now func() time.Time) *Bus {
	return &Bus{Client: wire.New("events", cfg, now), Name: name, Now: now}
}

// Warm does what the first event would wait for: it opens a connection and lists the rules.
func (b *Bus) Warm(ctx context.Context) { _, _ = b.current(ctx) } // else the first event does

// Publish implements event.Bus. An envelope that no bus would take is
// event.ErrInvalid; the others are sent without it.
func (b *Bus) Publish(ctx context.Context, es []event.Envelope) []error {
	errs := make([]error, len(es))
	all := []chunk{{}}
	for i, e := range es {
		entry, size, err := b.entry(e)
		if err != nil {
			errs[i] = err
			continue
		}
		if !all[len(all)-1].fits(size) {
			all = append(all, chunk{})
		}
		all[len(all)-1].add(i, entry, size)
		errs[i] = errUnsent // until it is
	}
	_ = parallel.Each(ctx, senders, all, func(ctx context.Context, c chunk) error { // each entry has its own error
		b.put(ctx, c, errs)
		return nil
	})
	return errs
}

// senders is how many requests are made at once.
const senders = 8

// errUnsent: the caller's time was over before.
var errUnsent = errors.New("publish: not sent")

// chunk is what one request carries.
type chunk struct {
	at      []int // index of each entry's envelope
	entries []entry
	bytes   int
}

func (c *chunk) fits(size int) bool {
	return len(c.entries) < maxEntries && c.bytes+size < maxBytes
}

func (c *chunk) add(at int, e entry, size int) {
	c.at, c.entries, c.bytes = append(c.at, at), append(c.entries, e), c.bytes+size
}

// entry is what PutEvents takes of an event.
type entry struct {
	EventBusName, Source, DetailType, Detail string
	Time                                     float64 `json:",omitempty"` // seconds
}

// result is what it answers for each.
type result struct{ ErrorCode, ErrorMessage string }

func (b *Bus) entry(e event.Envelope) (entry, int, error) {
	detail, err := json.Marshal(e)
	if err != nil {
		return entry{}, 0, fmt.Errorf("publish %s: %w: %w", e.ID, event.ErrInvalid, err)
	}
	made := entry{EventBusName: b.Name, Source: event.Source, DetailType: e.Type, Detail: string(detail)}
	if !e.Created.IsZero() {
		made.Time = float64(e.Created.UnixMilli()) / 1000
	}
	size := timeBytes + len(event.Source) + len(e.Type) + len(detail)
	if e.Type == "" || size >= maxBytes {
		return made, 0, fmt.Errorf("publish %s: type %q, %d bytes; the bus takes up to %d, with a type: %w", e.ID, e.Type, size, maxBytes, event.ErrInvalid)
	}
	return made, size, nil
}

// put sends one chunk and records the result of each entry.
func (b *Bus) put(ctx context.Context, c chunk, errs []error) {
	if len(c.entries) == 0 {
		return
	}
	var out struct{ Entries []result }
	err := b.Client.JSON(ctx, "AWSEvents.PutEvents", struct{ Entries []entry }{c.entries}, &out)
	if err == nil && len(out.Entries) != len(c.entries) {
		err = errors.New("the answer does not have a result for each entry")
	}
	for i, at := range c.at {
		errs[at] = nil
		switch {
		case err != nil:
			errs[at] = fmt.Errorf("publish: %w", err)
		case out.Entries[i].ErrorCode != "":
			errs[at] = fmt.Errorf("publish: %s: %s", out.Entries[i].ErrorCode, out.Entries[i].ErrorMessage)
		}
	}
}

// Subscribers implements event.Bus; in order of the actions' names. It fails
// when the rules are too old and cannot be listed, because an old list could
// leave a new action out for good. A rule whose pattern cannot be read counts for
// nothing: it must not stop the others.
func (b *Bus) Subscribers(ctx context.Context, e event.Envelope) ([]string, error) {
	if e.Type == event.ThinPing {
		return nil, nil // it asks for nothing but to be stored
	}
	rules, err := b.current(ctx)
	if err != nil {
		return nil, err
	}
	doc, err := document(e)
	if err != nil {
		return nil, fmt.Errorf("subscribers of %s: %w", e.ID, err)
	}
	var actions []string
	for _, r := range rules {
		if selects, err := r.selects(doc); err == nil && selects {
			actions = append(actions, r.name)
		}
	}
	return actions, nil
}

// Refresh implements event.Bus.
func (b *Bus) Refresh(ctx context.Context, age time.Duration) error {
	_, err := b.atMost(ctx, age)
	return err
}

// Actions returns the names of the actions that have a rule, in order.
func (b *Bus) Actions(ctx context.Context) ([]string, error) {
	rules, err := b.current(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.name
	}
	return names, nil
}

// Rules returns the actions that have a rule, in order of their names, at most a
// minute old and complete.
func (b *Bus) Rules(ctx context.Context) ([]event.Rule, error) {
	rules, err := b.current(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]event.Rule, len(rules))
	for i, r := range rules {
		all[i] = event.Rule{Action: r.name, Disabled: r.disabled}
	}
	return all, nil
}

func (b *Bus) current(ctx context.Context) ([]rule, error) { return b.atMost(ctx, fresh) }

// atMost lists the rules if the last list is older. Callers wait for one another, so
// that an idle function lists once.
func (b *Bus) atMost(ctx context.Context, old time.Duration) ([]rule, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.Now()
	if age := now.Sub(b.asOf); !b.asOf.IsZero() && age >= 0 && age < old {
		return b.rules, nil
	}
	rules, err := b.list(ctx)
	if err != nil {
		return nil, fmt.Errorf("list rules of bus %s: %w", b.Name, err)
	}
	b.rules, b.asOf = rules, now
	return rules, nil
}
