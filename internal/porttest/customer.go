package porttest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

// ofCustomer lists the customer's events in pages of so many.
func ofCustomer(t *testing.T, p Ports, s event.Scope, customer string, limit int) (all []event.Facts) {
	t.Helper()
	q := event.ByCustomer{Scope: s, Customer: customer, Limit: limit}
	for {
		page, err := p.Store.ByCustomer(t.Context(), q)
		noError(t, err)
		same(t, true, len(page.Items) <= limit)
		all = append(all, page.Items...)
		if q.After = page.Next; q.After.IsZero() {
			return all
		}
	}
}

// putFor stores n events of the customer, one a second.
func putFor(t *testing.T, p Ports, s event.Scope, customer string, n int) (all []event.Facts) {
	t.Helper()
	for i := range n {
		e := newEvent()
		e.Scope, e.Customer, e.Created = s, customer, e.Created.Add(time.Duration(i)*time.Second)
		put(t, p, e)
		all = append(all, e.Facts)
	}
	return all
}

var customerTests = map[string]func(*testing.T, Ports){
	"customer's events come in pages, last created first": func(t *testing.T, p Ports) {
		customer, scope := unique("cus_"), newEvent().Scope
		want := putFor(t, p, scope, customer, 7)
		slices.Reverse(want)
		for _, limit := range []int{3, 7, 100} {
			eventually(t, "all of them", func() bool { return cmp.Equal(want, ofCustomer(t, p, scope, customer, limit)) })
		}
	},
	"events created in one second are not lost between pages": func(t *testing.T, p Ports) {
		customer, scope, at := unique("cus_"), newEvent().Scope, now.Truncate(time.Second)
		want := map[string]bool{}
		for range 9 {
			e := newEvent()
			e.Customer, e.Created = customer, at
			put(t, p, e)
			want[e.ID] = true
		}
		eventually(t, "nine of them", func() bool {
			got := map[string]bool{}
			for _, f := range ofCustomer(t, p, scope, customer, 2) {
				got[f.ID] = true
			}
			return cmp.Equal(want, got)
		})
	},
	"customer of another scope is another customer": func(t *testing.T, p Ports) {
		customer := unique("cus_")
		for i, s := range scopes {
			putFor(t, p, s, customer, i+1)
		}
		for i, s := range scopes {
			eventually(t, s.Text(), func() bool { return len(ofCustomer(t, p, s, customer, 100)) == i+1 })
		}
		same(t, 0, len(ofCustomer(t, p, scopes[0], unique("cus_"), 100)))
		same(t, 0, len(ofCustomer(t, p, scopes[0], "", 100)))
	},
}
