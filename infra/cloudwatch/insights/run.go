package insights

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Line is a line of a log group.
type Line struct {
	At    time.Time
	Group string
	Text  string
}

// Row has the fields of a line, or of a group of them, as text.
type Row map[string]string

// Run runs the query on lines. A field that no line has is an error: in CloudWatch it
// would be an empty column, for ever.
func (q Query) Run(lines []Line) (rows []Row, err error) {
	for _, l := range lines {
		row := Row{"@timestamp": l.At.UTC().Format(time.RFC3339Nano), "@log": l.Group, "@message": l.Text}
		var members map[string]any
		if json.Unmarshal([]byte(l.Text), &members) == nil {
			flatten(row, "", members)
		}
		rows = append(rows, row)
	}
	for _, name := range q.fields {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r[name] != "" }) {
			return nil, fmt.Errorf("no line has the field %s", name)
		}
	}
	for _, c := range q.commands {
		rows = c.run(rows)
	}
	return rows, nil
}

// flatten names members of members with dots.
func flatten(row Row, prefix string, members map[string]any) {
	for name, v := range members {
		switch v := v.(type) {
		case map[string]any:
			flatten(row, prefix+name+".", v)
		case float64:
			row[prefix+name] = strconv.FormatFloat(v, 'f', -1, 64)
		case nil:
		default:
			row[prefix+name] = fmt.Sprint(v)
		}
	}
}

type fields []string

func (f fields) run(rows []Row) []Row {
	for i, r := range rows {
		kept := Row{}
		for _, name := range f {
			if v, is := r[name]; is {
				kept[name] = v
			}
		}
		rows[i] = kept
	}
	return rows
}

type filter struct{ is condition }

func (f filter) run(rows []Row) []Row {
	return slices.DeleteFunc(rows, func(r Row) bool { return !f.is(r) })
}

type limit int

func (l limit) run(rows []Row) []Row { return rows[:min(len(rows), int(l))] }

type order struct {
	field string
	down  bool
}

type sorting []order

func (s sorting) run(rows []Row) []Row {
	slices.SortStableFunc(rows, func(a, b Row) int {
		for _, o := range s {
			c := compare(a[o.field], b[o.field])
			if o.down {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

func compare(a, b string) int {
	x, notX := strconv.ParseFloat(a, 64)
	y, notY := strconv.ParseFloat(b, 64)
	if notX == nil && notY == nil {
		return cmp.Compare(x, y)
	}
	return strings.Compare(a, b)
}

// functions are the aggregates that this knows.
var functions = []string{"count", "count_distinct", "min", "max", "latest", "pct"}

type aggregate struct {
	function, field, name string
	percent               float64
}

type group struct {
	field string
	bin   time.Duration // of @timestamp; 0: the field
}

func (g group) of(r Row) string {
	if g.bin == 0 {
		return r[g.field]
	}
	at, _ := time.Parse(time.RFC3339Nano, r["@timestamp"]) // every row has it
	return at.Truncate(g.bin).Format(time.RFC3339)
}

type stats struct {
	values []aggregate
	by     []group
}

func (s stats) run(rows []Row) []Row {
	groups := map[string][]Row{}
	var keys []string
	for _, r := range rows {
		var key []string
		for _, g := range s.by {
			key = append(key, g.of(r))
		}
		joined := strings.Join(key, "\x00")
		if groups[joined] == nil {
			keys = append(keys, joined)
		}
		groups[joined] = append(groups[joined], r)
	}
	var out []Row
	for _, key := range keys {
		row := Row{}
		for i, v := range strings.Split(key, "\x00") {
			if len(s.by) > 0 && v != "" {
				row[s.by[i].field] = v
			}
		}
		for _, a := range s.values {
			row[a.name] = a.value(groups[key])
		}
		out = append(out, row)
	}
	return out
}

func (a aggregate) value(rows []Row) string {
	var all []string
	for _, r := range rows {
		if v, is := r[a.field]; is || a.field == "" {
			all = append(all, v)
		}
	}
	switch {
	case a.function == "count":
		return strconv.Itoa(len(all))
	case len(all) == 0:
		return ""
	case a.function == "latest": // rows are in the order of time
		return all[len(all)-1]
	}
	slices.SortFunc(all, compare)
	switch a.function {
	case "count_distinct":
		return strconv.Itoa(len(slices.Compact(all)))
	case "min":
		return all[0]
	case "max":
		return all[len(all)-1]
	}
	return all[int(math.Ceil(a.percent/100*float64(len(all))))-1] // pct
}
