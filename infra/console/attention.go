package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/reconcile"
)

var (
	attentionPages = []Page{{Route: "GET /attention", Tab: TabAttention, Show: showAttention}}
	attentionBody  = parse("attention.html")
	groupBody      = parse("group.html")
	selectScript   = []string{"select.js"}
)

// attentionStates are what needs a person, the gravest first.
var attentionStates = []string{string(event.Unknown), string(event.Parked), stateQuarantined, stateDead, stateOverdue}

// attentionData is what needs a person, by cause.
type attentionData struct {
	Groups     []causeRow
	Tabs       []stateTab
	State      string
	Actions    []string
	Query      url.Values
	Chips      []chip
	Running    []progress
	Bulk       []bulk
	None       string
	Unreadable error
	Command    string
}

// stateTab is a state with how many of it there are.
type stateTab struct {
	State, Name, URL string
	Count            int
	Current          bool
}

// bulk is a dialog over all that the filters select.
type bulk struct{ Label, URL string }

func showAttention(r *Request) (View, error) {
	v := View{Title: "Needs a person", Body: attentionBody, Live: true, Scripts: selectScript}
	q, err := r.Params("state", "action", "reason", "group", "page")
	if err != nil {
		return v, err
	}
	if state := q.Get("state"); state != "" && !slices.Contains(attentionStates, state) {
		return v, Refused(http.StatusBadRequest, "There is no state "+state+" here.", "The states are "+strings.Join(attentionStates, ", ")+".")
	}
	items, failed := r.console.attention(r.Context())
	if failed != nil && len(items) == 0 && !errors.Is(failed, event.ErrInvalid) {
		return v, failed
	}
	if len(q["group"]) > 0 {
		return r.group(v, q, items, failed)
	}
	v.Data, err = r.causes(q, items, failed)
	return v, err
}

// attention is all that needs a person, overdue deliveries too, the oldest first. What is
// quarantined has its endpoint as the action.
func (c *Console) attention(ctx context.Context) ([]operator.Item, error) {
	o := c.Operator
	all, parked := o.Parked(ctx, operator.Deliveries{})
	quarantined, held := o.ListQuarantine(ctx, "")
	for i := range quarantined {
		quarantined[i].Action = quarantined[i].Endpoint
	}
	dead, letters := c.letters.read(ctx, o, c.Now())
	late, overdue := o.Overdue(ctx)
	for i := range late {
		late[i].State = stateOverdue
	}
	all = slices.Concat(all, quarantined, dead, late)
	slices.SortStableFunc(all, func(a, b operator.Item) int { return a.Since.Compare(b.Since) })
	return all, errors.Join(parked, held, letters, overdue)
}

// causes groups the items that the filters select.
func (r *Request) causes(q url.Values, items []operator.Item, failed error) (d attentionData, err error) {
	d = attentionData{State: q.Get("state"), Query: q, Chips: r.attentionChips(q), Unreadable: failed, Running: r.console.ops.list(r.console.Now())}
	if d.Actions, err = r.console.actions(r.Context()); err != nil {
		return d, err
	}
	which := operator.Deliveries{Action: q.Get("action"), Reason: q.Get("reason")}
	items = slices.DeleteFunc(items, func(i operator.Item) bool { return !which.Selects(i) })
	d.Tabs = r.stateTabs(items, d.State)
	if d.State != "" {
		items = slices.DeleteFunc(items, func(i operator.Item) bool { return i.State != d.State })
	}
	d.Groups = causeRows(items, r.console.Now())
	d.Bulk, d.Command = bulks(q, items), r.console.Command(append([]string{"parked list"}, flagsOf(q, "action", "reason")...)...)
	if len(d.Groups) == 0 {
		d.None = r.nothing(len(q) > 0)
	}
	return d, nil
}

// attentionChips are the filters that are on, besides the state.
func (r *Request) attentionChips(q url.Values) (all []chip) {
	for _, name := range []string{"action", "reason"} {
		for _, v := range q[name] {
			all = append(all, chip{name, read(name, v), r.Without(name, v)})
		}
	}
	return all
}

func (r *Request) stateTabs(items []operator.Item, current string) []stateTab {
	counts := map[string]int{}
	for _, i := range items {
		counts[i.State]++
	}
	all := []stateTab{{Name: "All", URL: r.With("state", ""), Count: len(items), Current: current == ""}}
	for _, s := range attentionStates {
		name := s
		if s == stateDead {
			name = "dead letters"
		}
		all = append(all, stateTab{s, name, r.With("state", s), counts[s], s == current})
	}
	return all
}

// bulks are the dialogs over a filter, as a command takes it: without one there are those
// of a group alone.
func bulks(q url.Values, items []operator.Item) (all []bulk) {
	if q.Get("action")+q.Get("reason") == "" {
		return nil
	}
	n := map[string]int{}
	for _, i := range items {
		n[i.State]++
	}
	filter := url.Values{}
	for _, name := range []string{"action", "reason"} {
		if v := q.Get(name); v != "" {
			filter.Set(name, v)
		}
	}
	if k := n[string(event.Parked)]; k > 0 {
		all = append(all, bulk{"Retry all " + count(k) + "…", address("/do/retry", filter)})
	}
	if k := n[string(event.Unknown)]; k > 0 {
		all = append(all, bulk{"Resolve all " + count(k) + "…", address("/do/resolve", filter)})
	}
	return all
}

// nothing says that nothing waits, when that was found, and how far the sweeps are.
func (r *Request) nothing(filtered bool) string {
	if filtered {
		return "Nothing of that waits for a person."
	}
	now := r.console.Now()
	text := "Nothing waits for a person. Checked " + now.In(r.where).Format(clockForm)
	standing, err := reconcile.ReadStanding(r.Context(), r.console.Operator.Ledger, now)
	if err != nil || len(standing.Lags) == 0 {
		return text + "; no sweep has run yet."
	}
	behind := 0
	for _, l := range standing.Lags {
		behind = max(behind, l.Seconds)
	}
	return text + "; the sweeps are " + duration(time.Duration(behind)*time.Second) + " behind."
}
