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

// Rows prints a list: one JSON object per line with --json, else a table. On a terminal
// it is no wider than that: long cells are cut, unless --wide is given.
type Rows struct {
	// Printing is called before a part of a table is printed; nil is none.
	Printing func()
	// Whole shows texts in cells in full, in one line each: --wide.
	Whole bool

	out     io.Writer
	json    bool
	header  table.Row
	kept    []table.Row
	columns []column
	width   int // of the terminal; 0: any
	n       int // rows so far
}

// NewRows begins a list with these columns.
func NewRows(cmd *cobra.Command, columns ...any) *Rows {
	r := &Rows{out: cmd.OutOrStdout(), json: WantsJSON(cmd), header: columns, columns: make([]column, len(columns))}
	if r.Whole = wantsWide(cmd); !r.Whole {
		r.width = NewOutput(r.out).Width()
	}
	for i, name := range columns {
		r.columns[i].name = fmt.Sprint(name)
		r.columns[i].width = text.StringWidthWithoutEscSequences(fmt.Sprint(name))
	}
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
		if v := reflect.ValueOf(c); v.Kind() == reflect.String {
			r.columns[i].right = r.columns[i].right || v.Type() == reflect.TypeFor[Amount]()
			cells[i] = r.Text(v.String(), longestCell)
		}
		r.columns[i].widen(cells[i])
	}
	r.kept = append(r.kept, cells)
	if len(r.kept) < rowsPage {
		return nil
	}
	return r.print()
}

// Text is a text of at most n characters, or with Whole all of it.
func (r *Rows) Text(s string, n int) string {
	if r.Whole {
		return Line(s)
	}
	return Clip(s, n)
}

// print prints the rows that are kept, in columns as wide as those before.
func (r *Rows) print() error {
	if r.Printing != nil {
		r.Printing()
	}
	widths := fit(r.columns, r.width)
	t := NewTable(cut(r.header, widths)...)
	if r.n > len(r.kept) {
		t.ResetHeaders()
	}
	var configs []table.ColumnConfig
	for i, w := range widths {
		if w == 0 {
			continue
		}
		c := table.ColumnConfig{Number: len(configs) + 1, WidthMin: w}
		if r.columns[i].right {
			c.Align, c.AlignHeader = text.AlignRight, text.AlignRight
		}
		configs = append(configs, c)
	}
	t.SetColumnConfigs(configs)
	for _, row := range r.kept {
		t.AppendRow(cut(row, widths))
	}
	r.kept = nil
	_, err := fmt.Fprintln(r.out, t.Render())
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
	case len(r.kept) == 0:
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
