package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/mattn/go-isatty"
)

// NewTable is a table as all commands print them.
func NewTable(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(columns)
	return t
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
