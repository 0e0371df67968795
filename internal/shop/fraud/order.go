package fraud

import (
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/union"
)

// Order is the row of one order.
type Order struct {
	Order string `json:"order"`
	event.Scope
	Holds []Hold `json:"holds,omitempty"` // one per reason, without those of its sources; see Holds
	Facts Facts  `json:"facts"`
}

// Facts is the set of what is known of an order. Fields only ever grow, or move
// to the earlier time.
type Facts struct {
	Sources  []string        `json:"sources,omitempty"` // those that the release before named without a time
	Tried    Tried           `json:"tried,omitempty"`   // its cards and customers; see Sources
	Warnings map[string]Span `json:"warnings,omitempty"`
	Reviews  map[string]Span `json:"reviews,omitempty"`
	Disputes map[string]Case `json:"disputes,omitempty"`
}

// Span is something that began and may have ended. Times are Unix seconds.
type Span struct {
	Since int64  `json:"since,omitempty"`
	Ended int64  `json:"ended,omitempty"`
	Due   number `json:"due,omitzero"`
}

// Case is one dispute, which may have begun as an inquiry. Since is when the
// first event that says so was created, Began when the case itself was.
type Case struct {
	Began   int64 `json:"began"`
	Inquiry Span  `json:"inquiry,omitzero"`
	Dispute Span  `json:"dispute,omitzero"`
}

// number is a value that may be changed: the newest stands, of one second the
// greatest.
type number struct {
	At int64 `json:"at,omitempty"`
	Is int64 `json:"is,omitempty"`
}

// Merge returns the row of the order id, as it was before, with what e says. It
// gives the same row for the same set of events in any sequence, and changes
// nothing for an event it has seen. The event must be about the order, in its
// scope; see Key.
func Merge(old Order, id string, e facts.Event) Order {
	return of(e.Scope, id, old.Facts.union(reported(e)))
}

// of computes the row of an order from its facts.
func of(s event.Scope, id string, f Facts) Order {
	o := Order{Order: id, Scope: s, Facts: f}
	inquiries, disputes := f.cases()
	o.add(Warning, spans(f.Warnings))
	o.add(Review, spans(f.Reviews))
	o.add(Inquiry, inquiries)
	o.add(Dispute, disputes)
	return o
}

func (o *Order) add(why string, all []span) {
	if s, ok := hold(all); ok {
		o.Holds = append(o.Holds, Hold{
			Order: o.Order, Why: why, Since: at(s.since), Due: at(s.due), Released: at(s.ended),
			Scope: o.Scope,
		})
	}
}

func spans(known map[string]Span) []span {
	all := make([]span, 0, len(known))
	for _, s := range known {
		all = append(all, span{s.Since, s.Due.Is, s.Ended})
	}
	return all
}

// cases returns when inquiries and disputes held the order. An inquiry ends when
// it is closed, or when it becomes a dispute. A dispute that is closed needs no
// evidence any more, won or lost: its hold is over.
func (f Facts) cases() (inquiries, disputes []span) {
	for _, c := range f.Disputes {
		since := c.Began
		if c.Inquiry.Since != 0 {
			inquiries = append(inquiries, span{c.Began, c.Inquiry.Due.Is, union.Earliest(c.Inquiry.Ended, c.Dispute.Since)})
			since = c.Dispute.Since
		}
		if c.Dispute.Since != 0 {
			disputes = append(disputes, span{since, c.Dispute.Due.Is, c.Dispute.Ended})
		}
	}
	return inquiries, disputes
}

// union is the set of what either says.
func (f Facts) union(g Facts) Facts {
	return Facts{
		Tried:    f.Tried.union(g.Tried),
		Sources:  slices.Compact(slices.Sorted(slices.Values(slices.Concat(f.Sources, g.Sources)))),
		Warnings: union.Maps(f.Warnings, g.Warnings, Span.union),
		Reviews:  union.Maps(f.Reviews, g.Reviews, Span.union),
		Disputes: union.Maps(f.Disputes, g.Disputes, Case.union),
	}
}

func (s Span) union(t Span) Span {
	return Span{union.Earliest(s.Since, t.Since), union.Earliest(s.Ended, t.Ended), s.Due.newer(t.Due)}
}

func (c Case) union(d Case) Case {
	return Case{union.Earliest(c.Began, d.Began), c.Inquiry.union(d.Inquiry), c.Dispute.union(d.Dispute)}
}

func (n number) newer(m number) number {
	if m.At > n.At || m.At == n.At && m.Is > n.Is {
		return m
	}
	return n
}
