// Package reconcile closes gaps. Its sweeps are due (redeliver what waits and is
// due), pending (publish what the bus never had), unrecorded (record subscribers
// without a delivery) and missing (store what Stripe did not deliver), and those
// that a stack adds.
package reconcile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Sweeps are all that the function runs. One that is nil is left out.
type Sweeps struct {
	Ledger     event.Ledger
	Pending    *Pending
	Unrecorded *Unrecorded // only with Pending
	Due        *Due
	Missing    *Missing
	Added      []Sweep // that a stack adds
	Now        func() time.Time
	Log        *slog.Logger
}

// Counts are what a sweep did.
type Counts map[string]int

// Request is what the function is invoked with: by a schedule, whose event has
// none of these members, or by an operator.
type Request struct {
	Backfill *Backfill `json:"backfill"`
	// Now lists everything at Stripe although it is not time for that yet, and so
	// do added sweeps. It tries what failed and is left alone, too.
	Now bool `json:"now"`
	// MinAge is how old an event is that is taken from Stripe's list, in seconds; nil
	// is DefaultMinAge, and no more than that is possible.
	MinAge *int `json:"min_age"`
}

func (r Request) minAge() time.Duration {
	if r.MinAge == nil {
		return DefaultMinAge
	}
	return min(max(time.Duration(*r.MinAge)*time.Second, 0), DefaultMinAge)
}

// Reply says what was done.
type Reply struct {
	Checked int `json:"checked"` // events and deliveries looked at
	DueReport
	PendingReport
	UnrecordedReport
	Fetched
	Backfill *Backfill `json:"backfill,omitempty"`
	Added    Counts    `json:"-"` // of added sweeps; in JSON among the others
}

// add adds what a sweep counted. Events that Stripe listed were looked at, too.
func (r *Reply) add(counts Counts) {
	own := map[string]*int{
		"checked": &r.Checked, "sent": &r.Sent, "overdue": &r.Overdue, "held": &r.Held, "ended": &r.Ended,
		"published": &r.Published, "unrecorded": &r.Unrecorded, "listed": &r.Listed, "stored": &r.Stored,
		"quarantined": &r.Quarantined, "young": &r.Young, "calls": &r.Calls, "gaps": &r.Gaps, "denied": &r.Denied,
		"unreachable": &r.Unreachable, "undelivered": &r.Undelivered,
	}
	for name, n := range counts {
		if to := own[name]; to != nil {
			*to += n
		} else {
			r.Added[name] += n
		}
	}
	r.Checked += counts["listed"]
}

// plain is Reply without methods.
type plain Reply

// MarshalJSON implements json.Marshaler.
func (r Reply) MarshalJSON() ([]byte, error) {
	own, err := json.Marshal(plain(r))
	if err != nil || len(r.Added) == 0 {
		return own, err
	}
	added, err := json.Marshal(r.Added)
	return slices.Concat(own[:len(own)-1], []byte(","), added[1:]), err
}

// UnmarshalJSON implements json.Unmarshaler: numbers that are not members of Reply
// are those of added sweeps.
func (r *Reply) UnmarshalJSON(data []byte) error {
	var own, all map[string]any
	known, err := json.Marshal(plain{})
	if err = errors.Join(err, json.Unmarshal(known, &own), json.Unmarshal(data, &all), json.Unmarshal(data, (*plain)(r))); err != nil {
		return fmt.Errorf("read the reply of reconcile: %w", err)
	}
	r.Added = Counts{}
	for name, value := range all {
		if n, number := value.(float64); number && own[name] == nil {
			r.Added[name] = int(n)
		}
	}
	return nil
}

// Run does what was asked for, by default every sweep. One that fails does not
// keep the others from running.
func (s Sweeps) Run(ctx context.Context, req Request) (r Reply, err error) {
	if req.Backfill != nil {
		s.Missing.MinAge = req.minAge()
		b, err := s.Missing.Backfill(ctx, *req.Backfill)
		return Reply{Backfill: &b}, err
	}
	rows, err := readRows(ctx, s.Ledger)
	if err != nil {
		return r, err
	}
	run := &Run{Request: req, now: s.Now, log: s.Log, cursors: rows}
	jobs := s.jobs(run)
	share(ctx, run, s.end(ctx), jobs)
	r, err = s.reply(ctx, jobs)
	if s.Missing != nil {
		err = errors.Join(err, s.Missing.noteFirst(ctx), s.Missing.noteSeen(ctx, run))
	}
	return r, errors.Join(err, run.noteComplete(ctx, s.Ledger, jobs))
}

const (
	// longest is how long a run without a deadline may take.
	longest = 50 * time.Second
	// endMargin is how much of a run's time is kept back to end it.
	endMargin = 5 * time.Second
)

// end is when the run begins no more pages.
func (s Sweeps) end(ctx context.Context) time.Time {
	if until, ok := ctx.Deadline(); ok {
		return until.Add(-endMargin)
	}
	return s.Now().Add(longest)
}

// jobs are the sweeps in the order of their turns. Each minute another one is the first:
// one that ends the process takes the others down once, and not for ever. Unrecorded
// follows Pending.
func (s Sweeps) jobs(run *Run) (all []*job) {
	var groups [][]*job
	if s.Pending != nil {
		s.Pending.walks = nil
		groups = append(groups, []*job{{Sweep: s.Pending}})
	}
	if s.Unrecorded != nil {
		s.Unrecorded.Behind = func(shard int) time.Time { return s.Pending.behind(run, shard) }
		groups[0] = append(groups[0], &job{Sweep: s.Unrecorded})
	}
	if s.Due != nil {
		groups = append(groups, []*job{{Sweep: s.Due}})
	}
	if s.Missing != nil {
		s.Missing.MinAge = run.minAge()
		groups = append(groups, []*job{{Sweep: s.Missing}})
	}
	if s.Missing != nil && s.Pending != nil {
		s.Pending.Seen = s.Missing.Note
	}
	for _, sweep := range s.Added {
		groups = append(groups, []*job{{Sweep: sweep}})
	}
	if len(groups) == 0 {
		return nil
	}
	first := int(run.now().Unix()/60) % len(groups)
	return slices.Concat(slices.Concat(groups[first:], groups[:first])...)
}

// reply sums up what the sweeps did, and what failed.
func (s Sweeps) reply(ctx context.Context, jobs []*job) (r Reply, err error) {
	r.Added = Counts{}
	for _, j := range jobs {
		if j.work == nil {
			j.work = &Work{} // it had no turn
		}
		var counts Counts
		if j.work.Counts != nil {
			counts = j.work.Counts()
		}
		r.add(counts)
		if err = errors.Join(err, j.failed.err()); len(counts) > 0 {
			s.Log.InfoContext(ctx, j.Name(), counts.attrs()...)
		}
	}
	return r, err
}

// attrs are the counts for a line of the log, in the order of their names.
func (c Counts) attrs() (all []any) {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		all = append(all, name, c[name])
	}
	return all
}
