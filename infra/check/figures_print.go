package check

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// longMain is the number of lines above which a package main is printed.
const longMain = 300

// PrintFigures measures a directory, by default the current one, and prints the
// result as a table, or with --json as one object.
func PrintFigures(ctx context.Context, w io.Writer, args []string) error {
	dir, object := "", false
	for _, a := range args {
		switch {
		case a == "--json":
			object = true
		case strings.HasPrefix(a, "-") || dir != "":
			return fmt.Errorf("figures: unexpected argument %q; usage: figures [--json] [directory]", a)
		default:
			dir = a
		}
	}
	if dir == "" {
		dir = "."
	}
	f, err := measure(ctx, dir)
	if err != nil {
		return err
	}
	if object {
		return json.NewEncoder(w).Encode(f)
	}
	_, err = io.WriteString(w, f.table()+"\n"+f.text())
	return err
}

// table has a column for each folder and one for all.
func (f figures) table() string {
	columns := append(f.Folders[:len(f.Folders):len(f.Folders)], f.All)
	rows := [][]string{{""}, {"---"}, {"packages (of them `main`)"}, {"Go files"}, {"Go lines without tests"}, {"Go lines of tests"}}
	for _, c := range columns {
		packages := grouped(c.Packages)
		if c.Mains > 0 {
			packages += " (" + grouped(c.Mains) + ")"
		}
		for i, cell := range []string{c.Name, "---", packages, grouped(c.Files), grouped(c.Lines), grouped(c.TestLines)} {
			rows[i] = append(rows[i], cell)
		}
	}
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(r, " | "))
	}
	return b.String()
}

// text has what belongs to no folder.
func (f figures) text() string {
	var importers, mains strings.Builder
	for i, a := range f.Arrows {
		if i == 0 || f.Arrows[i-1].From != a.From {
			fmt.Fprintf(&importers, "\n  %s:", a.From)
		}
		fmt.Fprintf(&importers, " %s", a.To)
	}
	for _, m := range f.Mains {
		if m.Lines > longMain {
			fmt.Fprintf(&mains, "\n  %s %s", m.Name, grouped(m.Lines))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "tracked files: %s, of Go %s\n", grouped(f.Tracked), grouped(f.TrackedGo))
	fmt.Fprintf(&b, "lines of a Go file without tests: median %s, longest %s (%s)\n", grouped(f.MedianLines), grouped(f.LongestLines), f.Longest)
	fmt.Fprintf(&b, "imports between packages of the module: %s\n", grouped(f.Imports))
	fmt.Fprintf(&b, "imports of the shop from outside it: %s%s\n", grouped(len(f.Arrows)), importers.String())
	fmt.Fprintf(&b, "lines in package main: %s (%d %%), above %d in%s\n",
		grouped(f.MainLines), percent(f.MainLines, f.All.Lines), longMain, mains.String())
	return b.String()
}

// percent rounds to the nearest whole number.
func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (100*part + whole/2) / whole
}

// grouped writes a number with a comma between thousands.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
