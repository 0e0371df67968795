package pages

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/shop/order"
)

var (
	oneBody  = parse("one.html")
	stripeID = regexp.MustCompile(`^[a-z]{2,8}_[A-Za-z0-9_]{1,250}$`)
)

// The actions that keep what the pages show.
const (
	ordersAction = "update-order"
	accessAction = "grant-access"
)

// one is a thing of the shop with the events that made it.
type one struct {
	state
	ID       string
	List     string // address and name of the list that it is of
	Facts    []fact
	Differ   []string
	Repair   bool
	Made     []made
	Notes    []string
	Timeline string
	Command  string
}

// fact is a name with a value.
type fact struct {
	Name string
	cell
}

// made is an event with what it did to the thing, and what else came of it.
type made struct {
	ID, Type string
	At       time.Time
	Effect   string
	Others   []string
}

func (s *Shop) showOrder(r *console.Request) (console.View, error) {
	id := r.PathValue("id")
	v := console.View{Title: "Order", Body: oneBody}
	q, err := r.Params("account", "mode")
	if err != nil {
		return v, err
	}
	if q.Get("mode") == "" {
		return v, s.elsewhere(r, id, order.Table, order.Kind, "/state/orders/")
	}
	scope, err := scopeOf(q)
	if err != nil {
		return v, err
	}
	d, err := s.one(r, scope, id, ordersAction)
	if err != nil {
		return v, err
	}
	o, err := s.foldedOrder(r, scope, id, d.objects)
	if err != nil {
		return v, err
	}
	d.List, d.Name, d.Facts = "/state/orders", "Orders", orderFacts(o)
	d.one = s.audit.markOne(d.one, order.Table, scope.Key(order.Kind, o.Order))
	v.Data, v.Live = d.one, d.Audit.Running
	return v, nil
}

// oneRead is what the timeline says of a thing.
type oneRead struct {
	one
	objects []string // that its events are about
}

// maxEvents is of how many lines of a timeline the events are taken.
const maxLines = 5000

// one reads the events that made a thing of an action, the newest first.
func (s *Shop) one(r *console.Request, scope event.Scope, id, action string) (d oneRead, err error) {
	d.one = one{state: s.state(r, ""), ID: id, Timeline: "/timeline/" + url.PathEscape(id), Command: r.Console().Command("events timeline", console.Quoted(id))}
	if !stripeID.MatchString(id) {
		return d, nil
	}
	is := func(other event.Scope) bool { return other == scope }
	course, err := r.Console().Operator.Timeline(r.Context(), operator.Timeline{ID: id, Scope: is, Scopes: []event.Scope{scope}, Limit: maxLines})
	if errors.Is(err, event.ErrNotFound) {
		d.Notes = []string{"Its events are no longer stored."}
		return d, nil
	}
	if err != nil {
		return d, err
	}
	d.Made, d.objects = madeBy(course.Moments, action)
	d.Notes = course.Notes
	return d, nil
}

// madeBy are the events of which the action kept something.
func madeBy(moments []operator.Moment, action string) (all []made, objects []string) {
	byID := map[string]*made{}
	for _, m := range moments {
		e := byID[m.Event]
		if e == nil {
			e = &made{ID: m.Event, Type: m.Type, At: m.At}
			byID[m.Event] = e
		}
		switch {
		case m.Facts != nil:
			if !m.Facts.Created.IsZero() {
				e.At = m.Facts.Created
			}
			objects = append(objects, m.Facts.Object, m.Facts.Subject)
		case m.Delivery == nil || m.Delivery.Withheld || m.Delivery.State != event.Done:
		case m.Action == action:
			e.Effect = m.Delivery.Outcome
			if e.Effect == "" {
				e.Effect = "done"
			}
		case m.Delivery.Outcome != "":
			e.Others = append(e.Others, m.Delivery.Outcome)
		}
	}
	for _, e := range byID {
		if e.Effect != "" {
			all = append(all, *e)
		}
	}
	slices.SortFunc(all, func(a, b made) int { return newestFirst(a, b) })
	return all, objects
}

func newestFirst(a, b made) int {
	if c := b.At.Compare(a.At); c != 0 {
		return c
	}
	return strings.Compare(b.ID, a.ID)
}

func orderFacts(o order.Order) []fact {
	money := func(n int64) cell { return cell{Text: amount(n, o.Currency), Quiet: n == 0} }
	all := []fact{
		{"Reference", cell{Text: o.Reference}},
		{"Status", cell{Text: o.Status}},
		{"Amount", money(o.Amount)},
		{"Paid", money(o.Paid)},
		{"Refunded", money(o.Refunded)},
		{"Disputed", money(o.Disputed)},
		{"Lost", money(o.Lost)},
	}
	all = append(all, fact{"Scope", cell{Text: o.Text()}})
	return slices.DeleteFunc(all, func(f fact) bool { return f.Text == "" })
}
