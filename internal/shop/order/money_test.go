package order

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/facts"
)

// together is how many lives one check takes.
const together = 10

func TestALifeThatIsKnownWholeEndsRightInAnyOrder(t *testing.T) {
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		for range together {
			p := aPayment(r)
			all := views(p.Payment)
			o := merge(all)
			if got := rowOf(o); got != p.right() || o.Currency != "eur" {
				r.Fatalf("%s\n got %+v in %s\nwant %+v in eur\n%s", typesOf(all), got, o.Currency, p.right(), encode(r, o))
			}
			want := encode(r, o)
			for range 3 {
				same(r, want, disorder(r, all))
			}
			lives++
		}
	})
	t.Logf("%d whole lives, each in three orders", lives)
}

func TestNoMoreGoesBackThanWasPaidWhicheverEventsAreMissing(t *testing.T) {
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		for range together {
			all := views(aPayment(r).Payment)
			known := rapid.Permutation(all).Draw(r, "order")[:rapid.IntRange(1, len(all)).Draw(r, "known")]
			var o Order
			for i, e := range known {
				_, id, err := Key(e)
				if err != nil {
					continue
				}
				o = Merge(o, id, e)
				if back := o.Refunded + o.Lost; back > o.Paid || min(o.Refunded, o.Lost, o.Disputed) < 0 {
					r.Fatalf("%s: refunded %d and lost %d of %d paid", typesOf(known[:i+1]), o.Refunded, o.Lost, o.Paid)
				}
			}
			if again := merge(disorder(r, known)); !bytes.Equal(encode(r, again), encode(r, o)) {
				r.Fatalf("%s: another order ends differently", typesOf(known))
			}
			lives++
		}
	})
	t.Logf("%d lives with events missing", lives)
}

func rowOf(o Order) row {
	return row{o.Order, o.Reference, o.Status, o.Amount, o.Paid, o.Refunded, o.Disputed, o.Lost}
}

func typesOf(es []facts.Event) (all string) {
	for _, e := range es {
		all += "\n  " + string(e.Version()) + " " + e.Type
	}
	return all
}
