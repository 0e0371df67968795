package cli

import (
	"fmt"
	"io"
	"reflect"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"
)

// rowsPage is how many rows of a table are kept until they are printed: the columns
// are as wide as the widest cell among them.
const rowsPage = 1000

// Rows prints a list: one JSON object per line with --json, else a table.
type Rows struct {
	// Printing is called before a part of a table is printed; nil is none.
	Printing func()
	// Whole shows texts in cells in full, in one line each.
	Whole bool

	out    io.Writer
	json   bool
	table  table.Writer
	widths []int
	n      int // rows so far
}

// NewRows begins a list with these columns.
func NewRows(cmd *cobra.Command, columns ...any) *Rows {
	r := &Rows{out: cmd.OutOrStdout(), json: WantsJSON(cmd), table: NewTable(columns...), widths: make([]int, len(columns))}
	r.widen(columns)
	return r
}

// Add prints v as JSON at once, or keeps the cells for the table, of which it prints
// a part when there are many. Texts in cells pass Clip, or with Whole Line.
func (r *Rows) Add(v any, cells ...any) error {
	r.n++
	if r.json {
		return PrintJSON(r.out, v)
	}
	for i, c := range cells {
		if v := reflect.ValueOf(c); v.Kind() == reflect.String && r.Whole {
			cells[i] = Line(v.String())
		} else if v.Kind() == reflect.String {
			cells[i] = Clip(v.String(), longestCell)
		}
	}
	r.widen(cells)
	r.table.AppendRow(cells)
	if r.table.Length() < rowsPage {
		return nil
	}
	return r.print()
}

func (r *Rows) widen(cells []any) {
	for i, c := range cells[:min(len(cells), len(r.widths))] {
		r.widths[i] = max(r.widths[i], text.StringWidthWithoutEscSequences(fmt.Sprint(c)))
	}
}

// print prints the rows that are kept, in columns as wide as those before.
func (r *Rows) print() error {
	if r.Printing != nil {
		r.Printing()
	}
	var columns []table.ColumnConfig
	for i, width := range r.widths {
		columns = append(columns, table.ColumnConfig{Number: i + 1, WidthMin: width})
	}
	r.table.SetColumnConfigs(columns)
	_, err := fmt.Fprintln(r.out, r.table.Render())
	r.table.ResetHeaders()
	r.table.ResetRows()
	return err
}

// Flush prints the rest of the table, or a sentence when there was nothing in it;
// none for an empty one.
func (r *Rows) Flush(none string) error {
	switch {
	case r.json, r.n == 0 && none == "":
		return nil
	case r.n == 0:
		_, err := fmt.Fprintln(r.out, none)
		return err
	case r.table.Length() == 0:
		return nil
	}
	return r.print()
}

// FlushSpaced is Flush with an empty line after it, for a list that another
// one follows.
func (r *Rows) FlushSpaced(none string) error {
	if err := r.Flush(none); err != nil {
		return err
	}
	_, err := fmt.Fprintln(r.out)
	return err
}
