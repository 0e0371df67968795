package pages

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/money"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/shop/fraud"
)

func amount(minor int64, currency string) string {
	return money.Amount{Minor: minor, Currency: currency}.String()
}

func readAccess(ctx context.Context, t *cli.Target, seen func()) ([]access.Row, error) {
	return command.ReadAccessRows(ctx, t, time.Now(), seen)
}

func (s *Shop) showAccess(r *console.Request) (console.View, error) {
	v := console.View{Title: "Access", Body: listBody}
	p, err := filters(r)
	if err != nil {
		return v, err
	}
	read, err := s.access.get(r)
	if err != nil {
		return v, err
	}
	shown, found, next := page(read.Rows, p.after, accessKey, func(a access.Row) bool { return p.Scope.Matches(a.Scope) })
	l := listOf(s, r, p, "Access", "access", read, len(shown), found, next)
	l.Columns, l.None, l.Filters = columnsOf(command.AccessColumns), command.NoAccess, []string{"mode", "account"}
	for _, a := range shown {
		l.Rows = append(l.Rows, s.audit.mark(accessRow(a), access.Table, a.Key(access.Kind, a.Customer)))
	}
	v.Data, v.Live = l, l.Reading || l.Audit.Running
	return v, nil
}

func accessKey(a access.Row) string {
	return a.Customer + " " + a.Text() + " " + a.Product + " " + a.Feature
}

func accessRow(a access.Row) row {
	granted := "no"
	if a.Granted {
		granted = "yes"
	}
	return row{ID: a.Customer, Cells: []cell{
		{Text: a.Customer, Path: customerPath(a), ID: true}, {Text: a.Product + a.Feature}, {Text: granted, Quiet: !a.Granted}, {At: a.Until}, {Text: a.Text()}, {Text: a.Why},
	}}
}

func customerPath(a access.Row) string {
	return onePath("/state/access/", a.Scope, a.Customer)
}

// showCustomer is what one customer may use, with the events that made it so.
func (s *Shop) showCustomer(r *console.Request) (console.View, error) {
	id := r.PathValue("id")
	v := console.View{Title: "Access", Body: oneBody}
	q, err := r.Params("account", "mode")
	if err != nil {
		return v, err
	}
	if q.Get("mode") == "" {
		return v, s.elsewhere(r, id, access.Table, access.Kind, "/state/access/")
	}
	scope, err := scopeOf(q)
	if err != nil {
		return v, err
	}
	rows, err := readCustomer(r, scope, id)
	if err != nil {
		return v, err
	}
	if len(rows) == 0 {
		return v, console.Refused(http.StatusNotFound, fmt.Sprintf("Nothing is kept of the access of %s in %s.", id, scope.Text()), "Its timeline has what Stripe sent about it.")
	}
	d, err := s.one(r, scope, id, accessAction)
	if err != nil {
		return v, err
	}
	d.List, d.Name = "/state/access", "Access"
	for _, a := range rows {
		text := "not granted: " + a.Why
		if a.Granted {
			text = "granted: " + a.Why
		}
		d.Facts = append(d.Facts, fact{a.Product + a.Feature, cell{Text: text}})
	}
	d.one = s.audit.markOne(d.one, access.Table, scope.Key(access.Kind, id))
	v.Data, v.Live = d.one, d.Audit.Running
	return v, nil
}

func (s *Shop) showHolds(r *console.Request) (console.View, error) {
	v := console.View{Title: "Holds", Body: listBody}
	p, err := filters(r, "since")
	if err != nil {
		return v, err
	}
	read, err := s.holds.get(r)
	if err != nil {
		return v, err
	}
	key := func(h command.HoldRow) string { return h.Order + " " + h.Text() + " " + h.Why }
	shown, found, next := page(read.Rows, p.after, key, func(h command.HoldRow) bool { return p.Scope.Matches(h.Scope) && !h.Since.Before(p.Since) })
	l := listOf(s, r, p, "Holds", "holds", read, len(shown), found, next)
	l.Columns, l.None, l.Filters = columnsOf(command.HoldColumns), command.NoHolds, []string{"mode", "account", "since"}
	for _, h := range shown {
		l.Rows = append(l.Rows, s.audit.mark(holdRow(h), fraud.Table, h.Key(fraud.Kind, h.Order)))
	}
	v.Data, v.Live = l, l.Reading || l.Audit.Running
	return v, nil
}

func holdRow(h command.HoldRow) row {
	return row{ID: h.Order, Cells: []cell{
		{Text: h.Order, Path: orderPath(h.Scope, h.Order), ID: true},
		{Text: h.Reference},
		{Text: h.Why},
		{At: h.Since},
		{At: h.Due},
		{At: h.Released},
		{Text: h.Text()},
	}}
}
