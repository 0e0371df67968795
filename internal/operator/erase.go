package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Erase asks for a customer's data to be removed.
type Erase struct {
	Customer string // Stripe's id, cus_…
	// Scope leaves out what is of other scopes; nil is all.
	Scope func(event.Scope) bool
	By    string // who decided, and why; kept in the record of the erasure
}

// Mailbox is what a stack keeps of what it sent. Only the local one does.
type Mailbox interface {
	// Messages are the mails, notices and text messages, each as JSON.
	Messages(ctx context.Context) ([]json.RawMessage, error)
	// Remove deletes these messages.
	Remove(ctx context.Context, messages []json.RawMessage) error
}

// ErasePlan is an erasure that has not begun.
type ErasePlan struct {
	Erase
	// Unreadable is why something may be missing, or nil.
	Unreadable error

	o     *Operator
	found *found
}

// EraseResult is the result of an erasure, or of its dry run.
type EraseResult struct {
	Customer    string `json:"customer"`
	Events      int    `json:"events"`
	Renderings  int    `json:"renderings"` // other forms of these events, and what was fetched for them
	Quarantined int    `json:"quarantined"`
	Deliveries  int    `json:"deliveries"`
	Effects     int    `json:"effects"` // results of external effects and of reads
	Mails       int    `json:"mails"`   // and notices and text messages, of the local stack
	Rows        int    `json:"rows"`    // removed, or without the person now
	// Kept are rows about the person's payments that have nothing of the person.
	Kept int `json:"kept"`
	// Others are events of other customers that name this one: they are left as they are.
	Others []string `json:"others,omitempty"`
	// Recovery is until when point-in-time recovery of the tables has what was removed.
	Recovery time.Time `json:"recovery_until,omitzero"`
	// Before are the erasures of this customer until now.
	Before []Erasure `json:"before,omitempty"`
}

// recovery is how long DynamoDB can bring a table back as it was.
const recovery = 35 * 24 * time.Hour

var customerID = regexp.MustCompile(`^cus_[A-Za-z0-9_]{1,64}$`)

// PlanErase finds what is kept of the customer and changes nothing. It reads the tables
// of events and deliveries whole; progress counts items.
func (o *Operator) PlanErase(ctx context.Context, req Erase, progress func(n int)) (*ErasePlan, error) {
	if !customerID.MatchString(req.Customer) {
		return nil, fmt.Errorf("customer %q: expected an id of Stripe's, as in cus_NffrFeUfNV2Hib: %w", req.Customer, event.ErrInvalid)
	}
	f := &found{Operator: o, req: req, progress: progress}
	if err := f.search(ctx); err != nil {
		return nil, err
	}
	return &ErasePlan{Erase: req, Unreadable: f.incomplete(), o: o, found: f}, nil
}

// DryRun is the result of an erasure that changes nothing.
func (p *ErasePlan) DryRun(ctx context.Context) (EraseResult, error) { return p.run(ctx, true, nil) }

// Run erases. What it did stays done when it is interrupted, and a second run does the
// rest. The events are last: they lead to everything else.
func (p *ErasePlan) Run(ctx context.Context, progress func(n int)) (EraseResult, error) {
	r, err := p.run(ctx, false, progress)
	if err == nil {
		err = p.o.recordErasure(ctx, p.Customer, Erasure{At: p.o.Now().UTC().Truncate(time.Second), By: p.By, Events: r.Events, Mails: r.Mails, Rows: r.Rows})
	}
	return r, err
}

// Steps is how many steps Run reports to its progress.
func (p *ErasePlan) Steps() int {
	f := p.found
	return len(f.deliveries) + len(f.effects) + len(f.rows) + len(f.held) + len(f.items)
}

func (p *ErasePlan) run(ctx context.Context, dry bool, progress func(n int)) (r EraseResult, err error) {
	f := p.found
	f.progress = progress
	r = EraseResult{
		Customer: p.Customer, Events: len(f.events), Renderings: len(f.items) - len(f.events), Quarantined: len(f.held),
		Effects: len(f.effects),
	}
	for _, id := range f.others {
		if _, theirs := f.events[id]; !theirs { // by its payment
			r.Others = append(r.Others, id)
		}
	}
	for _, d := range f.deliveries {
		if !d.Updated.IsZero() { // else it is one that an action may be about to write
			r.Deliveries++
		}
	}
	if r.Before, err = p.o.Erasures(ctx, p.Customer); err != nil {
		return r, err
	}
	if err := p.pipeline(ctx, dry); err != nil {
		return r, err
	}
	if r.Rows, r.Kept, err = p.rows(ctx, dry); err != nil {
		return r, err
	}
	if p.o.Mailbox != nil {
		if r.Mails, err = p.messages(ctx, dry); err != nil {
			return r, err
		}
	}
	if dry {
		return r, nil
	}
	r.Recovery = p.o.Now().Add(recovery).UTC().Truncate(time.Second)
	return r, p.items(ctx)
}
