package console

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/safetext"
)

const (
	// maxColumns is how many moments a picture has, the newest.
	maxColumns = 40
	// gapAfter is how long nothing happens before that is written between two moments.
	gapAfter = 10 * time.Minute
	// lateAfter is how long after its event an effect may come without that being said.
	lateAfter = time.Minute
	// marks is how many events of a picture are marked with their effects by the
	// stylesheet; others share no mark.
	marks = 80
)

// picture is a timeline as it is drawn: a column for each moment.
type picture struct {
	Columns []*column
	Objects []objectRow
	Actions []actionRow
	Left    int       // moments before these
	First   time.Time // of these
	Hidden  int       // moments after these
}

// column is a moment: events within a second share it.
type column struct {
	At     time.Time
	Gap    string // since the one before, if it is long
	Day    string // of the first of each day
	Events []*timelineEvent
}

// objectRow has the events of one of Stripe's objects.
type objectRow struct {
	ID, Type string
	Cells    [][]*timelineEvent // by column
}

// actionRow has what one action made of our state.
type actionRow struct {
	Action string
	Cells  []stateCell
}

// stateCell is what holds from its column on for so many columns, gaps included.
type stateCell struct {
	Span    int
	Effects []shownEffect
	Before  bool // it is from before the picture
	Lasting bool
}

// shownEffect is an effect with its event, and others that had the same at that moment.
type shownEffect struct {
	effect
	Event *timelineEvent
	Also  []*timelineEvent
}

// draw puts the events into columns, up to those of the time before.
func draw(all []*timelineEvent, before time.Time, where *time.Location) picture {
	var p picture
	columns := columnsOf(all)
	if !before.IsZero() {
		n := len(columns)
		columns = slices.DeleteFunc(columns, func(c *column) bool { return !c.At.Before(before) })
		p.Hidden = n - len(columns)
	}
	p.Left = max(0, len(columns)-maxColumns)
	earlier := columns[:p.Left]
	p.Columns = columns[p.Left:]
	if len(p.Columns) == 0 {
		return p
	}
	p.First = p.Columns[0].At
	p.mark(where)
	p.objects()
	p.actions(earlier)
	return p
}

// columnsOf groups events that are in order.
func columnsOf(all []*timelineEvent) (columns []*column) {
	for _, e := range all {
		if n := len(columns); n == 0 || e.At.Sub(columns[n-1].At) >= time.Second {
			columns = append(columns, &column{At: e.At})
		}
		c := columns[len(columns)-1]
		c.Events = append(c.Events, e)
	}
	return columns
}

// mark writes gaps and days, numbers the events of the picture, and says the amount of an
// object where it is another than before.
func (p *picture) mark(where *time.Location) {
	n, known := 0, map[string]string{}
	for i, c := range p.Columns {
		if day := c.At.In(where).Format("2 Jan 2006"); i == 0 || day != p.Columns[i-1].At.In(where).Format("2 Jan 2006") {
			c.Day = day
		}
		if c.Gap = ""; i > 0 {
			c.Gap = gap(c.At.Sub(p.Columns[i-1].At))
		}
		for _, e := range c.Events {
			if e.Mark = n; n >= marks {
				e.Mark = -1
			}
			n++
			if e.Facts != nil {
				if e.Amount = operator.AmountText(*e.Facts, false); e.Amount == known[e.object()] {
					e.Amount = ""
				} else {
					known[e.object()] = e.Amount
				}
			}
		}
	}
}

// gap is "6 d"; empty for a short one.
func gap(d time.Duration) string {
	switch {
	case d < gapAfter:
		return ""
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 24*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d d", d/(24*time.Hour))
}

// objects are Stripe's in the order in which they were first seen.
func (p *picture) objects() {
	at := map[string]int{}
	for i, c := range p.Columns {
		for _, e := range c.Events {
			id := e.object()
			n, known := at[id]
			if !known {
				n = len(p.Objects)
				at[id] = n
				p.Objects = append(p.Objects, objectRow{ID: id, Cells: make([][]*timelineEvent, len(p.Columns))})
			}
			row := &p.Objects[n]
			if e.Facts != nil {
				row.Type = cmp.Or(row.Type, e.Facts.ObjectType)
			}
			row.Cells[i] = append(row.Cells[i], e)
		}
	}
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
		p.Actions = append(p.Actions, actionRow{action, p.cells(cells, before[action])})
	}
	slices.SortFunc(p.Actions, func(a, b actionRow) int {
		return cmp.Or(cmp.Compare(a.begins(), b.begins()), cmp.Compare(a.Action, b.Action))
	})
}

// begins is before how many columns the row is empty.
func (a actionRow) begins() int {
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

// Wide is how many columns there are besides the names.
func (p picture) Wide() int {
	n := len(p.Columns) + 1
	for _, c := range p.Columns {
		if c.Gap != "" {
			n++
		}
	}
	return n
}
