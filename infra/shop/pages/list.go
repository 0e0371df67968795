package pages

import (
	"fmt"
	"net/url"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
)

// rowsShown is how many rows a page of a list has.
const rowsShown = 50

// list is a page of rows, as all lists of state have it.
type list struct {
	state
	Columns []string
	Rows    []row
	None    string
	Query   url.Values
	Filters []string // that the list has: account, mode, since, minor
	Shown   int      // of those that the filters leave, which are Found
	Found   int
	Read    int // rows of the table, folded
	At      time.Time
	Reading bool  // the table is being read
	Seen    int64 // rows of it so far
	More    string
	First   string // address of the first page; empty on it
	Again   string // address that reads the table again
	Command string
	New     bool // an item may be added
}

// state is what every page of the tab has.
type state struct {
	Audit auditState
	Name  string
}

// row is one of a list.
type row struct {
	ID     string
	Cells  []cell
	Differ []string // what an audit found
	Repair bool     // a repair adds what is missing
	Set    string   // address of the dialog that sets it
}

// cell is one value. A zero one is quiet.
type cell struct {
	Text  string
	Path  string // where it leads
	ID    bool
	Num   bool
	Quiet bool
	At    time.Time
}

// params are the filters of a list.
type params struct {
	cli.ListFlags
	q     url.Values
	after string
}

// filters reads the filters as the commands do their flags.
func filters(r *console.Request, names ...string) (p params, err error) {
	if p.q, err = r.Params(append(names, "account", "mode", "after", "again")...); err != nil {
		return p, err
	}
	p.Scope = cli.ScopeFlags{Account: p.q.Get("account"), Mode: p.q.Get("mode")}
	p.after = p.q.Get("after")
	switch p.q.Get("minor") {
	case "":
	case "true":
		p.Minor = true
	default:
		return p, cli.Usage("--minor %q: expected true", p.q.Get("minor"))
	}
	if since := p.q.Get("since"); since != "" {
		if p.Since, err = cli.ParseTime("--since", since, time.Now()); err != nil {
			return p, err
		}
	}
	return p, p.Scope.Check()
}

// page are up to rowsShown of the items that keep leaves in, after the one with the key;
// how many it leaves in; and the key of the last if there are more.
func page[T any](all []T, after string, key func(T) string, keep func(T) bool) (shown []T, found int, next string) {
	begun, more := after == "", false
	for _, v := range all {
		if !keep(v) {
			continue
		}
		switch found++; {
		case !begun:
			begun = key(v) == after
		case len(shown) < rowsShown:
			shown = append(shown, v)
		default:
			more = true
		}
	}
	if more {
		next = key(shown[len(shown)-1])
	}
	if !begun { // the one with the key is gone
		return page(all, "", key, keep)
	}
	return shown, found, next
}

// listOf makes a list of what was read, of which so many are left by the filters.
func listOf[T any](s *Shop, r *console.Request, p params, name, command string, read result[T], shown, found int, next string) list {
	l := list{
		state: s.state(r, name), Query: p.q, Shown: shown, Found: found, Read: len(read.Rows), At: read.At, Reading: read.Reading, Seen: read.Seen,
		Again: r.With("again", "1"), Command: r.Console().Command(append([]string{command}, flags(p.q)...)...),
	}
	if next != "" {
		l.More = with(r, "after", next)
	}
	if p.after != "" {
		l.First = with(r, "after", "")
	}
	return l
}

func (s *Shop) state(r *console.Request, name string) state {
	return state{Audit: s.audit.state(r), Name: name}
}

// with is the page's address with a parameter, or without it.
func with(r *console.Request, name, value string) string {
	q := r.URL.Query()
	q.Del("again")
	if q.Del(name); value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return r.URL.Path
	}
	return r.URL.Path + "?" + q.Encode()
}

// flags are the command's, as the filters have them.
func flags(q url.Values) (all []string) {
	for _, name := range []string{"account", "mode", "since"} {
		if v := q.Get(name); v != "" {
			all = append(all, "--"+name, console.Quoted(v))
		}
	}
	if q.Get("minor") != "" {
		all = append(all, "--minor")
	}
	return all
}

// Foot says what was read.
func (l list) Foot() string {
	switch {
	case l.At.IsZero():
		return fmt.Sprintf("%d rows read so far", l.Seen)
	case l.Found == l.Read:
		return fmt.Sprintf("%d of %d", l.Shown, l.Found)
	}
	return fmt.Sprintf("%d of %d, of %d read", l.Shown, l.Found, l.Read)
}

// Num reports whether a column has numbers, at the right.
func (l list) Num(i int) bool { return len(l.Rows) > 0 && l.Rows[0].Cells[i].Num }
