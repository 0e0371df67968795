package order

import (
	"cmp"
	"maps"
)

// Facts is the set of what is known of an order, no larger than its rules need.
// Fields only ever grow: flags are set, times move to the later (or, where it
// says so, the earlier) one, statuses rise in rank.
type Facts struct {
	Account  string             `json:"account,omitempty"`
	Livemode bool               `json:"livemode,omitempty"`
	Currency string             `json:"currency,omitempty"` // of intents, charges, refunds and invoices: all the same
	Shown    string             `json:"shown,omitempty"`    // of sessions and disputes, which may be another
	Client   text               `json:"client,omitzero"`    // client_reference_id
	OrderID  text               `json:"order_id,omitzero"`  // metadata.order_id
	Intent   Intent             `json:"intent,omitzero"`
	Session  Session            `json:"session,omitzero"`
	Invoice  Invoice            `json:"invoice,omitzero"`
	Charges  map[string]Charge  `json:"charges,omitempty"`
	Refunds  map[string]Refund  `json:"refunds,omitempty"`
	Disputes map[string]Dispute `json:"disputes,omitempty"`
}

// Intent is what events of the payment intent said. Times are Unix seconds of
// the events' created.
type Intent struct {
	Known      bool   `json:"known,omitempty"`
	Amount     number `json:"amount,omitzero"`
	Received   int64  `json:"received,omitempty"`
	Succeeded  bool   `json:"succeeded,omitempty"`
	Canceled   bool   `json:"canceled,omitempty"`
	Authorized bool   `json:"authorized,omitempty"` // by an attempt whose charge is not named
	Processing int64  `json:"processing,omitempty"` // the last time it was
	Failed     int64  `json:"failed,omitempty"`     // the last failure
}

// Session is what events of a checkout session said.
type Session struct {
	Amount  number `json:"amount,omitzero"`
	Paid    bool   `json:"paid,omitempty"`
	Free    bool   `json:"free,omitempty"` // no payment was required
	Expired bool   `json:"expired,omitempty"`
	Unpaid  int64  `json:"unpaid,omitempty"` // completed while the money was still on its way
	Failed  int64  `json:"failed,omitempty"`
}

// Invoice is one that was paid outside Stripe or from the customer's balance.
type Invoice struct {
	Total number `json:"total,omitzero"`
	Paid  int64  `json:"paid,omitempty"`
}

// Charge is what is known of one charge.
type Charge struct {
	Amount    number   `json:"amount,omitzero"`
	Succeeded bool     `json:"succeeded,omitempty"` // authorised or captured
	Pending   bool     `json:"pending,omitempty"`
	Captured  int64    `json:"captured,omitempty"`
	Failed    int64    `json:"failed,omitempty"`   // the earliest event that says so
	Released  int64    `json:"released,omitempty"` // never captured and never will be; the earliest event
	Sum       snapshot `json:"sum,omitzero"`       // of its refunds
	Old       bool     `json:"old,omitempty"`      // some event came in an API version that tells sums, not refunds
}

// Refund is one refund object.
type Refund struct {
	Charge  string `json:"charge,omitempty"`
	Amount  int64  `json:"amount"`
	Status  string `json:"status,omitempty"`
	Told    bool   `json:"told,omitempty"` // by refund.created of an API version that sends it for every refund
	Created int64  `json:"created,omitempty"`
	Failed  int64  `json:"failed,omitempty"` // the earliest event that says failed or canceled
}

// Dispute is one dispute in the highest rank it reached.
type Dispute struct {
	Status string `json:"status"`
	Amount int64  `json:"amount"`
	At     int64  `json:"at"`
}

// text is a value that several objects may carry: that of the higher ranked
// object stands, then the newest, then the greater value.
type text struct {
	Rank int    `json:"rank,omitempty"`
	At   int64  `json:"at,omitempty"`
	Is   string `json:"is,omitempty"`
}

// number is a value that may be changed: the newest stands; within one second
// that of the higher ranked event type, then the greater value.
type number struct {
	At   int64 `json:"at,omitempty"`
	Rank int   `json:"rank,omitempty"`
	Is   int64 `json:"is,omitempty"`
}

// snapshot is a charge's sum of refunds at one time, the released remainder of
// a partial capture taken off.
type snapshot struct {
	At     int64 `json:"at,omitempty"`
	Sum    int64 `json:"sum,omitempty"`
	Refund bool  `json:"refund,omitempty"` // told because of a refund
}

