package operator

import (
	"context"
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
	// DoneAs are actions without a rule: an action that was renamed leaves alone what it
	// did under its old name.
	DoneAs []string
	// Repeat lets an action do what another one did that has no rule any more.
	Repeat bool
	// After leaves out the events up to this Position; empty is none.
	After string
}

// ReplayPlan is a replay that has not begun.
type ReplayPlan struct {
	Replay
	Selected []SelectedEvent // in the order of receipt
	// Unreadable names selected events that cannot be read, or is nil.
	Unreadable error
	// Done are the deliveries that actions without a rule have done and that the replay would
	// send to newer ones, by the name of the old one: Run leaves those alone that are
	// neither in DoneAs nor repeated.
	Done map[string]int

	rules []string // the actions that have one
	o     *Operator
}

// ReplayResult is the result of a replay, or of its dry run.
type ReplayResult struct {
	Checked  int                  `json:"checked"` // deliveries that were looked at
	Selected int                  `json:"selected"`
	Sent     int                  `json:"sent"`              // events, to at least one action each
	Waiting  int                  `json:"waiting"`           // deliveries that were sent or run, and have not ended as far as it is known
	Ended    map[event.State]int  `json:"ended,omitempty"`   // of those that were followed, by how they ended
	Skipped  map[event.Reason]int `json:"skipped,omitempty"` // events, by reason
	Left     map[event.Reason]int `json:"left,omitempty"`    // deliveries that were not sent, by reason
	Unknown  int                  `json:"unknown,omitempty"` // deliveries that wait to be resolved
	Removed  map[string]int       `json:"done_by_removed,omitempty"`
	Sample   []SelectedEvent      `json:"sample,omitempty"` // of a dry run
	Resume   string               `json:"resume,omitempty"` // position where a stopped run continues
	Done     int                  `json:"-"`                // events of the selection that are seen to, at least

	under []event.DeliveryRef // way: those that Follow waits for
}

// PlanReplay selects events that have a subscriber and changes nothing. An event
// or action that is named must exist.
func (o *Operator) PlanReplay(ctx context.Context, r Replay) (*ReplayPlan, error) {
	rules, err := o.actions(ctx)
	if err != nil {
		return nil, err
	}
	list, unreadable, err := o.find(ctx, r.Events, rules)
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
	p := &ReplayPlan{Replay: r, Selected: list, Unreadable: unreadable, rules: rules, o: o}
	return p, p.doneByRemoved(ctx)
}

// DryRun is the result of a replay that changes nothing.
func (p *ReplayPlan) DryRun() ReplayResult {
	return ReplayResult{Selected: len(p.Selected), Removed: p.Done, Sample: p.Selected[:min(SampleSize, len(p.Selected))]}
}

// replay is one replay under way.
type replay struct {
	*Operator
	Replay
	rules []string

	mu sync.Mutex
	ReplayResult
}

// Run makes the deliveries of each event due that have anything left to do, and
// sends each to its action. It may run during live traffic, and again. When ctx
// ends or an event fails, the result says how far it came and where to resume,
// with the error.
func (p *ReplayPlan) Run(ctx context.Context, pace Pace) (ReplayResult, error) {
	r := &replay{Operator: p.o, Replay: p.Replay, rules: p.rules, ReplayResult: ReplayResult{Selected: len(p.Selected)}}
	done, err := p.o.each(ctx, pace, len(p.Selected), func(ctx context.Context, i int) error { return r.send(ctx, p.Selected[i].ID) })
	r.Done, r.Waiting = done, len(r.under)
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
	r.count(func(res *ReplayResult) { res.Skipped = addOne(res.Skipped, why) })
}

// leave counts a delivery that is not sent.
func (r *replay) leave(why event.Reason) {
	r.count(func(res *ReplayResult) { res.Left = addOne(res.Left, why) })
}

// follow has Follow wait for the delivery.
func (r *replay) follow(ref event.DeliveryRef) {
	r.count(func(res *ReplayResult) { res.under = append(res.under, ref) })
}

func addOne[K comparable](counts map[K]int, key K) map[K]int {
	if counts == nil {
		counts = map[K]int{}
	}
	counts[key]++
	return counts
}
