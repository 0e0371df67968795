package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

const (
	// proseWidth is what a column of sentences keeps before any other is cut.
	proseWidth = 20
	// leastWidth is what every column keeps.
	leastWidth = 8
	// shortTime is what a time keeps of its 19 characters: month, day, hour and minute.
	shortTime = len("01-02 15:04")
	// padding is around each cell.
	padding = 2
)

// column is what is known of a column of a table.
type column struct {
	width int
	prose bool // it has sentences, which are cut first
	right bool // its cells are at the right: amounts
	times bool // it has times
	texts bool // it has other texts
}

// clock reports whether the column has times only: half of one says nothing.
func (c *column) clock() bool { return c.times && !c.texts }

func (c *column) widen(cell any) {
	s := fmt.Sprint(cell)
	w := text.StringWidthWithoutEscSequences(s)
	c.width = max(c.width, w)
	c.prose = c.prose || w > proseWidth && strings.Contains(s, " ")
	if _, err := time.Parse(time.DateTime, s); err == nil {
		c.times = true
	} else if s != "" {
		c.texts = true
	}
}

// fit are the widths of the columns in a terminal of the width: what is too much is
// taken from the widest of those with sentences, then year and seconds from times, then
// from the widest of the others. Amounts stay whole: a part of one reads as another. 0
// is any width.
func fit(columns []column, width int) []int {
	widths, over := make([]int, len(columns)), -width
	for i, c := range columns {
		widths[i] = c.width
		over += c.width + padding
	}
	if width == 0 {
		return widths
	}
	over = narrow(widths, over, proseWidth, func(i int) bool { return columns[i].prose })
	for i, c := range columns {
		if over > 0 && c.clock() && c.width > shortTime {
			over -= c.width - shortTime
			widths[i] = shortTime
		}
	}
	narrow(widths, over, leastWidth, func(i int) bool { return !columns[i].clock() && !columns[i].right })
	return widths
}

// narrow takes what is over from the widest of the columns that may be cut, of each down
// to the least width, and returns what is over still.
func narrow(widths []int, over, least int, may func(int) bool) int {
	for ; over > 0; over-- {
		i := widest(widths, func(i int) bool { return may(i) && widths[i] > least })
		if i < 0 {
			break
		}
		widths[i]--
	}
	return over
}

// widest is the index of the widest that may be chosen, -1 for none.
func widest(widths []int, may func(int) bool) int {
	found := -1
	for i, w := range widths {
		if may(i) && (found < 0 || w > widths[found]) {
			found = i
		}
	}
	return found
}

// cut are the cells in columns of these widths: what is longer ends in an ellipsis.
func cut(cells table.Row, widths []int) table.Row {
	row := make(table.Row, len(cells))
	for i, c := range cells {
		if s, ok := c.(string); ok && text.StringWidthWithoutEscSequences(s) > widths[i] {
			c = shortened(s, widths[i])
		}
		row[i] = c
	}
	return row
}

// shortened is a text in fewer characters.
func shortened(s string, width int) string {
	if t, err := time.Parse(time.DateTime, s); err == nil && width == shortTime {
		return t.Format("01-02 15:04")
	}
	return text.Snip(s, width, "…")
}
