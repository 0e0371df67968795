package story

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/stripetest"
)

// Object is what Stripe's API serves of one object.
type Object = object

// Books are what the journal must come to: by currency of settlement and
// account, debits positive. Each currency adds up to 0.
type Books map[string]map[string]int64

// disputeFee is what Stripe takes for a dispute, won or lost.
const disputeFee = 1500

// book notes a transaction's two or three sides, worked out by hand and not by
// the code under test.
func (b Books) book(currency, account string, amount, fee int64) {
	if b[currency] == nil {
		b[currency] = map[string]int64{}
	}
	b[currency]["stripe_balance"] += amount - fee
	b[currency][account] -= amount
	b[currency]["fees"] += fee
}

// Add adds what other books hold.
func (b Books) Add(o Books) {
	for currency, accounts := range o {
		if b[currency] == nil {
			b[currency] = map[string]int64{}
		}
		for account, sum := range accounts {
			b[currency][account] += sum
		}
	}
}

// BooksOf are those of all stories together.
func BooksOf(stories []Story) Books {
	all := Books{}
	for _, s := range stories {
		all.Add(s.Books)
	}
	return all
}

// settled is an amount as it reaches the balance: pounds settle in euros.
func settled(amount int64, currency string) (int64, string, any) {
	if currency == "gbp" {
		return amount * 115 / 100, "eur", 1.15
	}
	return amount, currency, nil
}

// move is one balance transaction in the books and at Stripe, added once.
func (a *author) move(id, kind, category, account, source string, amount, fee int64) object {
	if i := slices.IndexFunc(a.story.Objects, func(o object) bool { return o["id"] == id }); i >= 0 {
		return a.story.Objects[i]
	}
	amount, currency, rate := settled(amount, a.life.Currency)
	o := object{
		"id": id, "object": "balance_transaction", "amount": amount, "fee": fee, "net": amount - fee, "currency": currency,
		"created": a.life.Now.Unix() + 1, "available_on": a.life.Now.Add(48 * time.Hour).Unix(), "type": kind, "reporting_category": category,
		"source": source, "status": "pending", "description": nil, "exchange_rate": rate, "fee_details": []any{},
	}
	a.story.Objects = append(a.story.Objects, o)
	a.story.Books.book(currency, account, amount, fee)
	return o
}

// sold is the current charge with Stripe's fee of 2.9% and 30.
func (a *author) sold() {
	amount, _, _ := settled(a.pay.Amount, a.pay.Currency)
	a.move(stripetest.Transaction(a.pay.Charge), "charge", "charge", "sales", a.pay.Charge, a.pay.Amount, amount*29/1000+30)
}

// gaveBack is a refund; Stripe keeps its fee. It serves the refund itself too,
// for versions whose events do not.
func (a *author) gaveBack(id string, amount int64) {
	txn := stripetest.Transaction(id)
	a.move(txn, "refund", "refund", "refunds", id, -amount, 0)
	a.story.Objects = append(a.story.Objects, object{
		"id": id, "object": "refund", "amount": amount, "charge": a.pay.Charge, "payment_intent": a.pay.ID,
		"currency": a.pay.Currency, "status": "succeeded", "created": a.life.Now.Unix() + 1, "balance_transaction": txn,
	})
}

// disputeMoves are the transactions of a dispute so far: the amount leaves when
// it is withdrawn and returns when it is reinstated, the fee does not return.
func (a *author) disputeMoves(kind, id string, amount int64) []object {
	switch kind {
	case "funds_withdrawn":
		a.moves = append(a.moves, a.move(stripetest.Transaction(id)+"w", "adjustment", "dispute", "disputes", id, -amount, disputeFee))
	case "funds_reinstated":
		a.moves = append(a.moves, a.move(stripetest.Transaction(id)+"r", "adjustment", "dispute_reversal", "disputes", id, amount, 0))
	}
	return append([]object{}, a.moves...)
}

// Close ends the month of the stories, at the time at: Stripe's own fee, which
// no event announces, then an automatic payout of each currency with something
// to pay out, reconciled. It marks the stories' transactions as paid out. The
// story that it returns has no order.
func Close(seed uint64, stories []Story, version string, at time.Time) Story {
	a := &author{version: version, rng: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // made-up data
	a.live(at)
	a.life.Currency = "eur"
	a.story = Story{Mails: map[string][2]int{}, Books: Books{}}
	a.move(a.id("txn_"), "stripe_fee", "fee", "fees", "", -700, 0)
	due := BooksOf(stories)
	due.Add(a.story.Books)
	own := slices.Clone(a.story.Objects)
	for _, currency := range sorted(due) {
		if amount := due[currency]["stripe_balance"]; amount > 0 {
			a.payOut(currency, amount, stories, own)
		}
	}
	return a.end("month closed")
}

func (a *author) payOut(currency string, amount int64, stories []Story, own []object) {
	id := a.id("po_")
	mark := func(o object) {
		if o["object"] == "balance_transaction" && o["currency"] == currency {
			o["_payout"] = id // answers ?payout=, never served
		}
	}
	for _, s := range stories {
		for _, o := range s.Objects {
			mark(o)
		}
	}
	for _, o := range own {
		mark(o)
	}
	a.story.Objects = append(a.story.Objects, object{
		"id": stripetest.Transaction(id), "object": "balance_transaction", "amount": -amount, "fee": 0, "net": -amount, "currency": currency, "_payout": id,
		"created": a.life.Now.Unix() + 1, "type": "payout", "reporting_category": "payout", "source": id, "status": "available", "fee_details": []any{},
	})
	a.story.Books.book(currency, "bank", -amount, 0)
	created := a.life.Now.Unix() + 1
	for _, e := range [][2]string{{"payout.created", "pending"}, {"payout.paid", "paid"}, {"payout.reconciliation_completed", "paid"}} {
		a.life.Send(e[0], object{
			"id": id, "amount": amount, "currency": currency, "status": e[1], "automatic": true, "created": created,
			"balance_transaction": stripetest.Transaction(id), "failure_balance_transaction": nil, "reconciliation_status": "completed",
		}, nil)
	}
}

func sorted(b Books) []string {
	var all []string
	for currency := range b {
		all = append(all, currency)
	}
	slices.Sort(all)
	return all
}
