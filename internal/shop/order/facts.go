package order

// Facts is what is known of an order, no larger than its rules need.
// Fields only ever grow: flags are set, times move to the later (or, where it
// says so, the earlier) one, statuses rise in rank.
type Facts struct {
	Currency string             `json:"currency,omitempty"` // of refunds and payment records: that of what was paid
	Client   text               `json:"client,omitzero"`    // client_reference_id
	OrderID  notes              `json:"order_id,omitempty"` // metadata.order_id
	Intent   Intent             `json:"intent,omitzero"`
	Session  Session            `json:"session,omitzero"`
	Invoice  Invoice            `json:"invoice,omitzero"`
	Charges  map[string]Charge  `json:"charges,omitempty"` // those that succeeded
	Attempts Attempts           `json:"attempts,omitzero"` // all charges
	Refunds  map[string]Refund  `json:"refunds,omitempty"`
	Disputes map[string]Dispute `json:"disputes,omitempty"`
	Ties     Ties               `json:"ties,omitzero"`
}

// Ties connect a payment to its invoice, and a first invoice to the checkout of its
// subscription. Either end may name the other, so rows are joined when they are
// read; see Fold.
type Ties struct {
	Invoices     map[string]bool  `json:"invoices,omitempty"`     // of a payment: those that it pays
	Payments     map[string]int64 `json:"payments,omitempty"`     // of an invoice: the newest intents and charges that pay it, or tried to
	Subscription string           `json:"subscription,omitempty"` // of the first invoice of one
}

// Intent is what events of the payment intent said. Times are Unix seconds of
// the events' created.
type Intent struct {
	Known      bool  `json:"known,omitempty"`
	Amount     price `json:"amount,omitzero"`
	Seen       rate  `json:"seen,omitzero"`
	Received   int64 `json:"received,omitempty"`
	Succeeded  bool  `json:"succeeded,omitempty"`
	Canceled   bool  `json:"canceled,omitempty"`
	Authorized bool  `json:"authorized,omitempty"` // by an attempt whose charge is not named
	Processing int64 `json:"processing,omitempty"` // the last time it was
	Failed     int64 `json:"failed,omitempty"`     // the last failure
}

// Session is what events of a checkout session said.
type Session struct {
	Amount  price `json:"amount,omitzero"`
	Seen    rate  `json:"seen,omitzero"`
	Paid    bool  `json:"paid,omitempty"`
	Free    bool  `json:"free,omitempty"` // no payment was required
	Expired bool  `json:"expired,omitempty"`
	Unpaid  int64 `json:"unpaid,omitempty"` // completed while the money was still on its way
	Failed  int64 `json:"failed,omitempty"`
}

// Invoice is one that was paid outside Stripe or from the customer's balance.
type Invoice struct {
	Total price `json:"total,omitzero"`
	Paid  int64 `json:"paid,omitempty"`
	// Records are payments outside Stripe. They count besides
	// amount_paid_off_stripe, which newer API versions leave out.
	Records map[string]int64 `json:"records,omitempty"`
}

// Attempts sums up the charges of an order. Stripe makes one attempt after the
// other, so of those that did not succeed the newest alone decides, and ten thousand
// that failed take no more room than a few.
type Attempts struct {
	Amount  price            `json:"amount,omitzero"`   // that was tried last
	Pending int64            `json:"pending,omitempty"` // when the newest that was pending began
	Failed  int64            `json:"failed,omitempty"`  // when the newest failure was, as far as known
	Charges map[string]int64 `json:"charges,omitempty"` // the newest, and when; see newest
}

// Charge is what is known of a charge that succeeded: authorised or captured.
type Charge struct {
	Amount   price    `json:"amount,omitzero"`
	Seen     rate     `json:"seen,omitzero"`
	Captured int64    `json:"captured,omitempty"`
	Released int64    `json:"released,omitempty"` // never captured and never will be; the earliest event
	Sum      snapshot `json:"sum,omitzero"`       // of its refunds
	Old      bool     `json:"old,omitempty"`      // some event's version reports sums, not refunds
	Reversed bool     `json:"reversed,omitempty"` // some event's version counts a released remainder as a refund
}

// Refund is one refund object.
type Refund struct {
	Charge  string `json:"charge,omitempty"`
	Amount  int64  `json:"amount"`
	Status  string `json:"status,omitempty"`
	Real    bool   `json:"real,omitempty"` // some event's version does not count a released remainder as a refund
	Created int64  `json:"created,omitempty"`
	Failed  int64  `json:"failed,omitempty"` // the earliest event that says failed or canceled
}

// Dispute is one dispute in the highest rank it reached.
type Dispute struct {
	Status   string `json:"status"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency,omitempty"` // may be another than the order's
	Charge   string `json:"charge,omitempty"`
	At       int64  `json:"at"`
}

// text is a value that several objects may carry: that of the higher ranked
// object stands, then the newest, then the greater value.
type text struct {
	Rank int    `json:"rank,omitempty"`
	At   int64  `json:"at,omitempty"`
	Is   string `json:"is,omitempty"`
}

// price is an amount and its currency, both of which may be changed: the newest
// stands; within one second that of the higher ranked event type, then the greater
// amount. One of nothing does not replace another.
type price struct {
	At   int64  `json:"at,omitempty"`
	Rank int    `json:"rank,omitempty"`
	Is   int64  `json:"is,omitempty"`
	In   string `json:"in,omitempty"`
}

// rate is how much the customer saw, in another currency, of how much in the
// order's; the newest. Nothing where there is no other.
type rate struct {
	At int64  `json:"at,omitempty"`
	Is int64  `json:"is,omitempty"`
	In string `json:"in,omitempty"`
	Of int64  `json:"of,omitempty"`
}

// snapshot is a charge's sum of refunds at one time, the released remainder of
// a partial capture taken off.
type snapshot struct {
	At     int64 `json:"at,omitempty"`
	Sum    int64 `json:"sum,omitempty"`
	Before int64 `json:"before,omitempty"` // the sum before the event
	Refund bool  `json:"refund,omitempty"` // reported because of a refund
}
