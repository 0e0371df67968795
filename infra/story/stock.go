package story

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Checkout is a story of a session that sells goods.
type Checkout struct {
	Story
	Sells     map[string]int64 // how many of each item
	Reserved  bool             // in the end it is still on its way,
	Committed bool             // or it is sold; else given back
}

// Level is what `payhooks stock` must show of an item in the end.
type Level struct{ OnHand, Reserved, BackOrdered int64 }

// visits are what can become of a checkout, told in turn.
var visits = []struct {
	title               string
	tell                func(*teller)
	reserved, committed bool
}{
	{"paid at the checkout", (*teller).paid, false, true},
	{"bank debit on its way", (*teller).debit, true, false},
	{"bank debit cleared", (*teller).cleared, false, true},
	{"bank debit bounced", (*teller).bounced, false, false},
	{"left at the checkout", (*teller).abandoned, false, false},
	{"authorized at the checkout", (*teller).heldAtCheckout, true, false},
	{"authorized at the checkout, captured later", (*teller).capturedAfterCheckout, false, true},
	{"authorized at the checkout, then canceled", (*teller).canceledAfterCheckout, false, false},
	{"refunded in full, the goods are gone", (*teller).refundedInFull, false, true},
}

// Checkouts tells n stories of sessions that sell a few items, in the given API
// version. The first event happened at begin.
func Checkouts(seed uint64, n int, version string, begin time.Time) []Checkout {
	t := &teller{version: version, rng: rand.New(rand.NewPCG(seed, 5)), now: begin} //nolint:gosec // made-up data
	all := make([]Checkout, n)
	for i := range all {
		v := visits[i%len(visits)]
		t.begin(i)
		sells := map[string]int64{"price_tee": 1 + t.rng.Int64N(3), "price_cap": 1}
		session := t.pay.session
		v.tell(t)
		t.story.Title = v.title
		for item, quantity := range sells {
			t.story.Objects = append(t.story.Objects, object{
				"id": fmt.Sprintf("li_%s%s", item, session), "object": "item", "_session": session, "quantity": quantity,
				"currency": t.pay.currency, "price": object{"id": item, "object": "price", "type": "one_time", "product": "prod_" + item},
			})
		}
		all[i] = Checkout{t.story, sells, v.reserved, v.committed}
	}
	return all
}

// StockOf is what these checkouts leave of the supplies. Restock is off.
func StockOf(all []Checkout, supplies map[string]int64) map[string]Level {
	reserved, committed := map[string]int64{}, map[string]int64{}
	for _, c := range all {
		for item, n := range c.Sells {
			if c.Reserved {
				reserved[item] += n
			}
			if c.Committed {
				committed[item] += n
			}
		}
	}
	stock := map[string]Level{}
	for item, n := range supplies {
		stock[item] = Level{max(0, n-committed[item]), reserved[item], max(0, committed[item]-n)}
	}
	return stock
}

// heldAtCheckout is a session whose money is only authorised: no sale yet.
func (t *teller) heldAtCheckout() {
	t.authorized()
	t.session("checkout.session.completed", "complete", "unpaid")
}

func (t *teller) capturedAfterCheckout() {
	t.captured()
	t.session("checkout.session.completed", "complete", "unpaid")
}

func (t *teller) canceledAfterCheckout() {
	t.canceled()
	t.session("checkout.session.completed", "complete", "unpaid")
}
