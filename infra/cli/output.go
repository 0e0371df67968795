package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"reflect"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
)

// Rows prints a list: one JSON object per line with --json, else a table.
type Rows struct {
	out   io.Writer
	json  bool
	table table.Writer
	n     int
}

// NewRows begins a list with these columns.
func NewRows(cmd *cobra.Command, columns ...any) *Rows {
	return &Rows{out: cmd.OutOrStdout(), json: WantsJSON(cmd), table: NewTable(columns...)}
}

// NewTable is a table as all commands print them.
func NewTable(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(columns)
	return t
}

// Add prints v as JSON at once, or keeps the cells for the table. Texts in
// cells pass Line.
func (r *Rows) Add(v any, cells ...any) error {
	r.n++
	if r.json {
		return PrintJSON(r.out, v)
	}
	for i, c := range cells {
		if v := reflect.ValueOf(c); v.Kind() == reflect.String {
			cells[i] = Line(v.String())
		}
	}
	r.table.AppendRow(cells)
	return nil
}

// Flush prints the table, or a sentence when there is nothing in it.
func (r *Rows) Flush(none string) error {
	if r.json {
		return nil
	}
	if r.n == 0 {
		_, err := fmt.Fprintln(r.out, none)
		return err
	}
	_, err := fmt.Fprintln(r.out, r.table.Render())
	return err
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

// PrintJSON prints v in one line. Characters that a terminal acts on are
// escaped, which changes no value.
func PrintJSON(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, escape(string(data), hidden, `\u%04x`))
	return err
}

// Field prints a name and its value in one line, the value at the width.
func Field(w io.Writer, width int, name string, value any) {
	_, _ = fmt.Fprintf(w, "%-*s %s\n", width, name, Line(fmt.Sprint(value)))
}

// Terminal reports whether f is a terminal that shows colours.
func Terminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == ""
}

// Count puts a number before a noun.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
