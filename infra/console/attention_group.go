package console

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// groupShown is how many deliveries of a group a page has.
const groupShown = 50

// groupData is one group, with its deliveries.
type groupData struct {
	causeRow
	Items        []itemRow
	From, To     int
	Newer, Older string // addresses of the pages around this one
	Unreadable   error
	Command      string
}

// itemRow is one thing that needs a person.
type itemRow struct {
	operator.Item
	ID     string
	Reason template.HTML
}

// URL is where the event is shown.
func (i itemRow) URL() string {
	if i.Event == "" {
		return ""
	}
	if i.State == stateQuarantined {
		return address("/events/"+url.PathEscape(i.Event), url.Values{"endpoint": {i.Endpoint}})
	}
	return "/events/" + url.PathEscape(i.Event)
}

// Do are the dialogs of this one alone. Dead letters are redriven by their action.
func (i itemRow) Do() []bulk {
	one := url.Values{"event": {i.Event}, "action": {i.Action}}
	switch i.State {
	case stateQuarantined:
		one = url.Values{"id": {i.Event}, "endpoint": {i.Endpoint}}
	case stateDead:
		return nil
	case stateOverdue:
		return []bulk{{"Replay…", address("/do/replay", url.Values{"id": {i.Event}, "action": {i.Action}})}}
	}
	return dialogsOf(i.State, func(path string) string { return address(path, one) }, i.Action)
}

// group shows the deliveries of one group.
func (r *Request) group(v View, q url.Values, items []operator.Item, failed error) (View, error) {
	name, ok := parseGroup(q.Get("group"))
	page, err := strconv.Atoi(cmp.Or(q.Get("page"), "1"))
	if !ok || len(q["group"]) > 1 || err != nil || page < 1 || !slices.Contains(attentionStates, name.State) {
		return v, Refused(http.StatusBadRequest, "There is no such group.", "Open one on the page Needs a person.")
	}
	items = slices.DeleteFunc(items, func(i operator.Item) bool { return operator.GroupOf(i) != name })
	d := groupData{causeRow: causeRow{Group: operator.Group{Action: name.Action, State: name.State, Reason: name.Reason}, Value: q.Get("group")}, Unreadable: failed}
	if rows := causeRows(items, r.console.Now()); len(rows) > 0 {
		d.causeRow = rows[0]
	}
	d.Command = r.listCommand(name)
	d.From = min((page-1)*groupShown, len(items))
	d.To = min(d.From+groupShown, len(items))
	for _, i := range items[d.From:d.To] {
		d.Items = append(d.Items, itemRow{i, "row-" + i.Event + "-" + i.Action, linked(causeOf(i.Reason, i.State))})
	}
	at := func(n int) string {
		return address("/attention", url.Values{"group": {q.Get("group")}, "page": {strconv.Itoa(n)}})
	}
	if page > 1 {
		d.Newer = at(page - 1)
	}
	if d.To < len(items) {
		d.Older = at(page + 1)
	}
	v.Title, v.Body, v.Data = d.Cause(), groupBody, d
	return v, nil
}

// listCommand lists the group on the command line.
func (r *Request) listCommand(g operator.GroupName) string {
	switch g.State {
	case stateQuarantined:
		return r.console.Command("quarantine", "list")
	case stateDead:
		return r.console.Command("deadletters", "list", "--action", quoted(g.Action))
	case stateOverdue:
		return r.console.Command("events", "list", "--status", string(event.Waiting), "--action", quoted(g.Action))
	}
	return r.console.Command(append([]string{"parked", "list"}, flagsOf(url.Values{"action": {g.Action}, "reason": {g.Reason}}, "action", "reason")...)...)
}

// flagsOf are those of a command with the values of these parameters.
func flagsOf(q url.Values, names ...string) (all []string) {
	for _, name := range names {
		for _, v := range q[name] {
			if v != "" {
				all = append(all, "--"+name, quoted(v))
			}
		}
	}
	return all
}