// union is the set of what either says.
func (f Facts) union(g Facts) Facts {
	return Facts{
		Account:  max(f.Account, g.Account),
		Livemode: f.Livemode || g.Livemode,
		Currency: max(f.Currency, g.Currency),
		Shown:    max(f.Shown, g.Shown),
		Client:   f.Client.newer(g.Client),
		OrderID:  f.OrderID.newer(g.OrderID),
		Intent:   f.Intent.union(g.Intent),
		Session:  f.Session.union(g.Session),
		Invoice:  f.Invoice.union(g.Invoice),
		Charges:  unite(f.Charges, g.Charges),
		Refunds:  unite(f.Refunds, g.Refunds),
		Disputes: unite(f.Disputes, g.Disputes),
	}
}

// unite joins member by member and leaves both maps as they are.
func unite[T interface{ union(T) T }](a, b map[string]T) map[string]T {
	if len(b) == 0 {
		return a
	}
	all := make(map[string]T, len(a)+len(b))
	maps.Copy(all, a)
	for id, v := range b {
		if known, ok := all[id]; ok {
			v = known.union(v)
		}
		all[id] = v
	}
	return all
}

func (i Intent) union(j Intent) Intent {
	return Intent{
		Known:      i.Known || j.Known,
		Amount:     i.Amount.newer(j.Amount),
		Received:   max(i.Received, j.Received),
		Succeeded:  i.Succeeded || j.Succeeded,
		Canceled:   i.Canceled || j.Canceled,
		Authorized: i.Authorized || j.Authorized,
		Processing: max(i.Processing, j.Processing),
		Failed:     max(i.Failed, j.Failed),
	}
}

func (s Session) union(t Session) Session {
	return Session{
		Amount:  s.Amount.newer(t.Amount),
		Paid:    s.Paid || t.Paid,
		Free:    s.Free || t.Free,
		Expired: s.Expired || t.Expired,
		Unpaid:  max(s.Unpaid, t.Unpaid),
		Failed:  max(s.Failed, t.Failed),
	}
}

func (i Invoice) union(j Invoice) Invoice {
	return Invoice{
		Total: i.Total.newer(j.Total),
		Paid:  max(i.Paid, j.Paid),
	}
}

func (c Charge) union(d Charge) Charge {
	return Charge{
		Amount:    c.Amount.newer(d.Amount),
		Succeeded: c.Succeeded || d.Succeeded,
		Pending:   c.Pending || d.Pending,
		Captured:  max(c.Captured, d.Captured),
		Failed:    earliest(c.Failed, d.Failed),
		Released:  earliest(c.Released, d.Released),
		Sum:       c.Sum.newer(d.Sum),
		Old:       c.Old || d.Old,
	}
}

func (r Refund) union(s Refund) Refund {
	u := Refund{
		Charge:  max(r.Charge, s.Charge),
		Amount:  max(r.Amount, s.Amount),
		Status:  r.Status,
		Told:    r.Told || s.Told,
		Created: earliest(r.Created, s.Created),
		Failed:  earliest(r.Failed, s.Failed),
	}
	if rank, other := refundRank[r.Status], refundRank[s.Status]; other > rank || other == rank && s.Status > r.Status {
		u.Status = s.Status
	}
	return u
}

func (d Dispute) union(e Dispute) Dispute {
	if e.above(d) {
		return e
	}
	return d
}

func (d Dispute) above(e Dispute) bool {
	switch rank, other := disputeRank[d.Status], disputeRank[e.Status]; {
	case rank != other:
		return rank > other
	case d.At != e.At:
		return d.At > e.At
	case d.Status != e.Status:
		return d.Status < e.Status // within one second: lost, prevented, won
	default:
		return d.Amount > e.Amount
	}
}

func (a text) newer(b text) text {
	if cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.At, b.At), cmp.Compare(a.Is, b.Is)) < 0 {
		return b
	}
	return a
}

func (a number) newer(b number) number {
	if cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Is, b.Is)) < 0 {
		return b
	}
	return a
}

func (a snapshot) newer(b snapshot) snapshot {
	order := cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Sum, b.Sum))
	if order < 0 || order == 0 && b.Refund {
		return b
	}
	return a
}

// earliest of two times of which 0 means never.
func earliest(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
