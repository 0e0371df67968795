// Package printer shows what the local stack does, for people or as JSON.
package printer

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"path/filepath"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local/gateway"
	"github.com/payhooks/payhooks/infra/local/lambda"
)

// Printer shows what the local stack does: lines for people, or the functions'
// own JSON. It is safe for concurrent use.
type Printer struct {
	out  *cli.Output
	json bool
	now  func() time.Time
	when string // layout of times, local ones; empty is dated, in UTC
}

// dated is how a line from any day is dated, in UTC.
const dated = "2006-01-02T15:04:05.000Z"

// New is a printer that paints if out is a terminal.
func New(out io.Writer, asJSON bool) *Printer {
	return &Printer{out: cli.NewOutput(out), json: asJSON, now: time.Now, when: time.TimeOnly}
}

// NewLog is a printer for lines of any day.
func NewLog(out io.Writer, asJSON bool) *Printer {
	return &Printer{out: cli.NewOutput(out), json: asJSON, now: time.Now}
}

// Colours of a terminal.
const (
	plain  = ""
	dim    = "2"
	bold   = "1"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (p *Printer) print(parts ...cli.Part) {
	_ = p.out.Print(parts...) // a closed terminal must not stop the stack
}

// row prints one thing that happened: when, where, what, and about what.
func (p *Printer) row(at time.Time, who, colour, what, about string) {
	when := at.UTC().Format(dated)
	if p.when != "" {
		when = at.Local().Format(p.when)
	}
	p.print(cli.Part{Style: dim, Text: when + "  "}, cli.Part{Style: cyan, Text: fmt.Sprintf("%-14s  ", cli.Line(who))},
		cli.Part{Style: colour, Text: fmt.Sprintf("%-16s  ", cli.Line(what))}, cli.Part{Text: cli.Line(about)})
}

// object prints one JSON object, with --json.
func (p *Printer) object(v any) {
	if err := cli.PrintJSON(p.out, v); err != nil {
		p.print(cli.Part{Text: `{"message":"a line could not be written as JSON"}`})
	}
}

// Progress shows what the stack begins to do.
func (p *Printer) Progress(what string) {
	if p.json {
		p.object(map[string]string{"message": what})
		return
	}
	p.print(cli.Part{Style: dim, Text: what + " …"})
}

// Line shows what a function wrote.
func (p *Printer) Line(l lambda.Line) {
	p.text(filepath.Base(l.Function.Dir), l.Text, p.now(), nil)
}

// Logged shows a line of a log group, with its time.
func (p *Printer) Logged(at time.Time, who, text string) {
	p.text(who, text, at, map[string]any{"at": at.UTC()})
}

// Shown reports whether Logged shows a line; with --json it shows all.
func (p *Printer) Shown(text string) bool {
	var e entry
	return p.json || json.Unmarshal([]byte(text), &e.fields) != nil || !e.silent()
}

// text shows a line; more are members of its JSON besides its own.
func (p *Printer) text(who, text string, at time.Time, more map[string]any) {
	var e entry
	if json.Unmarshal([]byte(text), &e.fields) != nil || e.fields == nil {
		if p.json {
			e.fields = map[string]any{"message": text}
			p.members(e, who, more)
			return
		}
		p.row(at, who, plain, "prints", text)
		return
	}
	if p.json {
		p.members(e, who, more)
		return
	}
	if e.silent() {
		return
	}
	colour, what, about := e.sentence()
	if p.when != "" { // else at is the line's own time, if that is when it was written
		at = e.at(at)
	}
	p.row(at, who, colour, what, about)
}

// members prints a line as JSON that says whose it is.
func (p *Printer) members(e entry, who string, more map[string]any) {
	maps.Copy(e.fields, more)
	e.fields["function"] = who
	p.object(e.fields)
}

// Refused shows what the gateway answered without a function.
func (p *Printer) Refused(r gateway.Refusal) {
	if p.json {
		p.object(map[string]any{"message": "refused", "method": r.Method, "path": r.Path, "status": r.Status, "reason": r.Reason})
		return
	}
	p.row(p.now(), "gateway", yellow, fmt.Sprint(r.Status), fmt.Sprintf("%s %s: %s", r.Method, r.Path, r.Reason))
}

// Handler takes the stack's own log.
func (p *Printer) Handler() slog.Handler {
	return slog.NewJSONHandler(stackLog{p}, &slog.HandlerOptions{Level: slog.LevelInfo})
}

type stackLog struct{ p *Printer }

func (s stackLog) Write(line []byte) (int, error) {
	var l lambda.Line
	l.Text, l.Function.Dir = strings.TrimSpace(string(line)), "stack"
	s.p.Line(l)
	return len(line), nil
}
