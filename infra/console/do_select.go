package console

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/operator"
)

// selection is the deliveries that a dialog is about.
type selection struct {
	operator.Deliveries
	query  url.Values
	groups []operator.GroupName // all that are selected, of any state
	items  []operator.Item      // what needs a person now; read for groups alone
}

var selectionParams = []string{"event", "action", "reason", "group", "all"}

// selectionOf reads it. Nothing given selects nothing: all are asked for by name.
func (r *Request) selectionOf(q url.Values) (s selection, err error) {
	s.query = kept(q, selectionParams...)
	if len(s.query) == 0 {
		return s, Refused(http.StatusBadRequest, "Nothing is selected.", "Select groups on the page Needs a person.")
	}
	s.Deliveries = operator.Deliveries{Event: q.Get("event"), Action: q.Get("action"), Reason: q.Get("reason")}
	for _, text := range s.query["group"] {
		g, ok := parseGroup(text)
		if !ok {
			return s, Refused(http.StatusBadRequest, "There is no group "+text+".", "Select groups on the page Needs a person.")
		}
		s.groups = append(s.groups, g)
	}
	if s.Groups = s.groups; len(s.groups) > 0 {
		if s.items, err = r.console.attention(r.Context()); len(s.items) > 0 {
			err = nil // the plan says what cannot be read
		}
	}
	return s, err
}

// one reports whether it names one delivery.
func (s selection) one() bool { return s.Event != "" && s.Action != "" }

// back is where it was made.
func (s selection) back() string {
	switch {
	case s.Event != "":
		return "/events/" + url.PathEscape(s.Event)
	case len(s.groups) == 1:
		return address("/attention", url.Values{"group": s.query["group"]})
	}
	return "/attention"
}

// of says of what the deliveries are: " of send-receipt".
func (s selection) of() string {
	action := s.Action
	for i, g := range s.groups {
		if i > 0 && g.Action != action {
			return ""
		}
		action = g.Action
	}
	switch {
	case s.Event != "" && action == "":
		return " of " + s.Event
	case action != "":
		return " of " + action
	}
	return ""
}

// others says what of the selected groups is in none of the states, and what it needs.
func (s selection) others(states ...string) (all []string) {
	n := map[string]int{}
	for _, i := range s.items {
		if g := operator.GroupOf(i); slices.Contains(s.groups, g) && !slices.Contains(states, i.State) {
			n[i.State]++
		}
	}
	for _, state := range attentionStates {
		if n[state] > 0 {
			all = append(all, fmt.Sprintf("%s %s of the selection: %s.", count(n[state]), word(state), needs[state]))
		}
	}
	return all
}

// needs is what is for things of a state, where a dialog is not.
var needs = map[string]string{
	"unknown": "left until you say what happened (Resolve)", "parked": "left (Retry is for them)",
	stateQuarantined: "left (Release or Discard, in its row, is for them)", stateDead: "left (Redrive, in its row, is for them)",
	stateOverdue: "left (Replay, in its row, is for them)",
}

// commands are the lines that do the same, one for each group in one of the states.
// reason is the flag that selects by reason.
func (r *Request) commands(s selection, name, reason string, flags []string, states ...string) (lines, notes []string) {
	line := func(words ...string) string {
		return r.console.Command(slices.Concat([]string{"parked", name}, words, flags)...)
	}
	switch {
	case len(s.groups) == 0 && s.Event != "":
		words := []string{quoted(s.Event)}
		if s.Action != "" {
			words = append(words, quoted(s.Action))
		}
		return []string{line(append(words, flagOf(reason, s.Reason)...)...)}, nil
	case len(s.groups) == 0 && s.Action+s.Reason == "":
		return []string{line("--all")}, nil
	case len(s.groups) == 0:
		return []string{line(append(flagOf("action", s.Action), flagOf(reason, s.Reason)...)...)}, nil
	}
	for _, g := range s.groups {
		if !slices.Contains(states, g.State) {
			continue
		}
		l := line(append(flagOf("action", g.Action), flagOf(reason, g.Reason)...)...)
		lines = append(lines, l)
		if n, same := s.wider(g, states); n > same {
			notes = append(notes, fmt.Sprintf("The command for %q takes %s: its --%s also selects reasons that contain this one.", clip(g.Reason), count(n), reason))
		}
	}
	return lines, notes
}

// wider counts what the command for a group selects, and what is in the selection of it.
func (s selection) wider(g operator.GroupName, states []string) (n, same int) {
	which := operator.Deliveries{Action: g.Action, Reason: g.Reason}
	for _, i := range s.items {
		if slices.Contains(states, i.State) && which.Selects(i) {
			n++
			if slices.Contains(s.groups, operator.GroupOf(i)) {
				same++
			}
		}
	}
	return n, same
}

func clip(reason string) string {
	if r := []rune(reason); len(r) > 60 {
		return strings.TrimSpace(string(r[:60])) + "…"
	}
	return reason
}

func flagOf(name, value string) []string {
	if value == "" {
		return nil
	}
	return []string{"--" + name, quoted(value)}
}
