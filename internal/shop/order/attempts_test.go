//go:build !race

package order

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// attempted is a payment that was tried again and again, by card and by bank debit,
// and ends as drawn. Old charges are touched at any time.
func attempted(r *rapid.T) *payment {
	p := &payment{r: r, Payment: newPayment(pick(r, versions))}
	p.Life.Lean = true
	p.Create()
	for range rapid.SampledFrom([]int{0, 1, 2, 3, 5, most + 5}).Draw(r, "attempts") {
		first := p.Charge
		p.Life.Version = pick(r, versions)
		if p.flip("debit") {
			p.Debit()
		}
		p.Decline()
		if p.flip("touched") {
			p.touchFailed(first)
		}
	}
	tried := p.Charge
	pick(r, []func(){func() {}, func() { p.Debit() }, func() { p.Pay() }, func() { p.Debit().Pay() }, func() { p.Authorize() }, func() { p.Authorize().Release() }})()
	if tried != "ch_1" {
		p.touchFailed("ch_1")
	}
	return p
}

// touchFailed reports a charge that failed as it is.
func (p *payment) touchFailed(id string) {
	for _, e := range p.Life.Events {
		if o, ok := e.Object.(object); ok && e.Type == "charge.failed" && o["id"] == id {
			add(p.Payment, "charge.updated", o)
		}
	}
}

// unfolded is the status by all charges, each with its own life.
func unfolded(es []facts.Event) string {
	type charge struct{ failed, pending, succeeded, captured, released bool }
	all := map[string]*charge{}
	at := func(id string) *charge {
		if all[id] == nil {
			all[id] = &charge{}
		}
		return all[id]
	}
	for _, e := range es {
		switch c, i := e.Charge, e.PaymentIntent; {
		case c != nil && c.Status == "succeeded":
			at(c.ID).succeeded, at(c.ID).captured = true, at(c.ID).captured || c.AmountCaptured > 0
			at(c.ID).released = at(c.ID).released || c.AmountRefunded == c.Amount
		case c != nil && c.Status == "failed":
			at(c.ID).failed = true
		case c != nil && c.Status == "pending":
			at(c.ID).pending = true
		case i != nil && i.LatestCharge != "" && e.Type == "payment_intent.payment_failed":
			at(i.LatestCharge).failed = true
		}
	}
	status := Open
	for _, c := range all {
		switch {
		case c.captured:
			return Paid
		case c.released:
			return Canceled
		case c.succeeded:
			return Authorized
		case c.pending && !c.failed:
			status = Processing
		case status != Processing:
			status = Failed
		}
	}
	return status
}

func TestAttemptsThatAreFoldedDecideAsAllTogether(t *testing.T) {
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		for range together {
			all := views(attempted(r).Payment)
			o := merge(all)
			if want := unfolded(all); o.Status != want {
				r.Fatalf("%s: order is %s, want %s\n%s", typesOf(all), o.Status, want, encode(r, o))
			}
			same(r, encode(r, o), disorder(r, all))
			lives++
		}
	})
	t.Logf("%d lives of up to %d attempts", lives, most+6)
}

// longest is what DynamoDB and a person can still read; see the rules of the shop.
const longest = 64 << 10

func TestARowStaysSmallWhateverHappensTenThousandTimes(t *testing.T) {
	for name, happens := range map[string]func(p *payment){
		"attempts that fail":    func(p *payment) { p.Decline() },
		"updates of the intent": func(p *payment) { p.SendIntent("requires_action", "requires_action", nil) },
		"updates of the charge": func(p *payment) { p.Touch() },
	} {
		p := &payment{Payment: newPayment(stripetest.Latest)}
		p.Life.Lean = true
		p.Life.NewID = longID()
		p.Payment = p.Life.Payment(stripetest.Payment{Currency: "eur"})
		p.Create()
		for range 10_000 {
			happens(p)
		}
		all := views(p.Payment)
		for kind, some := range map[string][]facts.Event{"all": all, "charges": about("charge.", all), "intents": about("payment_intent.", all)} {
			t.Logf("%s, %s: %d events, row of %d bytes", name, kind, len(some), smallest(t, some))
		}
	}
}

// smallest is the size of the row, which is the same in another order.
func smallest(t *testing.T, es []facts.Event) int {
	t.Helper()
	want := encode(t, merge(es))
	mixed := slices.Clone(es)
	rng := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // one seed, one order
	rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	same(t, want, mixed)
	if len(want) > longest {
		t.Errorf("a row of %d events takes %d bytes, want at most %d", len(es), len(want), longest)
	}
	return len(want)
}

func about(kind string, es []facts.Event) []facts.Event {
	return slices.DeleteFunc(slices.Clone(es), func(e facts.Event) bool { return !strings.HasPrefix(e.Type, kind) })
}

// longID makes ids as long as Stripe's.
func longID() func(string) string {
	n := 0
	return func(prefix string) string {
		n++
		return fmt.Sprintf("%s3PQ8x2LkdIwHu7ix%08d", prefix, n)
	}
}

func TestAnInvoiceStaysSmallWhicheverChargesFailToPayIt(t *testing.T) {
	p := newPayment("2017-02-14")
	p.Life.NewID = longID()
	p.Life.After = time.Second
	for range 10_000 {
		add(p, "invoice.payment_failed", object{"object": "invoice", "id": "in_1", "status": "open", "total": 1000, "amount_due": 1000, "currency": "eur", "charge": p.Life.ID("ch_")})
	}
	var o Order
	for _, e := range views(p) {
		o = Merge(o, "in_1", e)
	}
	if size := len(encode(t, o)); size > longest {
		t.Errorf("row takes %d bytes, want at most %d", size, longest)
	}
}
