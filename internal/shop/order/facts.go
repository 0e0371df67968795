package order

// Facts is what is known of an order, no larger than its rules need.
// Fields only ever grow: flags are set, times move to the later (or, where it
// says so, the earlier) one, statuses rise in rank.
type Facts struct {
	Currency string             `json:"currency,omitempty"` // of intents, charges, refunds and invoices: all the same
	Shown    string             `json:"shown,omitempty"`    // of sessions and disputes, which may be another
	Client   text               `json:"client,omitzero"`    // client_reference_id
	OrderID  notes              `json:"order_id,omitempty"` // metadata.order_id
	Intent   Intent             `json:"intent,omitzero"`
	Session  Session            `json:"session,omitzero"`
	Invoice  Invoice            `json:"invoice,omitzero"`
	Charges  map[string]Charge  `json:"charges,omitempty"`
	Refunds  map[string]Refund  `json:"refunds,omitempty"`
	Disputes map[string]Dispute `json:"disputes,omitempty"`
	Ties     Ties               `json:"ties,omitzero"`
}

// Ties connect a payment to its invoice, and a first invoice to the checkout of its
// subscription. Either end may name the other, so rows are joined when they are
// read; see Fold.
type Ties struct {
	Invoices     map[string]bool `json:"invoices,omitempty"`     // of a payment: those that it pays
	Payments     map[string]bool `json:"payments,omitempty"`     // of an invoice: intents and charges that pay it
	Subscription string          `json:"subscription,omitempty"` // of the first invoice of one
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
	// Records are payments outside Stripe. They count besides
	// amount_paid_off_stripe, which newer API versions leave out.
	Records map[string]int64 `json:"records,omitempty"`
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
	Old       bool     `json:"old,omitempty"`      // some event's version reports sums, not refunds
	Reversed  bool     `json:"reversed,omitempty"` // some event's version counts a released remainder as a refund
}

// Refund is one refund object.
type Refund struct {
	Charge   string `json:"charge,omitempty"`
	Amount   int64  `json:"amount"`
	Status   string `json:"status,omitempty"`
	Reported bool   `json:"reported,omitempty"` // by refund.created of an API version that sends it for every refund
	Real     bool   `json:"real,omitempty"`     // some event's version does not count a released remainder as a refund
	Created  int64  `json:"created,omitempty"`
	Failed   int64  `json:"failed,omitempty"` // the earliest event that says failed or canceled
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
	Refund bool  `json:"refund,omitempty"` // reported because of a refund
}
