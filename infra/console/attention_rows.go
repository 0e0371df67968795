package console

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// causeRow is the deliveries, requests or letters of one cause.
type causeRow struct {
	operator.Group
	ID    string // of its row
	Value string // of its box, and of the parameter group
	Day   template.HTML
}

// causeRows are those of the items, the largest first.
func causeRows(items []operator.Item, now time.Time) (all []causeRow) {
	hours := map[operator.GroupName]*[24]int{}
	for _, i := range items {
		ago := now.Sub(i.Since)
		if ago < 0 || ago >= 24*time.Hour {
			continue
		}
		name := operator.GroupOf(i)
		if hours[name] == nil {
			hours[name] = &[24]int{}
		}
		hours[name][23-int(ago/time.Hour)]++
	}
	for _, g := range operator.Groups(items) {
		all = append(all, newCauseRow(g, hours[g.Name()]))
	}
	return all
}

func newCauseRow(g operator.Group, hours *[24]int) causeRow {
	c := causeRow{Group: g, Value: groupValue(g.Name())}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(c.Value))
	c.ID = fmt.Sprintf("group-%x", sum.Sum64())
	if hours == nil {
		hours = &[24]int{}
	}
	c.Day = bars(hours[:])
	return c
}

// URL is where the group is opened.
func (c causeRow) URL() string { return c.to("/attention") }

func (c causeRow) to(path string) string { return address(path, url.Values{"group": {c.Value}}) }

// Do are the dialogs of the group.
func (c causeRow) Do() []bulk { return dialogsOf(c.State, c.to, c.Action) }

// dialogsOf are those for things of a state.
func dialogsOf(state string, to func(string) string, action string) []bulk {
	switch state {
	case string(event.Parked):
		return []bulk{{"Retry…", to("/do/retry")}, {"Discard…", to("/do/discard")}}
	case string(event.Unknown):
		return []bulk{{"Resolve…", to("/do/resolve")}, {"Discard…", to("/do/discard")}}
	case stateQuarantined:
		return []bulk{{"Release…", to("/do/release")}, {"Discard…", to("/do/forget")}}
	case stateDead:
		return []bulk{{"Redrive…", address("/do/redrive", url.Values{"name": {action}})}}
	}
	return nil
}

// Cause is the reason, or what is said where there is none.
func (c causeRow) Cause() string { return causeOf(c.Reason, c.State) }

func causeOf(reason, state string) string {
	switch {
	case reason != "":
		return reason
	case state == stateOverdue:
		return "due more than half an hour ago"
	}
	return "no reason is recorded"
}

// groupValue is a group's name in one text; parseGroup reads it.
func groupValue(g operator.GroupName) string { return g.Action + " " + g.State + " " + g.Reason }

func parseGroup(text string) (g operator.GroupName, ok bool) {
	parts := strings.SplitN(text, " ", 3)
	if len(parts) != 3 {
		return g, false
	}
	return operator.GroupName{Action: parts[0], State: parts[1], Reason: parts[2]}, true
}

// bars draws how many there were in each hour of the last day, the latest on the right.
func bars(hours []int) template.HTML {
	const width, height = 4, 22
	most, n := 1, 0
	for _, h := range hours {
		most, n = max(most, h), n+h
	}
	var path strings.Builder
	for i, h := range hours {
		if h > 0 {
			fmt.Fprintf(&path, "M%d 23v-%d", i*width+2, max(2, h*height/most))
		}
	}
	return template.HTML(fmt.Sprintf(`<svg class="spark bars" viewBox="0 0 96 24" role="img" aria-label="%d in the last 24 hours"><path class="base" d="M0 23.5h96"/><path d="%s"/></svg>`, n, path.String())) //nolint:gosec // numbers
}
