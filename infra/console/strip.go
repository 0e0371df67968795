package console

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// strip shows an event's deliveries, one place for each action, so that one odd shape
// stands out of many rows.
type strip struct {
	Cells []cell
	More  int    // actions that have no place
	Label string // the same in words
}

// cell is one delivery; no State: the action does not want the event.
type cell struct{ Action, State string }

// stripPlaces is for how many actions there is room.
const stripPlaces = 10

// stateIgnored is done without doing anything.
const stateIgnored = "ignored"

// shown is the shape of a delivery.
func shown(d event.Delivery) string {
	if d.State == event.Done && d.Withheld {
		return stateIgnored
	}
	return string(d.State)
}

func stripOf(e operator.EventRow, actions []string) strip {
	state := map[string]string{}
	for _, a := range e.Wanted {
		state[a] = string(event.StatusPending)
	}
	for _, d := range e.Deliveries {
		state[d.Action] = shown(d)
	}
	var s strip
	for _, a := range withOthers(actions, state) {
		s.Cells = append(s.Cells, cell{a, state[a]})
	}
	if len(s.Cells) > stripPlaces { // the odd ones stay
		s.Cells = slices.DeleteFunc(s.Cells, func(c cell) bool {
			return c.State == "" || c.State == string(event.Done) || c.State == stateIgnored
		})
		s.More = len(state) - len(s.Cells)
	}
	s.Label = label(state)
	return s
}

// withOthers adds actions that have a delivery and no rule any more.
func withOthers(actions []string, state map[string]string) []string {
	all := slices.Clone(actions)
	for a := range state {
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	slices.Sort(all[len(actions):])
	return all
}

// label is "5 deliveries: 4 done, send-receipt unknown".
func label(state map[string]string) string {
	if len(state) == 0 {
		return "no deliveries"
	}
	quiet, odd := map[string]int{}, []string{}
	for a, s := range state {
		if s == string(event.Done) || s == stateIgnored {
			quiet[s]++
		} else {
			odd = append(odd, a+" "+word(s))
		}
	}
	slices.Sort(odd)
	var parts []string
	for _, s := range []string{string(event.Done), stateIgnored} {
		if quiet[s] > 0 {
			parts = append(parts, fmt.Sprint(quiet[s], " ", s))
		}
	}
	noun := " deliveries: "
	if len(state) == 1 {
		noun = " delivery: "
	}
	return fmt.Sprint(len(state), noun, strings.Join(append(parts, odd...), ", "))
}

// actions are those that have a rule, by name, without the pipeline's own.
func (c *Console) actions(ctx context.Context) ([]string, error) {
	rules, err := c.Operator.Bus.Rules(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, r := range rules {
		if r.Action != event.Fetch {
			names = append(names, r.Action)
		}
	}
	slices.Sort(names)
	return names, nil
}
