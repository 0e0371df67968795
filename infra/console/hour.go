package console

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

const (
	minutes    = 60
	hourEvents = 1000 // events of the last hour that are read at most, the newest
)

// hour is what became of the newest events of the last hour.
type hour struct {
	At       time.Time
	Took     time.Duration // to read
	From     time.Time     // begin of the first minute; the last is the one under way
	Events   int
	All      bool         // they are all events of the hour
	First    int          // the first minute of which all events are known
	Received [minutes]int // events, by the minute of their receipt
	Refused  *[minutes]int
	Latency  [minutes][]time.Duration // from Stripe's created to done, by the minute of that
	Actions  map[string]*course
}

// course is an action's part of it.
type course struct {
	Done    int
	Latency []time.Duration // sorted
	Minute  [minutes]int    // deliveries that became done
	Failed  [minutes]int    // attempts that failed, and deliveries that parked or became unknown
}

// readHour reads the newest events and their deliveries.
func (c *Console) readHour(ctx context.Context, now time.Time) (*hour, error) {
	h := &hour{At: now, From: now.Truncate(time.Minute).Add(-(minutes - 1) * time.Minute), Actions: map[string]*course{}, All: true}
	looked := 0
	oldest := now
	list := operator.EventList{Since: h.From, Limit: hourEvents, Most: hourEvents, Looked: func(n int, _ time.Time) { looked += n }}
	for e, err := range c.Operator.List(ctx, list) {
		if errors.Is(err, event.ErrInvalid) {
			continue // the list of events names it
		}
		if err != nil {
			return nil, err
		}
		oldest = e.Received
		if e.Status != event.StatusQuarantined {
			h.add(e)
		}
	}
	if looked >= hourEvents {
		h.All = false
		h.First = min(minutes-1, h.minute(oldest)+1)
	}
	for _, a := range h.Actions {
		slices.Sort(a.Latency)
	}
	return h, c.readRefused(ctx, h)
}

func (c *Console) readRefused(ctx context.Context, h *hour) error {
	if c.LocalStack.Refused == nil {
		return nil
	}
	all, err := c.LocalStack.Refused(ctx)
	if err != nil {
		return err
	}
	h.Refused = new([minutes]int)
	for _, r := range all {
		if i := h.minute(r.At); i >= 0 && i < minutes {
			h.Refused[i]++
		}
	}
	return nil
}

// minute is the number of a time's minute; negative before the hour.
func (h *hour) minute(t time.Time) int {
	if t.Before(h.From) {
		return -1
	}
	return int(t.Sub(h.From) / time.Minute)
}

func (h *hour) add(e operator.EventRow) {
	h.Events++
	if i := h.minute(e.Received); i >= 0 {
		h.Received[min(i, minutes-1)]++
	}
	for _, d := range e.Deliveries {
		if d.Action != event.Fetch {
			h.deliver(e, d)
		}
	}
}

func (h *hour) deliver(e operator.EventRow, d event.Delivery) {
	a := h.Actions[d.Action]
	if a == nil {
		a = &course{}
		h.Actions[d.Action] = a
	}
	for _, try := range d.History {
		if i := h.minute(try.At); i >= 0 && i < minutes {
			a.Failed[i]++
		}
	}
	i := min(h.minute(d.Updated), minutes-1)
	switch {
	case i < 0:
	case d.State == event.Done:
		a.Done++
		a.Minute[i]++
		if e.Created != nil {
			took := max(0, d.Updated.Sub(*e.Created))
			a.Latency = append(a.Latency, took)
			h.Latency[i] = append(h.Latency[i], took)
		}
	case (d.State == event.Parked || d.State == event.Unknown) && len(d.History) == 0:
		a.Failed[i]++
	}
}

// quantile is the value below which a part of the sorted ones are; false without any.
func quantile(sorted []time.Duration, part float64) (time.Duration, bool) {
	if len(sorted) == 0 {
		return 0, false
	}
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))], true
}
