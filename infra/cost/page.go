package cost

import (
	"bytes"
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/template"
)

//go:embed page.md.tmpl
var text string

// page has what the template of infra/COST.md asks for.
type page struct {
	Region, Month string
	Stack         Stack
	dir           string
	kinds         map[string]Counted
	err           error
}

// Page writes infra/COST.md for the project in dir.
func Page(dir string, c Counts) ([]byte, error) {
	s, err := Open(dir, nil)
	if err != nil {
		return nil, err
	}
	t, err := template.New("COST.md").Funcs(template.FuncMap{"usd": USD}).Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	p := &page{Region: Region, Month: Month, Stack: s, dir: dir, kinds: c.Kinds}
	if err := t.Execute(&out, p); err != nil {
		return nil, err
	}
	return append(bytes.TrimRight(out.Bytes(), "\n"), '\n'), p.err
}

// bill is that of a million events of a kind.
func (p *page) bill(kind string) []Line {
	lines := p.Stack.Event(kind, p.kinds[kind])
	for i := range lines {
		lines[i].Quantity *= million
	}
	return lines
}

// USD writes dollars, small ones with two digits that are not zero.
func USD(dollars float64) string {
	if a := math.Abs(dollars); a > 0 && a < 0.095 {
		return strconv.FormatFloat(dollars, 'g', 2, 64) + " USD"
	}
	return fmt.Sprintf("%.2f USD", dollars)
}

// amount writes dollars in a table.
func amount(dollars float64) string {
	if dollars == 0 {
		return "–"
	}
	return strings.TrimSuffix(USD(dollars), " USD")
}

// Number writes a quantity: a large one in groups, a small one with three digits.
func Number(n float64) string {
	if n == 0 {
		return "–"
	}
	if n < 1000 {
		return strconv.FormatFloat(n, 'g', 3, 64)
	}
	digits := strconv.FormatFloat(n, 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Table writes rows, the first of which is the head. All columns but the first are numbers.
func Table(rows ...[]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(&b, "|---%s|\n", strings.Repeat("|---:", len(row)-1))
		}
	}
	return b.String()
}
