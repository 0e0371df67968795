package console

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// timelineEvent is an event with what it made of our state.
type timelineEvent struct {
	ID      string
	Type    string
	Held    bool // it is quarantined
	Erased  bool
	At      time.Time    // when it happened at Stripe, else when it came
	Facts   *event.Facts // nil if it is quarantined or erased
	Effects []effect
	Mark    int    // the same for the event and its effects; -1 for none
	Amount  string // where it is another than before
}

// effect is what one action made of an event.
type effect struct {
	Action string
	State  string // shape
	Text   string
	// Lasting: it is state, which holds until something changes it, and nothing that was
	// sent.
	Lasting bool
	At      time.Time
}

// eventsOf are the events of a timeline in the order in which they happened at Stripe.
// What an action ignored has made nothing.
func eventsOf(moments []operator.Moment) (all []*timelineEvent) {
	byID := map[string]*timelineEvent{}
	for _, m := range moments {
		e := byID[m.Event]
		if e == nil {
			e = &timelineEvent{ID: m.Event, Type: m.Type, At: m.At}
			byID[m.Event], all = e, append(all, e)
		}
		e.add(m)
	}
	slices.SortStableFunc(all, func(a, b *timelineEvent) int {
		return cmp.Or(a.At.Truncate(time.Second).Compare(b.At.Truncate(time.Second)), a.received().Compare(b.received()), cmp.Compare(a.ID, b.ID))
	})
	for i, e := range all {
		e.Mark = i
	}
	return all
}

func (e *timelineEvent) received() time.Time {
	if e.Facts == nil {
		return e.At
	}
	return e.Facts.Received
}

func (e *timelineEvent) add(m operator.Moment) {
	switch {
	case m.Facts != nil:
		e.Facts = m.Facts
		if !m.Facts.Created.IsZero() {
			e.At = m.Facts.Created
		}
	case m.State == string(event.StatusQuarantined):
		e.Held = true
	case m.State == "erased":
		e.Erased = true
	case m.Action == "" || m.Action == event.Fetch:
	case m.Delivery != nil && (m.Delivery.State != event.Done || !m.Delivery.Withheld):
		e.Effects = append(e.Effects, effectOf(*m.Delivery))
	case m.State == string(event.StatusPending):
		e.Effects = append(e.Effects, effect{Action: m.Action, State: m.State, Text: m.Text, At: m.At})
	}
}

func effectOf(d event.Delivery) effect {
	x := effect{Action: d.Action, State: string(d.State), Text: d.Error, At: d.Updated}
	switch d.State {
	case event.Done:
		x.Text, x.Lasting = cmp.Or(d.Outcome, "done"), len(d.Effects) == 0
	case event.Waiting:
		x.Text = cmp.Or(d.Error, "waiting")
	case event.Discarded:
		x.Text = "discarded"
	case event.Parked, event.Unknown:
	}
	return x
}

// Label is the type without what the row of its object says.
func (e *timelineEvent) Label() string {
	if e.Facts != nil && e.Facts.ObjectType != "" {
		_, name, _ := strings.Cut(e.Facts.ObjectType, ".") // checkout.session, radar.early_fraud_warning
		for _, kind := range []string{e.Facts.ObjectType, cmp.Or(name, e.Facts.ObjectType)} {
			if i := strings.LastIndex(e.Type, kind+"."); i >= 0 {
				return e.Type[i+len(kind)+1:]
			}
		}
	}
	return cmp.Or(e.Type, "no type")
}

// object is what the event is about.
func (e *timelineEvent) object() string {
	if e.Facts == nil {
		return ""
	}
	return e.Facts.Object
}

// Class marks the event and its effects for the stylesheet.
func (e *timelineEvent) Class() string {
	if e.Mark < 0 {
		return ""
	}
	return " m" + strconv.Itoa(e.Mark)
}

// Path is its page.
func (e *timelineEvent) Path() string { return "/events/" + e.ID }
