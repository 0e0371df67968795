package operator

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/payhooks/payhooks/internal/event"
)

// Replay asks for stored events to be sent to their actions, or to the one that
// Events names. What is done stays done, and what is unknown stays as it is.
type Replay struct {
	Events
	Again bool // also to actions that skipped the event
	Stale bool // mails are sent also if they are too old; includes Again
	// After leaves out the events up to this Position; empty is none.
	After string
}

// ReplayPlan is a replay that has not begun.
type ReplayPlan struct {
	Replay
	Selected []SelectedEvent // in the order of receipt
	// Unreadable names selected events that cannot be read, or is nil.
	Unreadable error

	o *Operator
}

// ReplayResult is the result of a replay, or of its dry run.
type ReplayResult struct {
	Selected int                  `json:"selected"`
	Sent     int                  `json:"sent"`              // events, to at least one action each
	Skipped  map[event.Reason]int `json:"skipped,omitempty"` // events, by reason
	Unknown  int                  `json:"unknown,omitempty"` // deliveries that wait to be resolved
	Sample   []SelectedEvent      `json:"sample,omitempty"`  // of a dry run
	Resume   string               `json:"resume,omitempty"`  // position where a stopped run continues
	Done     int                  `json:"-"`                 // events of the selection that are seen to, at least
}

// PlanReplay selects events that have a subscriber and changes nothing. An event
// or action that is named must exist.
func (o *Operator) PlanReplay(ctx context.Context, r Replay) (*ReplayPlan, error) {
	list, unreadable, err := o.find(ctx, r.Events)
	if err != nil {
		return nil, err
	}
	if r.After != "" {
		at, err := ParsePosition(r.After)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(e SelectedEvent) bool { return e.compare(at) <= 0 })
	}
	return &ReplayPlan{Replay: r, Selected: list, Unreadable: unreadable, o: o}, nil
}

// DryRun is the result of a replay that changes nothing.
func (p *ReplayPlan) DryRun() ReplayResult {
	return ReplayResult{Selected: len(p.Selected), Sample: p.Selected[:min(SampleSize, len(p.Selected))]}
}

// replay is one replay under way.
type replay struct {
	*Operator
	Replay

	mu sync.Mutex
	ReplayResult
}

// Run makes the deliveries of each event due that have anything left to do, and
// sends each to its action. It may run during live traffic, and again. When ctx
// ends or an event fails, the result says how far it came and where to resume,
// with the error.
func (p *ReplayPlan) Run(ctx context.Context, pace Pace) (ReplayResult, error) {
	r := &replay{Operator: p.o, Replay: p.Replay, ReplayResult: ReplayResult{Selected: len(p.Selected)}}
	done, err := p.o.each(ctx, pace, len(p.Selected), func(ctx context.Context, i int) error { return r.send(ctx, p.Selected[i].ID) })
	r.Done = done
	if err != nil {
		if r.Resume = p.After; done > 0 {
			r.Resume = p.Selected[done-1].Position()
		}
	}
	return r.ReplayResult, err
}

// count changes the result.
func (r *replay) count(change func(*ReplayResult)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.ReplayResult)
}

// skip counts an event of which nothing was sent.
func (r *replay) skip(why event.Reason) {
	r.count(func(res *ReplayResult) {
		if res.Skipped == nil {
			res.Skipped = map[event.Reason]int{}
		}
		res.Skipped[why]++
	})
}

// send makes the event's deliveries due that have anything left to do, and
// sends each to its action.
func (r *replay) send(ctx context.Context, id string) error {
	s, err := r.load(ctx, id)
	if errors.Is(err, event.ErrErased) {
		r.skip(ReasonErased)
		return nil
	}
	if errors.Is(err, event.ErrNotFound) || err == nil && s.Expired(r.Now()) {
		r.skip(ReasonExpired)
		return nil
	}
	if err != nil {
		return err
	}
	if s.Unfetched() {
		if s, err = r.fetch(ctx, s); err != nil || s.ID == "" {
			return err
		}
	}
	due, err := r.makeDue(ctx, s)
	if err != nil {
		return err
	}
	if len(due) == 0 {
		r.skip(ReasonNothing)
		return nil
	}
	if err := r.redeliver(ctx, s.Facts, due...); err != nil {
		return err
	}
	r.count(func(res *ReplayResult) { res.Sent++ })
	return nil
}

// makeDue returns the actions whose delivery of the event is due now. The ledger
// has it first: what the bus loses the sweep sends.
func (r *replay) makeDue(ctx context.Context, s event.Stored) (due []string, err error) {
	actions, err := r.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: r.Action})
	if err != nil {
		return nil, err
	}
	if r.Action == event.Fetch {
		return nil, nil // it has nothing to do for what is fetched
	}
	if err := r.subscribe(ctx, s, actions); err != nil {
		return nil, err
	}
	ds, err := r.Ledger.Deliveries(ctx, refs(s.ID, actions))
	if err != nil {
		return nil, err
	}
	for _, action := range actions {
		var d event.Delivery
		if i := slices.IndexFunc(ds, func(d event.Delivery) bool { return d.Action == action }); i >= 0 {
			d = ds[i]
		}
		ok, err := r.reopenDelivery(ctx, s, event.DeliveryRef{Action: action, Event: s.ID}, d)
		if err != nil {
			return nil, err
		}
		if ok {
			due = append(due, action)
		}
	}
	return due, nil
}

// subscribe records actions whose rule is newer than the event, so that lists
// and audits include them. What is pending dispatch records.
func (r *replay) subscribe(ctx context.Context, s event.Stored, actions []string) error {
	newer := slices.ContainsFunc(actions, func(action string) bool { return !slices.Contains(s.Subscribers, action) })
	if s.Pending || !newer {
		return nil
	}
	return r.Store.MarkPublished(ctx, s.ID, actions)
}

// reopenDelivery makes one delivery due and reports whether it is; d has no
// state where there is no record.
func (r *replay) reopenDelivery(ctx context.Context, s event.Stored, ref event.DeliveryRef, d event.Delivery) (due bool, err error) {
	now := r.Now()
	switch {
	case d.State == "":
		err := r.Ledger.Ensure(ctx, event.Ensured{DeliveryRef: ref, Now: now, Expires: event.DeliveryExpiry(s.Expires, now)})
		if err != nil || !r.Stale {
			return err == nil, err
		}
	case d.State == event.Unknown:
		r.count(func(res *ReplayResult) { res.Unknown++ })
		return false, nil
	case d.State == event.Discarded, d.State == event.Done && (!d.Withheld || !r.Again && !r.Stale):
		return false, nil
	case d.Ensured && !r.Stale:
		return true, nil // no attempt began yet
	}
	err = r.newRound(ctx, ref, r.Stale)
	if errors.Is(err, event.ErrNotFound) {
		return false, nil // a live attempt is running, or has just ended
	}
	return err == nil, err
}
