package console

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/operator"
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
	Actions []effectsRow
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

// effectsRow has what one action made of our state.
type effectsRow struct {
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
