package pages

import (
	"fmt"
	"net/url"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/shop/inventory"
)

func (s *Shop) showStock(r *console.Request) (console.View, error) {
	v := console.View{Title: "Stock", Body: listBody}
	p, err := filters(r)
	if err != nil {
		return v, err
	}
	read, err := s.stock.get(r)
	if err != nil {
		return v, err
	}
	key := func(l inventory.Level) string { return l.Item + " " + l.Text() }
	shown, found, next := page(read.Rows, p.after, key, func(l inventory.Level) bool { return p.Scope.Matches(l.Scope) })
	l := listOf(s, r, p, "Stock", "stock", read, len(shown), found, next)
	l.Columns, l.None, l.Filters, l.New = columnsOf(command.StockColumns), command.NoStock, []string{"mode", "account"}, true
	for _, one := range shown {
		l.Rows = append(l.Rows, stockRow(one))
	}
	v.Data, v.Live = l, l.Reading || l.Audit.Running
	return v, nil
}

func stockRow(l inventory.Level) row {
	cells := []cell{{Text: l.Item, Path: onePath("/state/stock/", l.Scope, l.Item), ID: true}}
	for _, n := range []int64{l.OnHand, l.Reserved, l.BackOrdered, l.Supply, l.Committed} {
		cells = append(cells, cell{Text: fmt.Sprint(n), Num: true, Quiet: n == 0})
	}
	return row{ID: l.Item, Cells: append(cells, cell{Text: l.Text()}), Set: "/do/stock?" + itemOf(l).Encode()}
}

// showItem lists the sessions that hold or held an item.
func (s *Shop) showItem(r *console.Request) (console.View, error) {
	item := r.PathValue("item")
	v := console.View{Title: "Stock of " + item, Body: listBody}
	p, err := filters(r)
	if err != nil {
		return v, err
	}
	read, err := s.uses.get(r)
	if err != nil {
		return v, err
	}
	key := func(u inventory.Use) string { return u.Session + " " + u.Text() }
	shown, found, next := page(read.Rows, p.after, key, func(u inventory.Use) bool { return u.Item == item && p.Scope.Matches(u.Scope) })
	l := listOf(s, r, p, "Stock", "stock", read, len(shown), found, next)
	l.Columns, l.Filters = []string{"Session", "Payment", "Quantity", "State", "Scope"}, []string{"mode", "account"}
	l.None = "No session of these names " + item + "."
	for _, u := range shown {
		l.Rows = append(l.Rows, row{ID: u.Session, Cells: []cell{
			timelineCell(u.Session), timelineCell(u.Payment), {Text: fmt.Sprint(u.Quantity), Num: true}, {Text: u.State}, {Text: u.Text()},
		}})
	}
	v.Data, v.Live = l, l.Reading || l.Audit.Running
	return v, nil
}

// timelineCell is an id that leads to its timeline.
func timelineCell(id string) cell {
	c := cell{Text: id, ID: true}
	if stripeID.MatchString(id) {
		c.Path = "/timeline/" + url.PathEscape(id)
	}
	return c
}

// itemOf are the parameters that name an item.
func itemOf(l inventory.Level) url.Values {
	account := l.Account
	if account == "" {
		account = "own"
	}
	return url.Values{"item": {l.Item}, "account": {account}, "mode": {l.Mode()}}
}
