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
	"maps"
	"slices"
	"time"
)

// Sweeps are all that the function runs.
type Sweeps struct {
	Due        *Due
	Pending    *Pending
	Unrecorded *Unrecorded
	Missing    *Missing
	Added      []Sweep // run after all others
}

// Sweep is one that a stack adds. One run at a time.
type Sweep interface {
	// Sweep does what is due, or all of it if the request asks for that. It returns
	// what it did, also with an error, and ends before the deadline of the context.
	Sweep(context.Context, Request) (Counts, error)
}

// Counts are what an added sweep did, by a name that no member of Reply has.
type Counts map[string]int

// Request is what the function is invoked with: by a schedule, whose event has
// none of these members, or by an operator.
type Request struct {
	Backfill *Backfill `json:"backfill"`
	// Now lists everything at Stripe although it is not time for that yet, and so
	// do added sweeps.
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
	s.Missing.MinAge = req.minAge()
	if req.Backfill != nil {
		b, err := s.Missing.Backfill(ctx, *req.Backfill)
		return Reply{Backfill: &b}, err
	}
	s.Pending.Seen, s.Missing.Complete = s.Missing.Note, req.Now
	var pending, unrecorded, due, missing, added error
	r.PendingReport, pending = s.Pending.Sweep(ctx, &r.Checked)
	r.UnrecordedReport, unrecorded = s.Unrecorded.Sweep(ctx)
	r.DueReport, due = s.Due.Sweep(ctx, &r.Checked)
	r.Fetched, missing = s.Missing.Sweep(ctx)
	r.Added, added = s.added(ctx, req)
	r.Checked += r.Listed
	return r, errors.Join(pending, unrecorded, due, missing, added)
}

// added runs the sweeps that the stack adds.
func (s Sweeps) added(ctx context.Context, req Request) (Counts, error) {
	all := Counts{}
	var failed error
	for _, sweep := range s.Added {
		counts, err := sweep.Sweep(ctx, req)
		maps.Copy(all, counts)
		failed = errors.Join(failed, err)
	}
	return all, failed
}
