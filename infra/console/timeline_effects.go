package console

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/payhooks/payhooks/internal/safetext"
)

// shownEffect is an effect with its event, and others that had the same at that moment.
type shownEffect struct {
	effect
	Event *timelineEvent
	Also  []*timelineEvent
}

// with adds an effect, or its event to one that says the same.
func with(all []shownEffect, x shownEffect) []shownEffect {
	for i, same := range all {
		if same.Text == x.Text && same.State == x.State {
			all[i].Also = append(same.Also, x.Event)
			return all
		}
	}
	return append(all, x)
}

// actions are those that made anything, in the order in which they first did.
func (p *picture) actions(earlier []*column) {
	before, in := lastEffects(earlier), map[string]map[int][]shownEffect{}
	for i, c := range p.Columns {
		for _, e := range c.Events {
			for _, x := range e.Effects {
				if in[x.Action] == nil {
					in[x.Action] = map[int][]shownEffect{}
				}
				in[x.Action][i] = with(in[x.Action][i], shownEffect{effect: x, Event: e})
			}
		}
	}
	for action, x := range before {
		if in[action] == nil && x.Lasting {
			in[action] = nil
		}
	}
	for action, cells := range in {
		p.Actions = append(p.Actions, effectsRow{action, p.cells(cells, before[action])})
	}
	slices.SortFunc(p.Actions, func(a, b effectsRow) int {
		return cmp.Or(cmp.Compare(a.begins(), b.begins()), cmp.Compare(a.Action, b.Action))
	})
}

// begins is before how many columns the row is empty.
func (a effectsRow) begins() int {
	if len(a.Cells[0].Effects) > 0 {
		return 0
	}
	return a.Cells[0].Span
}

// lastEffects is the last of each action that lasts.
func lastEffects(columns []*column) map[string]shownEffect {
	last := map[string]shownEffect{}
	for _, c := range columns {
		for _, e := range c.Events {
			for _, x := range e.Effects {
				if x.Lasting {
					e.Mark = -1
					last[x.Action] = shownEffect{effect: x, Event: e}
				}
			}
		}
	}
	return last
}

// cells carries each effect on until the next. The column of now ends them all.
func (p *picture) cells(effects map[int][]shownEffect, before shownEffect) (all []stateCell) {
	for i, c := range p.Columns {
		found := effects[i]
		switch {
		case i == 0 && found == nil && before.Lasting:
			all = append(all, stateCell{Effects: []shownEffect{before}, Before: true, Lasting: true})
		case i == 0 || found != nil:
			all = append(all, stateCell{Effects: found, Lasting: lasting(found)})
		}
		if all[len(all)-1].Span++; i > 0 && c.Gap != "" {
			if found != nil { // the gap is before its column: it is of the cell before
				all[len(all)-2].Span++
			} else {
				all[len(all)-1].Span++
			}
		}
	}
	all[len(all)-1].Span++
	return all
}

func lasting(all []shownEffect) bool {
	return slices.ContainsFunc(all, func(x shownEffect) bool { return x.Lasting })
}

// Marks are the classes of the events.
func (x shownEffect) Marks() (all string) {
	for _, e := range append([]*timelineEvent{x.Event}, x.Also...) {
		all += e.Class()
	}
	return all
}

// Short is the text with long ids cut, and what is too long for a column.
func (x shownEffect) Short() string { return safetext.Clip(short(x.Text), longestEffect) }

// longestEffect is how much of an effect a column has room for.
const longestEffect = 120

// short cuts ids: the whole text is in the title.
func short(text string) string {
	return longID.ReplaceAllString(text, "$1…")
}

var longID = regexp.MustCompile(`\b([a-z]{2,8}_[A-Za-z0-9]{6})[A-Za-z0-9_]{4,}`)

// Late is how long after its event an effect came, if that is long.
func (x shownEffect) Late() string {
	after := x.At.Sub(x.Event.received())
	if after < lateAfter {
		return ""
	}
	return duration(after) + " later"
}

// ObjectPath is where a thing of Stripe's is in the middle.
func (frame) ObjectPath(id string) string { return timelinePath(id) }

// Shown are the effects of an event, for a list.
func (frame) Shown(e *timelineEvent) []shownEffect {
	all := make([]shownEffect, len(e.Effects))
	for i, x := range e.Effects {
		all[i] = shownEffect{effect: x, Event: e}
	}
	return all
}
