// Package pages is the shop in the operators' console: what its actions keep, with the
// events that made it, and the changes that a person decides. Columns, words and rules are
// those of package command.
package pages

import (
	"cmp"
	"context"
	"embed"
	"html/template"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

//go:embed templates
var files embed.FS

func parse(names ...string) *template.Template {
	all := []string{"templates/state.html"}
	for _, n := range names {
		all = append(all, "templates/"+n)
	}
	return console.Parse(files, all...)
}

// Shop has the pages of one stack, and what they have read.
type Shop struct {
	orders   reading[orderLine]
	access   reading[access.Row]
	stock    reading[inventory.Level]
	uses     reading[inventory.Use]
	holds    reading[command.HoldRow]
	postings reading[journal.Posting]
	payouts  reading[journal.Payout]
	audit    audit
}

// heldOrders is how many rows of orders are held at once while they are read.
const heldOrders = 2000

// New makes the pages of a console. It reads nothing.
func New() *Shop {
	s := &Shop{}
	s.orders.read = readOrders
	s.access.read = readAccess
	s.stock.read = func(ctx context.Context, t *cli.Target, _ func()) ([]inventory.Level, error) {
		return command.ReadStock(ctx, t)
	}
	s.uses.read = func(ctx context.Context, t *cli.Target, _ func()) ([]inventory.Use, error) {
		return command.ReadUses(ctx, t)
	}
	s.holds.read = func(ctx context.Context, t *cli.Target, _ func()) ([]command.HoldRow, error) {
		return command.ReadHolds(ctx, t)
	}
	s.postings.read = func(ctx context.Context, t *cli.Target, _ func()) ([]journal.Posting, error) {
		all, err := command.ReadPostings(ctx, t)
		slices.Reverse(all) // the newest first
		return all, err
	}
	s.payouts.read = func(ctx context.Context, t *cli.Target, _ func()) ([]journal.Payout, error) {
		return cli.Scan[journal.Payout](ctx, t, journal.PayoutTable, journal.PayoutKind)
	}
	return s
}

// Open makes the pages of a console, and how it finds an order by its reference.
func Open() ([]console.Page, []console.Reference) {
	s := New()
	return s.Pages(), []console.Reference{s.Find}
}

// Pages are those of the tab State, the dialogs that they open, and the mailbox.
func (s *Shop) Pages() []console.Page {
	tab := console.TabState
	return append([]console.Page{
		{Route: "GET /state/orders", Tab: tab, Name: "Orders", Show: s.showOrders},
		{Route: "GET /state/access", Tab: tab, Name: "Access", Show: s.showAccess},
		{Route: "GET /state/stock", Tab: tab, Name: "Stock", Show: s.showStock},
		{Route: "GET /state/holds", Tab: tab, Name: "Holds", Show: s.showHolds},
		{Route: "GET /state/journal", Tab: tab, Name: "Journal", Show: s.showJournal},
		{Route: "GET /state/report", Tab: tab, Name: "Report", Show: s.showReport},
		{Route: "GET /state/audit", Tab: tab, Name: "Audit", Show: s.showAudit},
		{Route: "GET /state/report.csv", Tab: tab, Show: s.downloadReport},
		{Route: "GET /state/orders/{id}", Tab: tab, Show: s.showOrder},
		{Route: "GET /state/access/{id}", Tab: tab, Show: s.showCustomer},
		{Route: "GET /state/stock/{item}", Tab: tab, Show: s.showItem},
		{Route: "GET /do/stock", Tab: tab, Show: s.askStock},
		{Route: "POST /do/stock", Tab: tab, Do: s.setStock},
		{Route: "GET /do/audit", Tab: tab, Show: askAudit},
		{Route: "POST /do/audit", Tab: tab, Do: s.startAudit},
		{Route: "GET /do/repair", Tab: tab, Show: s.askRepair},
		{Route: "POST /do/repair", Tab: tab, Do: s.startRepair},
	}, mailPages...)
}

// orderLine is what a list shows of an order. What that is computed from is most of a row.
type orderLine struct {
	Order, Reference, Status, Currency     string
	Amount, Paid, Refunded, Disputed, Lost int64
	event.Scope
}

func readOrders(ctx context.Context, t *cli.Target, seen func()) (all []orderLine, err error) {
	for o, err := range command.EachOrder(ctx, t, heldOrders, seen) {
		if err != nil {
			return nil, err
		}
		all = append(all, orderLine{o.Order, o.Reference, o.Status, o.Currency, o.Amount, o.Paid, o.Refunded, o.Disputed, o.Lost, o.Scope})
	}
	slices.SortFunc(all, func(a, b orderLine) int { // also where they did not come by name
		return cmp.Or(strings.Compare(a.Order, b.Order), strings.Compare(a.Text(), b.Text()))
	})
	return all, nil
}

// columnsOf are a command's as a page has them.
func columnsOf(names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = n[:1] + strings.ToLower(n[1:])
	}
	return all
}

func upper(names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = strings.ToUpper(n)
	}
	return all
}
