package pages

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/shop/order"
)

var listBody = parse("list.html")

func (s *Shop) showOrders(r *console.Request) (console.View, error) {
	v := console.View{Title: "Orders", Body: listBody}
	p, err := filters(r, "minor")
	if err != nil {
		return v, err
	}
	read, err := s.orders.get(r)
	if err != nil {
		return v, err
	}
	shown, found, next := page(read.Rows, p.after, orderKey, func(o orderLine) bool { return p.Scope.Matches(o.Scope) })
	l := listOf(s, r, p, "Orders", "orders", read, len(shown), found, next)
	l.Columns, l.None, l.Filters = columnsOf(command.OrderColumns), command.NoOrders, []string{"mode", "account", "minor"}
	if p.Minor {
		l.Columns = append(l.Columns, "Currency")
	}
	for _, o := range shown {
		l.Rows = append(l.Rows, s.orderRow(o, p))
	}
	v.Data, v.Live = l, l.Reading || l.Audit.Running
	return v, nil
}

func orderKey(o orderLine) string { return o.Order + " " + o.Text() }

func (s *Shop) orderRow(o orderLine, p params) row {
	cells := []cell{
		{Text: o.Order, Path: orderPath(o.Scope, o.Order), ID: true}, {Text: o.Reference}, {Text: o.Status},
	}
	for _, n := range []int64{o.Amount, o.Paid, o.Refunded, o.Disputed, o.Lost} {
		cells = append(cells, cell{Text: fmt.Sprint(p.Money(n, o.Currency)), Num: true, Quiet: n == 0})
	}
	cells = append(cells, cell{Text: o.Text()})
	if p.Minor {
		cells = append(cells, cell{Text: o.Currency})
	}
	return s.audit.mark(row{ID: o.Order, Cells: cells}, order.Table, o.Key(order.Kind, o.Order))
}

// orderPath is where an order of the scope is shown.
func orderPath(s event.Scope, id string) string { return onePath("/state/orders/", s, id) }

func onePath(list string, s event.Scope, id string) string {
	account := s.Account
	if account == "" {
		account = "own"
	}
	return list + url.PathEscape(id) + "?" + url.Values{"account": {account}, "mode": {s.Mode()}}.Encode()
}

// Find finds an order by its id or by exactly its reference, and the access of a customer.
// It is a console.Reference.
func (s *Shop) Find(r *console.Request, text string, in *event.Scope) (console.Found, error) {
	scopes := s.scopes(r)
	if in != nil {
		scopes = []event.Scope{*in}
	}
	if strings.HasPrefix(text, "cus_") {
		path, _, err := s.find(r, scopes, text, access.Table, access.Kind, "/state/access/")
		return console.Found{Path: path, Name: "access"}, err
	}
	if stripeID.MatchString(text) {
		return s.orderByID(r, scopes, text)
	}
	read, err := s.orders.get(r)
	if err != nil {
		return console.Found{}, err
	}
	for _, o := range read.Rows {
		if o.Reference != "" && (o.Reference == text || o.Reference == "#"+text) {
			return console.Found{Path: orderPath(o.Scope, o.Order)}, nil
		}
	}
	if read.Reading {
		return console.Found{}, console.Refused(http.StatusServiceUnavailable, fmt.Sprintf("The orders are being read: %d rows so far.", read.Seen), "Search again in a moment.")
	}
	return console.Found{}, event.ErrNotFound
}

// orderByID looks for the row of an order by its key.
func (s *Shop) orderByID(r *console.Request, in []event.Scope, id string) (console.Found, error) {
	path, row, err := s.find(r, in, id, order.Table, order.Kind, "/state/orders/")
	if err != nil {
		return console.Found{}, err
	}
	var o orderLine
	if err := json.Unmarshal(row.Data, &o); err != nil {
		return console.Found{}, fmt.Errorf("read %s: row %s: %w", order.Table, row.Key, err)
	}
	return console.Found{Path: path, Name: "order " + order.Order{Order: id, Reference: o.Reference}.Shown(), Status: strings.ReplaceAll(o.Status, "_", " ")}, nil
}

// find looks for a row in each scope by its key.
func (s *Shop) find(r *console.Request, in []event.Scope, id, table, kind, list string) (path string, row event.Row, err error) {
	if len(id) > longestID {
		return "", row, event.ErrNotFound
	}
	for _, scope := range in {
		row, err := r.Console().Target.Tables.Load(r.Context(), table, scope.Key(kind, id))
		if err != nil {
			return "", row, err
		}
		if row.Version > 0 {
			return onePath(list, scope, id), row, nil
		}
	}
	return "", row, event.ErrNotFound
}

// longestID is how long an id may be that has a row.
const longestID = 500

// elsewhere leads to the page of the scope that has the id, for an address without one.
func (s *Shop) elsewhere(r *console.Request, id, table, kind, list string) error {
	to, _, err := s.find(r, s.scopes(r), id, table, kind, list)
	if errors.Is(err, event.ErrNotFound) {
		return console.Refused(http.StatusNotFound, fmt.Sprintf("Nothing is kept of %s.", id), "Its timeline has what Stripe sent about it.")
	}
	if err != nil {
		return err
	}
	return console.Redirect(to)
}

// scopes are those of the orders that were read last, or the stack's own.
func (s *Shop) scopes(*console.Request) []event.Scope {
	all := []event.Scope{{Livemode: true}, {}}
	known := map[event.Scope]bool{all[0]: true, all[1]: true}
	s.orders.mu.Lock()
	defer s.orders.mu.Unlock()
	for _, o := range s.orders.last.Rows {
		if !known[o.Scope] && len(all) < maxScopes {
			known[o.Scope], all = true, append(all, o.Scope)
		}
	}
	return all
}

// maxScopes is in how many scopes an id is looked for.
const maxScopes = 10

// scopeOf is the scope that a page of one thing names; the stack's own is the default.
func scopeOf(q url.Values) (event.Scope, error) {
	f := cli.ScopeFlags{Account: q.Get("account"), Mode: q.Get("mode")}
	return f.Named(), f.Check()
}
