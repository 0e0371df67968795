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

// sells is a story of a checkout with goods, which end so.
func sells(happen func(*author), end fate) func(*author) {
	return func(a *author) {
		a.story.Sells = map[string]int64{Tee(a.version): 1 + a.rng.Int64N(3), Cap(a.version): 1}
		a.story.Reserved, a.story.Committed = end == reserved, end == committed
		session := a.pay.Session
		happen(a)
		for item, quantity := range a.story.Sells {
			a.story.Objects = append(a.story.Objects, object{
				"id": fmt.Sprintf("li_%s%s", item, session), "object": "item", "_session": session, "quantity": quantity,
				"currency": a.pay.Currency, "price": object{"id": item, "object": "price", "type": "one_time", "product": "prod_" + item},
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
func (a *author) underway() {
	a.debit()
	a.story.Order.Status, a.story.Order.Paid = "processing", 0
}

// heldAtCheckout is a session whose money is only authorised: no sale yet.
func (a *author) heldAtCheckout() {
	a.authorized()
	a.pay.Checkout("completed", "complete", "unpaid")
}

func (a *author) capturedAfterCheckout() {
	a.captured()
	a.pay.Checkout("completed", "complete", "unpaid")
}

func (a *author) canceledAfterCheckout() {
	a.canceled()
	a.pay.Checkout("completed", "complete", "unpaid")
}
