package story

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"
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

// move is one balance transaction in the books and at Stripe. Telling it twice
// changes nothing.
func (t *teller) move(id, kind, category, account, source string, amount, fee int64) object {
	if i := slices.IndexFunc(t.story.Objects, func(o object) bool { return o["id"] == id }); i >= 0 {
		return t.story.Objects[i]
	}
	amount, currency, rate := settled(amount, t.pay.currency)
	o := object{
		"id": id, "object": "balance_transaction", "amount": amount, "fee": fee, "net": amount - fee, "currency": currency,
		"created": t.now.Unix() + 1, "available_on": t.now.Add(48 * time.Hour).Unix(), "type": kind, "reporting_category": category,
		"source": source, "status": "pending", "description": nil, "exchange_rate": rate, "fee_details": []any{},
	}
	t.story.Objects = append(t.story.Objects, o)
	t.story.Books.book(currency, account, amount, fee)
	return o
}

func moveID(source string) string { return "txn_" + source[strings.IndexByte(source, '_')+1:] }

// saleID names the transaction of the current charge, whichever event tells it.
func (t *teller) saleID() string { return moveID(t.pay.charge) }

// sold is the current charge with Stripe's fee of 2.9% and 30.
func (t *teller) sold() {
	amount, _, _ := settled(t.pay.amount, t.pay.currency)
	t.move(t.saleID(), "charge", "charge", "sales", t.pay.charge, t.pay.amount, amount*29/1000+30)
}

// gaveBack is a refund; Stripe keeps its fee. It serves the refund itself too,
// for versions whose events do not.
func (t *teller) gaveBack(id string, amount int64) (txn string) {
	txn = moveID(id)
	t.move(txn, "refund", "refund", "refunds", id, -amount, 0)
	t.story.Objects = append(t.story.Objects, object{
		"id": id, "object": "refund", "amount": amount, "charge": t.pay.charge, "payment_intent": t.pay.intent,
		"currency": t.pay.currency, "status": "succeeded", "created": t.now.Unix() + 1, "balance_transaction": txn,
	})
	return txn
}

// disputeMoves are the transactions of a dispute so far: the amount goes when
// it is withdrawn and comes back when it is reinstated, the fee stays.
func (t *teller) disputeMoves(kind, id string) []object {
	switch kind {
	case "funds_withdrawn":
		t.pay.moves = append(t.pay.moves, t.move(moveID(id)+"w", "adjustment", "dispute", "disputes", id, -t.pay.amount, disputeFee))
	case "funds_reinstated":
		t.pay.moves = append(t.pay.moves, t.move(moveID(id)+"r", "adjustment", "dispute_reversal", "disputes", id, t.pay.amount, 0))
	}
	return slices.Clone(t.pay.moves)
}

// Close ends the month of the stories, at the time at: Stripe's own fee, which
// no event announces, then an automatic payout of each currency with something
// to pay out, reconciled. It marks the stories' transactions as paid out. The
// story that it returns has no order.
func Close(seed uint64, stories []Story, version string, at time.Time) Story {
	t := &teller{version: version, rng: rand.New(rand.NewPCG(seed, 1)), now: at} //nolint:gosec // made-up data
	t.story = Story{Title: "month closed", Mails: map[string][2]int{}, Books: Books{}}
	t.pay.currency = "eur"
	t.move(t.id("txn_"), "stripe_fee", "fee", "fees", "", -700, 0)
	due := BooksOf(stories)
	due.Add(t.story.Books)
	own := slices.Clone(t.story.Objects)
	for _, currency := range sorted(due) {
		if amount := due[currency]["stripe_balance"]; amount > 0 {
			t.payOut(currency, amount, stories, own)
		}
	}
	return t.story
}

func (t *teller) payOut(currency string, amount int64, stories []Story, own []object) {
	id := t.id("po_")
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
	t.story.Objects = append(t.story.Objects, object{
		"id": moveID(id), "object": "balance_transaction", "amount": -amount, "fee": 0, "net": -amount, "currency": currency, "_payout": id,
		"created": t.now.Unix() + 1, "type": "payout", "reporting_category": "payout", "source": id, "status": "available", "fee_details": []any{},
	})
	t.story.Books.book(currency, "bank", -amount, 0)
	created := t.now.Unix() + 1
	for _, e := range [][2]string{{"payout.created", "pending"}, {"payout.paid", "paid"}, {"payout.reconciliation_completed", "paid"}} {
		t.event(e[0], object{
			"id": id, "amount": amount, "currency": currency, "status": e[1], "automatic": true, "created": created,
			"balance_transaction": moveID(id), "failure_balance_transaction": nil, "reconciliation_status": "completed",
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
