package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
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

// PrintJSON prints v in one line.
func PrintJSON(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(NewOutput(w), "%s\n", data)
	return err
}

// Field prints a name and its value in one line, the value at the width.
func Field(w io.Writer, width int, name string, value any) {
	_, _ = fmt.Fprintf(w, "%-*s %s\n", width, name, Clip(fmt.Sprint(value), longestField))
}

// Count puts a number before a noun.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
