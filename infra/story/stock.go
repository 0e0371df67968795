package story

import "fmt"

// Level is what `payhooks stock` must show of an item in the end.
type Level struct{ OnHand, Reserved, BackOrdered int64 }

// fate is what becomes of a checkout's goods.
type fate int

const (
	givenBack fate = iota
	reserved
	committed
)

// Tee and Cap are the items that the checkouts of a version sell.
func Tee(version string) string { return "price_tee_" + version[:4] }

// Cap is the other one.
func Cap(version string) string { return "price_cap_" + version[:4] }

// sells is a story of a checkout with goods, and what becomes of them.
func sells(tell func(*teller), end fate) func(*teller) {
	return func(t *teller) {
		t.story.Sells = map[string]int64{Tee(t.version): 1 + t.rng.Int64N(3), Cap(t.version): 1}
		t.story.Reserved, t.story.Committed = end == reserved, end == committed
		session := t.pay.session
		tell(t)
		for item, quantity := range t.story.Sells {
			t.story.Objects = append(t.story.Objects, object{
				"id": fmt.Sprintf("li_%s%s", item, session), "object": "item", "_session": session, "quantity": quantity,
				"currency": t.pay.currency, "price": object{"id": item, "object": "price", "type": "one_time", "product": "prod_" + item},
			})
		}
	}
}

// StockOf is what the stories leave of the supplies. Restock is off.
func StockOf(all []Story, supplies map[string]int64) map[string]Level {
	waiting, sold := map[string]int64{}, map[string]int64{}
	for _, s := range all {
		for item, n := range s.Sells {
			if s.Reserved {
				waiting[item] += n
			}
			if s.Committed {
				sold[item] += n
			}
		}
	}
	stock := map[string]Level{}
	for item, n := range supplies {
		stock[item] = Level{max(0, n-sold[item]), waiting[item], max(0, sold[item]-n)}
	}
	return stock
}

// underway is a debit that has not cleared yet.
func (t *teller) underway() {
	t.debit()
	t.story.Order.Status, t.story.Order.Paid = "processing", 0
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
