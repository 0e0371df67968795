package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
)

// rows prints a list: one JSON object per line with --json, else a table.
type rows struct {
	out   io.Writer
	json  bool
	table table.Writer
	n     int
}

func newRows(cmd *cobra.Command, columns ...any) *rows {
	return &rows{out: cmd.OutOrStdout(), json: wantsJSON(cmd), table: tableOf(columns...)}
}

// tableOf is a table as all commands print them.
func tableOf(columns ...any) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(columns)
	return t
}

// add prints v as JSON, or keeps the cells for the table.
func (r *rows) add(v any, cells ...any) error {
	r.n++
	if r.json {
		return printJSON(r.out, v)
	}
	r.table.AppendRow(cells)
	return nil
}

// flush prints the table, or a sentence when there is nothing in it.
func (r *rows) flush(none string) error {
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

func printJSON(w io.Writer, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", data)
	return err
}

// terminal reports whether f is a terminal that wants colour.
func terminal(f *os.File) bool {
	return isatty.IsTerminal(f.Fd()) && os.Getenv("NO_COLOR") == ""
}

// clip shortens s for a table cell.
func clip(s string, n int) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
