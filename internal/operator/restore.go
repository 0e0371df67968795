package operator

import (
	"context"
	"errors"
	"sync"

	"github.com/payhooks/payhooks/internal/event"
)

// Reasons why an item of a copy is not put back.
const (
	ReasonUnreadable = event.Reason("unreadable")
	ReasonUnrecorded = event.Reason("no record of its deliveries: restore the deliveries first")
	ReasonThere      = event.Reason("stored meanwhile")
)

// Restore asks for the items of a table's copy that the table itself lacks.
type Restore struct {
	From string // the copy's full name
	// Into is the table's name, with or without the stack's; empty is the table whose
	// name From begins with.
	Into string
	// Unrecorded puts events back too whose deliveries have no record: the stack
	// delivers them again.
	Unrecorded bool
	// After leaves out what is before this position; empty is none.
	After string
}

// RestorePlan is a restore that has not begun.
type RestorePlan struct {
	Restore // Into is the short name

	o    *Operator
	from event.Table
}

// RestoreResult is the result of a restore, or of its dry run.
type RestoreResult struct {
	Table   string               `json:"table"`
	Listed  int                  `json:"listed"`  // items of the copy
	Missing int                  `json:"missing"` // of them that the table lacks, without those that expired
	Stored  int                  `json:"stored"`
	Skipped map[event.Reason]int `json:"skipped,omitempty"` // by reason
	// Unfinished are items that the stack continues with once they are back: pending
	// events, and deliveries that wait.
	Unfinished int      `json:"unfinished,omitempty"`
	Sample     []string `json:"sample,omitempty"` // keys of a dry run
	Resume     string   `json:"resume,omitempty"` // position where a stopped run continues
	Selected   int      `json:"-"`                // to be stored
}

// restore is one restore under way.
type restore struct {
	*RestorePlan
	store bool

	mu sync.Mutex
	RestoreResult
}

// DryRun is the result of a restore that changes nothing.
func (p *RestorePlan) DryRun(ctx context.Context, progress func(n int)) (RestoreResult, error) {
	return p.run(ctx, false, Pace{Progress: progress})
}

// Run puts the items back, each as it is in the copy, and never over one that the
// table has. It may run during live traffic, and again. When ctx ends or an item
// fails, the result says how far it came and where to resume, with the error.
func (p *RestorePlan) Run(ctx context.Context, pace Pace) (RestoreResult, error) {
	return p.run(ctx, true, pace)
}

func (p *RestorePlan) run(ctx context.Context, store bool, pace Pace) (RestoreResult, error) {
	r := &restore{RestorePlan: p, store: store, RestoreResult: RestoreResult{Table: p.Into, Skipped: map[event.Reason]int{}, Resume: p.After}}
	for more := true; more; more = r.Resume != "" {
		items, next, err := p.o.Copies.Page(ctx, p.from, p.Into, r.Resume)
		if err == nil {
			err = r.page(ctx, pace, items)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return r.RestoreResult, err
		}
		r.Resume = next
	}
	return r.RestoreResult, nil
}

// page compares one page with the table, and puts back what is missing.
func (r *restore) page(ctx context.Context, pace Pace, items []event.Copied) error {
	kept := r.usable(items)
	missing, err := r.o.Copies.Missing(ctx, r.Into, kept)
	if err != nil {
		return err
	}
	due, err := r.recorded(ctx, missing)
	if err != nil {
		return err
	}
	r.Listed, r.Missing, r.Selected = r.Listed+len(items), r.Missing+len(missing), r.Selected+len(due)
	for _, one := range due {
		if one.Unfinished {
			r.Unfinished++
		}
	}
	if !r.store {
		r.sample(due)
		pace.progress(len(items))
		return nil
	}
	pace.progress(len(items) - len(due))
	_, err = r.o.each(ctx, pace, len(due), func(ctx context.Context, i int) error { return r.putBack(ctx, due[i]) })
	return err
}

// usable are the items that have not expired.
func (r *restore) usable(items []event.Copied) (kept []event.Copied) {
	now := r.o.Now()
	for _, one := range items {
		switch {
		case one.Unreadable != nil:
			r.Skipped[ReasonUnreadable]++
		case !one.Expires.IsZero() && !one.Expires.After(now):
			r.Skipped[ReasonExpired]++
		default:
			kept = append(kept, one)
		}
	}
	return kept
}

// recorded are the items without the events that were delivered before and have
// no record of it: a sweep or a replay would deliver those again.
func (r *restore) recorded(ctx context.Context, items []event.Copied) (due []event.Copied, err error) {
	var all []event.DeliveryRef
	for _, one := range items {
		all = append(all, one.Deliveries...)
	}
	if len(all) == 0 || r.Unrecorded {
		return items, nil
	}
	ds, err := r.o.Ledger.Deliveries(ctx, all)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return nil, err
	}
	has := map[event.DeliveryRef]bool{}
	for _, d := range ds {
		has[d.Ref()] = true
	}
	for _, one := range items {
		if hasAll(has, one.Deliveries) {
			due = append(due, one)
		} else {
			r.Skipped[ReasonUnrecorded]++
		}
	}
	return due, nil
}

func hasAll(has map[event.DeliveryRef]bool, refs []event.DeliveryRef) bool {
	for _, ref := range refs {
		if !has[ref] {
			return false
		}
	}
	return true
}

func (r *restore) putBack(ctx context.Context, one event.Copied) error {
	stored, err := r.o.Copies.PutBack(ctx, r.Into, one)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err != nil:
		return err
	case stored:
		r.Stored++
	default:
		r.Skipped[ReasonThere]++
	}
	return nil
}

func (r *restore) sample(due []event.Copied) {
	for _, one := range due[:min(len(due), SampleSize-len(r.Sample))] {
		r.Sample = append(r.Sample, one.Key)
	}
}
