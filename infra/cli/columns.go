package cli

import (
	"fmt"
	"regexp"
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
	ids   bool // it has ids
	name  string
}

// spare are the columns that a narrow terminal shows only with --wide, the first first.
var spare = []string{"API VERSION", "SCOPE"}

// id is what people copy into another command line.
var id = regexp.MustCompile(`^[a-z]+_[A-Za-z0-9_]{8,}$`)

// clock reports whether the column has times only: half of one says nothing.
func (c *column) clock() bool { return c.times && !c.texts }

func (c *column) widen(cell any) {
	s := fmt.Sprint(cell)
	w := text.StringWidthWithoutEscSequences(s)
	c.width = max(c.width, w)
	c.ids = c.ids || id.MatchString(s)
	c.prose = c.prose || w > proseWidth && strings.Contains(s, " ")
	if _, err := time.Parse(time.DateTime, s); err == nil {
		c.times = true
	} else if s != "" {
		c.texts = true
	}
}

// fit are the widths of the columns in a terminal of the width: what is too much is
// taken from the widest of those with sentences, then year and seconds from times, then
// spare columns, whose width is 0 then, then from the widest of the others and of ids last.
// Amounts stay whole: a part of one reads as another. A width of 0 is any.
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
	for _, name := range spare {
		for i, c := range columns {
			if over > 0 && c.name == name {
				over -= widths[i] + padding
				widths[i] = 0
			}
		}
	}
	may := func(i int) bool { return widths[i] > 0 && !columns[i].clock() && !columns[i].right }
	over = narrow(widths, over, leastWidth, func(i int) bool { return may(i) && !columns[i].ids })
	narrow(widths, over, leastWidth, may)
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

// cut are the cells in columns of these widths: what is longer ends in an ellipsis, and
// spare columns are left out.
func cut(cells table.Row, widths []int) table.Row {
	row := make(table.Row, 0, len(cells))
	for i, c := range cells {
		if widths[i] == 0 {
			continue
		}
		if s, ok := c.(string); ok && text.StringWidthWithoutEscSequences(s) > widths[i] {
			c = shortened(s, widths[i])
		}
		row = append(row, c)
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
