package cli

import (
	"fmt"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

const (
	// proseWidth is what a column of sentences keeps before any other is cut.
	proseWidth = 20
	// leastWidth is what every column keeps.
	leastWidth = 8
	// padding is around each cell.
	padding = 2
)

// column is what is known of a column of a table.
type column struct {
	width int
	prose bool // it has sentences, which are cut first
	right bool // its cells are at the right: amounts
}

func (c *column) widen(cell any) {
	s := fmt.Sprint(cell)
	w := text.StringWidthWithoutEscSequences(s)
	c.width = max(c.width, w)
	c.prose = c.prose || w > proseWidth && strings.Contains(s, " ")
}

// fit are the widths of the columns in a terminal of the width: what is too much is
// taken from the widest of those with sentences, then from the widest of all. 0 is
// any width.
func fit(columns []column, width int) []int {
	widths, total := make([]int, len(columns)), 0
	for i, c := range columns {
		widths[i] = c.width
		total += c.width + padding
	}
	for ; width > 0 && total > width; total-- {
		i := widest(widths, func(i int) bool { return columns[i].prose && widths[i] > proseWidth })
		if i < 0 {
			i = widest(widths, func(i int) bool { return widths[i] > leastWidth })
		}
		if i < 0 {
			break
		}
		widths[i]--
	}
	return widths
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
			c = text.Snip(s, widths[i], "…")
		}
		row[i] = c
	}
	return row
}
