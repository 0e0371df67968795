package story_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/shop/order"
)

// outcome is what a payment leaves behind.
type outcome struct {
	Order   order.Order
	Journal []string // postings as text
	Stock   []inventory.Level
}

// outcome is what the actions make of the events in their sequence.
func (l *life) outcome(t *testing.T, es []facts.Event, restock bool) (o outcome) {
	t.Helper()
	stock, books := rows{}, map[string]journal.Posting{}
	for _, e := range es {
		if _, id, err := order.Key(e); err == nil {
			o.Order = order.Merge(o.Order, id, e)
		}
		for _, n := range l.named(e) {
			p, err := journal.Merge(books[n.ID], journal.Post(l.moves[n.ID], event.Scope{}, n.Seen))
			if err != nil {
				t.Fatal(err)
			}
			books[n.ID] = p
		}
		l.adjust(t, stock, e)
	}
	for id, p := range books {
		text := id
		for _, e := range p.Entries {
			text += fmt.Sprintf(" %s %+d", e.Account, e.Debit-e.Credit)
		}
		o.Journal = append(o.Journal, text)
	}
	slices.Sort(o.Journal)
	var err error
	if o.Stock, err = inventory.Levels(t.Context(), stock, inventory.Settings{Restock: restock}); err != nil {
		t.Fatal(err)
	}
	return o
}

// named are the balance transactions that the event names, and those of refunds
// that only Stripe can name.
func (l *life) named(e facts.Event) []journal.Named {
	named := journal.NamedBy(e)
	if journal.RefundsUnlisted(e) {
		named = journal.Union(named, journal.OfRefunds(l.made))
	}
	return named
}

func (l *life) adjust(t *testing.T, stock rows, e facts.Event) {
	t.Helper()
	kind, id, err := inventory.Key(e)
	key := e.Key(kind, id)
	switch {
	case err != nil: // not about stock
	case e.Session == nil:
		change(t, stock, key, func(old inventory.Payment) any { return inventory.MergePayment(old, id, e) })
	default:
		listed := &inventory.Listing{Lines: []inventory.Line{{Item: "price_tee", Quantity: 2}}}
		change(t, stock, key, func(old inventory.Session) any { return inventory.MergeSession(old, e, listed) })
	}
}

var wholeLife = outcome{
	Order: order.Order{Order: "pi_1", Reference: "cart-1", Status: order.Lost, Currency: "eur", Amount: 1000, Paid: 700, Refunded: 200, Lost: 500},
	Journal: []string{
		"txn_came_1 stripe_balance +500 disputes -500",
		"txn_ch2 stripe_balance +650 sales -700 fees +50",
		"txn_re1 stripe_balance -100 refunds +100",
		"txn_re2 stripe_balance -100 refunds +100",
		"txn_re3 stripe_balance -150 refunds +150",
		"txn_re3f stripe_balance +150 refunds -150",
		"txn_went_1 stripe_balance -2000 disputes +500 fees +1500",
		"txn_went_2 stripe_balance -2000 disputes +500 fees +1500",
	},
	Stock: []inventory.Level{{Item: "price_tee", BackOrdered: 2, Committed: 2}},
}

func TestAnyOrderAndRepetitionOfAWholeLifeHasOneResult(t *testing.T) {
	for _, version := range story.Versions() {
		l := newLife(version).whole()
		all := l.events()
		rapid.Check(t, func(r *rapid.T) {
			es := append(slices.Clone(all), again(rapid.SliceOfN(rapid.SampledFrom(all), 0, 8).Draw(r, "repeats"))...)
			es = rapid.Permutation(es).Draw(r, "order")
			got := l.outcome(t, es, rapid.Bool().Draw(r, "restock"))
			if diff := cmp.Diff(wholeLife, got, cmpopts.IgnoreFields(order.Order{}, "Facts")); diff != "" {
				r.Fatalf("%s (-want +got):\n%s", version, diff)
			}
		})
	}
}

func TestTwoIDsHaveOneEffectAndTwoEqualRefundsTwo(t *testing.T) {
	for _, version := range story.Versions() {
		l := newLife(version)
		l.pay.Checkout("completed", "complete", "paid").Pay()
		l.sold(1000)
		l.refund("re_1", 500)
		l.refund("re_2", 500)
		got := l.outcome(t, append(l.events(), again(l.events())...), true)
		if got.Order.Refunded != 1000 || got.Order.Status != order.Refunded || got.Order.Paid != 1000 {
			t.Errorf("%s: order is %s, %d refunded of %d", version, got.Order.Status, got.Order.Refunded, got.Order.Paid)
		}
		refunds := slices.DeleteFunc(slices.Clone(got.Journal), func(p string) bool { return !strings.Contains(p, "refunds +500") })
		if len(got.Journal) != 3 || len(refunds) != 2 {
			t.Errorf("%s: journal is %q, want a sale and two refunds", version, got.Journal)
		}
		if s := got.Stock[0]; s.Committed != 0 || s.Reserved != 0 {
			t.Errorf("%s: stock is %+v, want all of it back", version, s)
		}
	}
}
