package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

var (
	opsPages = []Page{
		{Route: "GET /ops/{id}", Tab: TabAttention, Show: showOperation},
		{Route: "POST /ops/{id}/stop", Do: stopOperation},
	}
	opsBody = parse("operation.html", "left.html")
)

// leftShown is how many of the items that were left a page names.
const leftShown = 200

// progress is an operation at one time.
type progress struct {
	*operation
	N         int
	Running   bool
	Stopping  bool
	Ended     time.Time
	Line      string // how far it is, or what came of it
	Left      []operator.Skipped
	LeftLine  string // why the others were left
	LeftOther int    // left ones that are not named
	Others    []string
	Found     []operator.EventRow
	Failed    string
	Continue  string // address of the dialog that continues
}

func showOperation(r *Request) (View, error) {
	v := View{Title: "Operation", Body: opsBody}
	if _, err := r.Params(); err != nil {
		return v, err
	}
	op := r.console.ops.get(r.PathValue("id"))
	if op == nil {
		return v, noOperation(r)
	}
	p := op.progress(r.console.Now())
	v.Title, v.Data, v.Live = op.Title, p, p.Running
	return v, nil
}

func noOperation(r *Request) error {
	return Refused(http.StatusNotFound, "This console has no operation "+r.PathValue("id")+".",
		"An operation is known to the console that runs it, until that ends. What it did is done; the same selection continues with what is left.")
}

func stopOperation(r *Request) (string, error) {
	op := r.console.ops.get(r.PathValue("id"))
	if op == nil {
		return "", noOperation(r)
	}
	op.Stop()
	return "/ops/" + op.ID, nil
}

func (o *operation) progress(now time.Time) progress {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := progress{operation: o, N: min(o.n, o.Total), Running: o.ended.IsZero(), Ended: o.ended, Others: o.report.Other, Found: o.report.Found}
	if p.Running {
		p.Stopping, p.Line = o.stop, o.running(p.N)
		return p
	}
	left := append(append([]operator.Skipped{}, o.Before...), o.report.Left...)
	p.Left, p.LeftLine, p.LeftOther = left[:min(len(left), leftShown)], leftLine(left), max(0, len(left)-leftShown)
	p.Line = fmt.Sprintf("%s of %s %s.", count(o.report.Done), plural(o.Total+len(o.Before), o.One, o.Many), o.Verb)
	if stopped := errors.Is(o.err, context.Canceled); o.err != nil {
		p.Continue = o.continued()
		if stopped {
			p.Line = fmt.Sprintf("Stopped after %s of %s.", count(o.report.Done+len(o.report.Left)), count(o.Total))
		} else {
			p.Failed = sentence(cli.Line(o.err.Error()))
		}
	}
	return p
}

// running is "120 of 205 sent · 20 a second · 4 s left".
func (o *operation) running(n int) string {
	line := fmt.Sprintf("%s of %s %s", count(n), count(o.Total), o.Verb)
	if o.Rate > 0 {
		left := time.Duration(float64(o.Total-n) / o.Rate * float64(time.Second)).Round(time.Second)
		line += fmt.Sprintf(" · %g a second · %s left", o.Rate, cli.Age(left))
	}
	return line
}

// continued is where the same selection continues.
func (o *operation) continued() string {
	if o.report.Resume == "" || o.Same == "" {
		return o.Same
	}
	return o.Same + "&resume=" + strings.NewReplacer("+", "%2B", "&", "%26").Replace(o.report.Resume)
}

// leftLine is "5 expired · 2 no rule sends such events to the action any more".
func leftLine(left []operator.Skipped) string {
	reasons := operator.Reasons(left)
	var parts []string
	for _, why := range sortedByCount(reasons) {
		parts = append(parts, count(reasons[why])+" "+string(why))
	}
	return strings.Join(parts, " · ")
}

func sortedByCount(reasons map[event.Reason]int) []event.Reason {
	all := make([]event.Reason, 0, len(reasons))
	for why := range reasons {
		all = append(all, why)
	}
	slices.SortFunc(all, func(a, b event.Reason) int {
		if reasons[a] != reasons[b] {
			return reasons[b] - reasons[a]
		}
		return strings.Compare(string(a), string(b))
	})
	return all
}
