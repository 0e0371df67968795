package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

const (
	// loads is how many rows are read at once.
	loads = 16
	// importBehind is how long before it was read a subscription is reported to have been
	// as it was read: an event of the second in which it was read may be newer, and wins.
	importBehind = time.Second
)

// Listed is a subscription as Stripe's API has it.
type Listed struct {
	ID       string `json:"subscription"`
	Customer string `json:"customer"`
	Status   string `json:"status"`
	event.Scope
	At   time.Time       `json:"-"` // when Stripe was asked
	Data json.RawMessage `json:"-"`
}

// Subscriptions lists those of a scope that are not canceled, in pages. Errors are
// event.ErrNotConfigured without an API key for the mode, and others that end the list.
type Subscriptions interface {
	Subscriptions(ctx context.Context, s event.Scope) iter.Seq2[[]Listed, error]
	// Version is the API version of what is listed.
	Version() string
}

// Unknown are those of the page whose customer's row does not have them: no event of
// theirs was handled.
func Unknown(ctx context.Context, rows Reader, page []Listed) (unknown []Listed, err error) {
	known, err := parallel.Map(ctx, loads, page, func(ctx context.Context, l Listed) (bool, error) {
		row, err := rows.Load(ctx, Table, l.Key(Kind, l.Customer))
		if err != nil || row.Data == nil {
			return false, err
		}
		var c Customer
		if err := json.Unmarshal(row.Data, &c); err != nil {
			return false, fmt.Errorf("read the row of %s: %w", l.Customer, err)
		}
		_, has := c.Subscriptions[l.ID]
		return has || c.Deleted != 0, nil
	})
	for i, has := range known {
		if !has {
			unknown = append(unknown, page[i])
		}
	}
	return unknown, err
}

// Importer brings subscriptions into the table that were there before the stack and of which
// no event came since.
type Importer struct {
	Stripe Subscriptions
	Rows   Reader
	// Store brings events of the scope to this action alone and returns how many of them
	// were new. nil is a dry run.
	Store func(ctx context.Context, s event.Scope, events [][]byte) (int, error)
	// Progress is called after each page.
	Progress func(ImportResult)
}

// ImportResult is the result of an import, or of its dry run.
type ImportResult struct {
	Listed  int      `json:"listed"`  // subscriptions at Stripe
	Missing int      `json:"missing"` // of them not in the table
	Stored  int      `json:"stored"`  // of those; the others were stored before and are on their way
	DryRun  bool     `json:"dry_run"`
	Keyless []string `json:"keyless,omitempty"` // modes without an API key
	Sample  []Listed `json:"sample,omitempty"`
}

// maxSample is how many of the missing subscriptions are named.
const maxSample = 10

// Run imports the scopes. It may be repeated: a subscription is stored once. The result
// counts what was done also with an error.
func (i Importer) Run(ctx context.Context, scopes []event.Scope) (ImportResult, error) {
	r := ImportResult{DryRun: i.Store == nil}
	for _, s := range scopes {
		for page, err := range i.Stripe.Subscriptions(ctx, s) {
			if errors.Is(err, event.ErrNotConfigured) {
				r.Keyless = append(r.Keyless, s.Mode())
				break
			}
			if err == nil {
				err = i.page(ctx, s, page, &r)
			}
			if err != nil {
				return r, err
			}
			i.Progress(r)
		}
	}
	return r, nil
}

func (i Importer) page(ctx context.Context, s event.Scope, page []Listed, r *ImportResult) error {
	unknown, err := Unknown(ctx, i.Rows, page)
	if err != nil {
		return err
	}
	r.Listed, r.Missing = r.Listed+len(page), r.Missing+len(unknown)
	r.Sample = append(r.Sample, unknown[:min(len(unknown), maxSample-len(r.Sample))]...)
	if i.Store == nil || len(unknown) == 0 {
		return nil
	}
	events := make([][]byte, len(unknown))
	for n, l := range unknown {
		if events[n], err = l.Report(i.Stripe.Version()); err != nil {
			return err
		}
	}
	stored, err := i.Store(ctx, s, events)
	r.Stored += stored
	return err
}

// Report is an event that says what Stripe's API says of the subscription. Its id names
// the subscription. It is an update of which nothing is known before, so that any event
// of Stripe's that is newer replaces what it says and an older one changes nothing.
func (l Listed) Report(version string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"id": "evt_import_" + l.ID, "object": "event", "type": "customer.subscription.updated", "api_version": version,
		"created": l.At.Add(-importBehind).Unix(), "livemode": l.Livemode, "pending_webhooks": 0,
		"data": map[string]any{"object": l.Data},
	})
}
