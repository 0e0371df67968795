package pages

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/internal/operator"
)

var (
	auditBody    = parse("audit.html")
	askAuditBody = parse("ask.html")
)

// audit is the last one of this console. It lives in the console's process: another
// console has its own.
type audit struct {
	mu      sync.Mutex
	under   bool // one is under way
	repairs bool // it repairs
	read    atomic.Int64
	began   time.Time
	ended   time.Time // zero: none has ended
	result  *operator.AuditResult
	err     error
	found   map[string]operator.Finding // by table and key
}

// auditState is what the head of a page says of it.
type auditState struct {
	Running, Repairs bool
	Read             int64
	Began, Ended     time.Time
	Result           *operator.AuditResult
	Err              error
}

func (a *audit) state(*console.Request) auditState {
	a.mu.Lock()
	defer a.mu.Unlock()
	return auditState{a.under, a.repairs, a.read.Load(), a.began, a.ended, a.result, a.err}
}

// Left is how many rows differ still.
func (a auditState) Left() int {
	return a.Result.Differences - a.Result.Repaired - a.Result.Rebuilt
}

// start begins one, unless one is under way.
func (a *audit) start(r *console.Request, req operator.Audit) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.under {
		return console.Refused(http.StatusConflict, "An audit is under way.", "Its result is on the page State, Audit.")
	}
	a.under, a.repairs, a.began = true, req.Repair, time.Now()
	a.read.Store(0)
	req.Progress = func(n int) { a.read.Add(int64(n)) }
	o := r.Console().Operator
	go func(ctx context.Context) {
		result, err := o.Audit(ctx, req)
		a.end(result, err)
	}(context.WithoutCancel(r.Context()))
	return nil
}

func (a *audit) end(result *operator.AuditResult, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.under, a.ended, a.err = false, time.Now(), err
	if err != nil {
		return
	}
	a.result, a.found = result, map[string]operator.Finding{}
	for _, f := range result.Findings {
		if !f.Repaired && !f.Rebuilt {
			a.found[f.Table+" "+f.Key] = f
		}
	}
}

func (a *audit) finding(table, key string) (operator.Finding, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	f, ok := a.found[table+" "+key]
	return f, ok
}

// mark adds what the audit found of a row.
func (a *audit) mark(one row, table, key string) row {
	if f, ok := a.finding(table, key); ok {
		one.Differ, one.Repair = differs(f), f.Verdict == operator.Missing
	}
	return one
}

func (a *audit) markOne(d one, table, key string) one {
	if f, ok := a.finding(table, key); ok {
		d.Differ, d.Repair = differs(f), f.Verdict == operator.Missing
	}
	return d
}

// differs says in which fields a row differs. What a row is computed from is not shown: it
// may have text of persons, and the command shows it.
func differs(f operator.Finding) (all []string) {
	if f.Verdict == operator.Unprovable {
		return []string{"unprovable: older events may account for it"}
	}
	for line := range strings.Lines(cli.Difference(f)) {
		words := strings.Join(strings.Fields(line), " ")
		if name, _, _ := strings.Cut(words, " is "); words != "" && !hidden[name] {
			all = append(all, "differs: "+words)
		}
	}
	if len(all) == 0 {
		all = []string{fmt.Sprintf("differs: %s, in what it is computed from; payhooks audit shows it", f.Verdict)}
	}
	return all
}

// hidden are fields that rows are computed from, or that may name a person.
var hidden = map[string]bool{"facts": true, "reference": true, "subscriptions": true, "features": true, "refunds": true}

// found is a finding as the page of the audit shows it.
type found struct {
	operator.Finding
	Differ []string
}

// auditData is the page of the audit.
type auditData struct {
	state
	Findings []found
	Repair   bool
	More     int
	Command  string
}

// shownFindings is how many rows the page lists.
const shownFindings = 200

func (s *Shop) showAudit(r *console.Request) (console.View, error) {
	v := console.View{Title: "Audit", Body: auditBody}
	if _, err := r.Params(); err != nil {
		return v, err
	}
	d := auditData{state: s.state(r, "Audit"), Command: r.Console().Command("audit")}
	if res := d.Audit.Result; res != nil {
		for _, f := range res.Findings[:min(len(res.Findings), shownFindings)] {
			one := found{Finding: f}
			if f.Table != "" && !f.Repaired {
				one.Differ = differs(f)
			}
			d.Findings = append(d.Findings, one)
		}
		d.More = max(0, len(res.Findings)-shownFindings)
		d.Repair = res.Missing > res.Repaired
	}
	v.Data, v.Live = d, d.Audit.Running
	return v, nil
}
