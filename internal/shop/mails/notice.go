package mails

import (
	"cmp"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/money"
)

// Kinds of mail.
const (
	kindReceipt = "receipt"
	kindFailed  = "failed"
	kindRefund  = "refund"
	kindTrial   = "trial_ending"
	kindDispute = "dispute"
)

// How long after the event a mail still makes sense.
const (
	receiptAge = 72 * time.Hour
	failedAge  = 24 * time.Hour
	refundAge  = 72 * time.Hour
	disputeAge = 7 * 24 * time.Hour // without a date for the answer
)

// noAddress is the outcome of a mail without a recipient.
const noAddress = "no address"

// notice is one mail that a history makes due, or would but for skip.
type notice struct {
	kind, key string
	event     string    // id of the event that it is about
	at        time.Time // when that happened
	until     time.Time // too late after this
	livemode  bool
	connected bool     // of a connected account, which may mail its customers itself
	says      []string // ids of all events that report it
	skip      string   // why there is no mail after all
	awaits    bool     // the invoice of the payment is known by name alone

	reach            // of the customer; a dispute goes to the shop
	locale    string // of the checkout, may be empty: an event that reports it later makes no mail due
	payment   string // id of the payment intent, else the charge, else the invoice
	reference string
	amount    money.Amount
	shown     money.Amount // the amount as the customer saw it, zero if that is the same
	card      method
	reason    string // failed: Stripe's sentence for the customer; dispute: its reason
	code      string // failed: Stripe's code for the reason
	payLink   string
	// receiptLink is Stripe's page of the receipt, invoiceLink that of the invoice; either may be
	// empty.
	receiptLink, invoiceLink string
	days                     []string  // failed: of its attempts, in UTC
	deadline                 time.Time // trial: its end; dispute: when evidence is due, zero if none is asked for
	status                   string    // dispute: the newest that is known
	refunded                 refunded  // refund: what it is part of
	// stripeMails: Stripe mails a receipt, as for any live payment with a
	// receipt_email.
	stripeMails bool
}

// notices are all mails that the events make due, in a fixed order. It is a pure
// function of the set of events, and of whether customers get text messages.
func notices(events []facts.Event, texts bool) []notice {
	s := study(events)
	all := slices.Concat(s.receipts(), s.invoiceReceipts(), s.failures(), s.refunds(), s.snapshotRefunds(), s.trials(), s.disputes())
	for i := range all {
		n := &all[i]
		if n.reference == "" {
			n.reference = s.reference
		}
		n.awaits, n.locale = s.awaits(n.payment), s.locale
		if n.shown.Currency == "" && n.kind != kindDispute { // a dispute's is what the bank says
			n.shown = s.presented[n.payment].show(n.amount)
		}
		if !texts || !texted[n.kind] {
			n.phone = ""
		}
		if n.skip == "" && n.reach == (reach{}) && n.kind != kindDispute {
			n.skip = noAddress
		}
	}
	return all
}

// id distinguishes the notices of one history. A key does not where only the sum
// of a charge's refunds is reported: after one failed, it can come to the same
// again.
func (n notice) id() string {
	if n.refunded.of == nil {
		return n.key
	}
	return n.key + "@" + n.at.UTC().Format(time.RFC3339)
}

// gather merges what several events say of one mail: the earliest event is
// what the mail is about.
type gather struct {
	order []string
	by    map[string]*notice // by id
}

// add records that event e reports the mail n. Events come oldest first.
func (g *gather) add(e facts.Event, n notice) *notice {
	if g.by == nil {
		g.by = map[string]*notice{}
	}
	id := n.id()
	known := g.by[id]
	if known == nil || known.skip != "" && n.skip == "" {
		if known != nil {
			n.says = known.says
		} else {
			g.order = append(g.order, id)
		}
		n.event, n.livemode, n.connected = e.ID, e.Livemode, e.Account != ""
		g.by[id] = &n
		known = &n
	}
	known.says = append(known.says, e.ID)
	return known
}

func (g *gather) all() []notice {
	out := make([]notice, 0, len(g.order))
	for _, id := range g.order {
		out = append(out, *g.by[id])
	}
	return out
}

// method is what a payment was made with: a card's brand or another means, and the last
// digits if it has some.
type method struct{ name, last4 string }

var (
	paidDirectly = method{name: "outside Stripe"}
	fromBalance  = method{name: "customer balance"}
)

// means is what the charge was paid with.
func means(c *facts.Charge) method {
	return method{capital(spaced(cmp.Or(c.Brand, c.Method))), c.Last4}
}

// capital makes the first letter of s a capital.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
