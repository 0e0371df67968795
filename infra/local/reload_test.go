package local_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/scaffold"
	"github.com/payhooks/payhooks/internal/event"
)

func TestARunningStackTakesUpWhatChangesInTheProject(t *testing.T) {
	p := newProject(t)
	stop := p.posting()
	p.says("told once")
	p.changesSource()
	p.changesImport()
	p.refusesMistakes()
	p.changesActions()
	stop()
	p.allOnce()
}

// says fails unless notify-churn ends with this outcome.
func (p *project) says(want string) {
	p.Helper()
	if d := p.outcome("notify-churn"); d.Outcome != want {
		p.Errorf("notify-churn says %q, want %q", d.Outcome, want)
	}
}

func (p *project) rebuiltAlone() {
	p.Helper()
	if r := p.reloaded(); r.Err != nil || !slices.Equal(r.Rebuilt, []string{"notify-churn"}) {
		p.Errorf("got %+v, want notify-churn rebuilt alone", r)
	}
}

func (p *project) changesSource() {
	p.edit(handler, `" once"`, `" now"`)
	p.rebuiltAlone()
	p.says("told now")
}

func (p *project) changesImport() {
	p.write("internal/greeting/greeting.go", greeting("greeted"))
	p.rebuiltAlone()
	p.says("greeted now")
}

func (p *project) refusesMistakes() {
	for _, m := range []struct{ file, old, now, want string }{
		{handler, `" now"`, `" now`, "handle.go:"},
		{handler, `"churns"`, `"others"`, "functions/notify-churn changes the table others; give NotifyChurnDelivery the parameter Tables"},
		{handler, "func handle(", "func init() { panic(1) }\n\nfunc handle(", "the function NotifyChurn (notify-churn) stopped before it was ready"},
		{"infra/data.yaml", "AttributeName: id, AttributeType: S", "AttributeName: id, AttributeType: N", "has changed in infra/data.yaml; the running stack cannot take it up: stop it and start it again"},
	} {
		undo := p.edit(m.file, m.old, m.now)
		p.refused(m.want)
		p.says("greeted now")
		undo()
		if r := p.reloaded(); r.Err != nil {
			p.Errorf("after %s: %v", m.want, r.Err)
		}
	}
}

func (p *project) changesActions() {
	p.add(scaffold.Action{Name: "tell-crm", Types: []string{churned, "charge.succeeded"}, Effect: scaffold.None, Table: "contacts"})
	if r := p.reloaded(); r.Err != nil || !slices.Equal(r.Added, []string{"tell-crm"}) || len(r.Rebuilt) > 0 {
		p.Errorf("got %+v, want tell-crm added", r)
	}
	d := p.outcome("tell-crm")
	if s, err := p.db.Get(p.Context(), d.Event); err != nil || !slices.Contains(s.Subscribers, "tell-crm") || !strings.HasPrefix(d.Outcome, "handled") {
		p.Errorf("the event went to %v, %v: %+v", s.Subscribers, err, d)
	}
	p.says("greeted now")
	p.remove("tell-crm")
	if r := p.reloaded(); r.Err != nil || !slices.Equal(r.Removed, []string{"tell-crm"}) {
		p.Errorf("got %+v, want tell-crm removed", r)
	}
	d = p.outcome("notify-churn")
	if s, err := p.db.Get(p.Context(), d.Event); err != nil || slices.Contains(s.Subscribers, "tell-crm") || d.State != event.Done {
		p.Errorf("the event went to %v, %v", s.Subscribers, err)
	}
	if len(p.stack.Host.Processes("TellCrm")) > 0 {
		p.Error("a process of the removed function is left")
	}
}
