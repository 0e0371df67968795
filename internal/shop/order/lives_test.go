package order

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// payment is a generated life of one payment, and by its side what is right.
type payment struct {
	*stripetest.Payment
	r        *rapid.T
	paid     int64
	refunds  map[string]int64 // those that stand
	disputes map[string]claim
}

// claim is a dispute: what it is of the payment, and what became of it.
type claim struct {
	is, seen int64
	in, ends string
}

// shownAs is how much the customer saw of 1000.
const shownAs = 1837

var versions = []facts.Version{stripetest.Older, "2024-11-20.acacia", stripetest.Latest}

// aPayment lives in euros, first asked for in dollars, seen in zlotys.
func aPayment(r *rapid.T) *payment {
	p := &payment{r: r, refunds: map[string]int64{}, disputes: map[string]claim{}, Payment: newPayment(pick(r, versions))}
	if p.flip("changed") {
		p.Amount, p.Currency = 777, "usd"
		p.Create()
	}
	p.Amount, p.Currency = 1000, "eur"
	p.Over = object{"presentment_details": object{"presentment_amount": shownAs, "presentment_currency": "pln"}}
	p.Create()
	for range p.upTo(3, "declined") {
		p.Decline()
	}
	p.pay()
	for range p.upTo(6, "steps") {
		p.Life.Version = pick(r, versions)
		pick(r, []func(){p.refund, p.fail, p.dispute, func() { p.Touch() }})()
	}
	return p
}

func (p *payment) pay() {
	p.paid = p.Amount
	switch p.upTo(3, "how") {
	case 0:
		p.Pay()
	case 1:
		p.Debit().Pay()
	case 2:
		p.paid = 1 + p.upTo(999, "part")
		p.Authorize().Capture(p.paid, true)
	default:
		part := 1 + p.upTo(400, "part")
		p.paid = part + 1 + p.upTo(400, "rest")
		p.Authorize().Capture(part, false).Capture(p.paid-part, true)
	}
}

func (p *payment) refund() {
	if left := p.paid - p.refunded(); left > 0 {
		id := p.Life.ID("re_")
		p.refunds[id] = 1 + p.upTo(left-1, "refunded")
		p.RefundAs(id, p.refunds[id], pick(p.r, []string{"succeeded", "pending"}))
	}
}

func (p *payment) fail() {
	if ids := slices.Sorted(maps.Keys(p.refunds)); len(ids) > 0 {
		id := pick(p.r, ids)
		delete(p.refunds, id)
		p.EndRefund(id, pick(p.r, []string{"failed", "canceled"}))
	}
}

// dispute is one of any amount, also above the payment's, in any currency.
func (p *payment) dispute() {
	id := p.Life.ID("dp_")
	c := claim{seen: 1 + p.upTo(2*shownAs, "disputed"), in: pick(p.r, []string{"eur", "pln", "jpy"}), ends: pick(p.r, []string{"needs_response", "won", "lost", "lost", "prevented", "warning_closed"})}
	switch c.in {
	case "eur":
		c.is = c.seen
	case "pln":
		c.is = (2*c.seen*1000 + shownAs) / (2 * shownAs)
	default:
		c.is = p.paid
	}
	p.disputes[id] = c
	steps := []string{"created:warning_needs_response", "created:needs_response", "updated:under_review", "closed:" + c.ends}
	switch c.ends {
	case "needs_response":
		steps = steps[1:2]
	case "warning_closed":
		steps = []string{steps[0], steps[3]}
	}
	own := p.Currency
	p.Currency = c.in
	for _, s := range steps[p.upTo(int64(len(steps)-1), "begins"):] {
		kind, status, _ := strings.Cut(s, ":")
		p.Dispute(kind, id, c.seen, status)
	}
	p.Currency = own
}

func (p *payment) refunded() (sum int64) {
	for _, amount := range p.refunds {
		sum += amount
	}
	return sum
}

// right is the row of the whole life.
func (p *payment) right() row {
	w := row{Order: "pi_1", Reference: "A-1", Amount: 1000, Paid: p.paid, Refunded: p.refunded()}
	for _, c := range p.disputes {
		switch c.ends {
		case "needs_response":
			w.Disputed += c.is
		case "lost":
			w.Lost += c.is
		}
	}
	w.Lost = min(w.Lost, w.Paid-w.Refunded)
	switch back := w.Refunded + w.Lost; {
	case w.Lost > 0 && back == w.Paid:
		w.Status = Lost
	case w.Disputed > 0:
		w.Status = Disputed
	case back == w.Paid:
		w.Status = Refunded
	case back > 0:
		w.Status = PartiallyRefunded
	default:
		w.Status = Paid
	}
	return w
}

func (p *payment) flip(what string) bool { return rapid.Bool().Draw(p.r, what) }

func (p *payment) upTo(n int64, what string) int64 { return rapid.Int64Range(0, n).Draw(p.r, what) }

func pick[T any](r *rapid.T, of []T) T {
	return of[rapid.IntRange(0, len(of)-1).Draw(r, "which")]
}
