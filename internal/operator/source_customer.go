package operator

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// maxScopes is in how many scopes a list looks for one customer. It reads all events
// where there are more: a query for each scope would take longer.
const maxScopes = 200

// ofCustomer are the events of the customer, the last created first.
func (l *listing) ofCustomer(ctx context.Context) (*source, error) {
	scopes, recent, err := l.scopes(ctx)
	if err != nil {
		return nil, err
	}
	if len(scopes) > maxScopes {
		return l.walk(), nil
	}
	size := l.indexPage()
	m := &merge[event.Facts]{page: size, lanes: []*lane[event.Facts]{recent}, compare: func(a, b event.Facts) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	}}
	for _, s := range scopes {
		q := event.ByCustomer{Scope: s, Customer: l.Customer, Limit: size}
		m.lanes = append(m.lanes, &lane[event.Facts]{read: func(ctx context.Context, after event.Position) (event.Page[event.Facts], error) {
			q.After = after
			return l.o.Store.ByCustomer(ctx, q)
		}})
	}
	slices.SortFunc(recent.items, m.compare)
	return indexed(l, m, func(f event.Facts) string { return f.ID }), nil
}

// scopes are those that the customer may be in: those of the stack's own account and
// every other one that reconcile knows. It does not know that of an account whose first
// events it has not come to: recent has the customer's events in such scopes.
func (l *listing) scopes(ctx context.Context) (scopes []event.Scope, recent *lane[event.Facts], err error) {
	recent = &lane[event.Facts]{ended: true}
	if l.Scopes != nil {
		return l.Scopes, recent, nil
	}
	known, err := reconcile.KnownScopes(ctx, l.o.Ledger, l.now)
	if err != nil {
		return nil, nil, err
	}
	scopes = []event.Scope{{Livemode: true}, {}}
	for _, k := range known {
		if !slices.Contains(scopes, k.Scope) {
			scopes = append(scopes, k.Scope)
		}
	}
	if l.Scope != nil {
		scopes = slices.DeleteFunc(scopes, func(s event.Scope) bool { return !l.Scope(s) })
	}
	if len(scopes) > maxScopes {
		return scopes, recent, nil
	}
	recent.items, recent.unreadable, err = l.unswept(ctx, func(f event.Facts) bool { return !slices.Contains(scopes, f.Scope) })
	return scopes, recent, err
}

// unswept returns the customer's events, in those scopes, that the sweep pending has
// not come to.
func (l *listing) unswept(ctx context.Context, in func(event.Facts) bool) (found []event.Facts, unreadable, err error) {
	at, err := reconcile.ReadStanding(ctx, l.o.Ledger, l.now)
	if err != nil {
		return nil, nil, err
	}
	var from [event.ReceiptShards]time.Time
	for n, p := range at.Published {
		from[n] = p.At
	}
	walk := l.inOrder(l.receipts(from, maxPage), maxPage)
	for {
		page, odd, err := walk.take(ctx)
		unreadable = errors.Join(unreadable, odd)
		if err != nil || len(page) == 0 {
			return found, unreadable, err
		}
		for _, c := range page {
			if l.matches(c) && in(c.Facts) {
				found = append(found, c.Facts)
			}
		}
	}
}
