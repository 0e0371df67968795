package order

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

// randomTable has rows of intents, charges, invoices and subscriptions that name each
// other as Stripe's objects may.
func randomTable(rng *rand.Rand, n int) (all []Order) {
	some := func(kind string) string { return fmt.Sprint(kind, rng.IntN(n)) }
	for _, s := range []event.Scope{{}, {Livemode: true}} {
		for i := range n {
			intent, charge := Facts{Intent: Intent{Known: true, Succeeded: true}}, fmt.Sprint("ch_", i)
			if rng.IntN(2) == 0 {
				intent.Charges = map[string]Charge{charge: {Amount: price{Is: 100, In: "usd"}, Captured: 100}}
			}
			if rng.IntN(3) == 0 {
				intent.Ties.Invoices = map[string]bool{some("in_"): true}
			}
			if rng.IntN(4) > 0 {
				all = append(all, of(s, fmt.Sprint("pi_", i), intent))
			}
			if rng.IntN(2) == 0 {
				early := Facts{Refunds: map[string]Refund{fmt.Sprint("re_", i): {Charge: charge, Amount: 7, Status: "succeeded"}}}
				if rng.IntN(2) == 0 {
					early.Ties.Invoices = map[string]bool{some("in_"): true}
				}
				all = append(all, of(s, charge, early))
			}
			invoice := Facts{Client: text{At: int64(rng.IntN(9)), Is: some("cart-")}}
			invoice.Ties.Payments = map[string]int64{some("pi_"): 1, some("ch_"): 2}
			if invoice.Invoice.Paid = int64(rng.IntN(2)); rng.IntN(2) == 0 {
				invoice.Ties.Subscription = some("sub_")
			}
			all = append(all, of(s, fmt.Sprint("in_", i), invoice), of(s, fmt.Sprint("sub_", i), Facts{Client: text{Rank: 1, Is: some("box-")}}))
		}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// reading reads the rows, and counts how often.
func reading(all []Order, times *int) func() iter.Seq2[Order, error] {
	return func() iter.Seq2[Order, error] {
		return func(yield func(Order, error) bool) {
			*times++
			for _, o := range all {
				if !yield(o, nil) {
					return
				}
			}
		}
	}
}

func TestListOfALargeTableHasTheOrdersOfFold(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		all, times := randomTable(rng, 1+rng.IntN(12)), 0
		hold := 1 + rng.IntN(len(all)+5)
		var got []Order
		for o, err := range List(reading(all, &times), hold) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, o)
		}
		if want := 1 + min(1, len(all)/(hold+1)); times != want {
			t.Errorf("seed %d: %d rows are read %d times with room for %d", seed, len(all), times, hold)
		}
		if times > 1 {
			slices.SortFunc(got, func(a, b Order) int {
				return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Mode(), b.Mode()))
			})
		}
		if diff := gocmp.Diff(Fold(all), got); diff != "" {
			t.Fatalf("seed %d, %d at once:\n%s", seed, hold, diff)
		}
	}
}

func TestListEndsEarlyOrWithTheError(t *testing.T) {
	all, times := randomTable(rand.New(rand.NewPCG(1, 1)), 20), 0
	n := 0
	for _, err := range List(reading(all, &times), 5) {
		if n++; err != nil || n == 3 {
			break
		}
	}
	broken := errors.New("broken")
	for _, after := range []int{0, 1, 1000} {
		failed := 0
		rows := func() iter.Seq2[Order, error] {
			return func(yield func(Order, error) bool) {
				for o, err := range reading(all, &times)() {
					if after--; after < 0 {
						o, err = Order{}, broken
					}
					if !yield(o, err) || err != nil {
						return
					}
				}
			}
		}
		for _, err := range List(rows, 3) {
			if errors.Is(err, broken) {
				failed++
			}
		}
		if want := map[bool]int{true: 1}[after < 0]; failed != want {
			t.Errorf("%d errors, want %d", failed, want)
		}
	}
}
