package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/status"
)

// printed is what the command prints of a status.
func (p statusPage) printed(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	cmd := command(t)
	cmd.SetOut(&out)
	if err := p.print(cmd); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func count(n int) *int { return &n }

func TestStatusOfAHealthyStackIsQuiet(t *testing.T) {
	got := statusPage{StatusWords: cli.StatusWords{Now: time.Now(), Status: status.Status{
		Actions: []status.Action{{Action: "notify-churn", Done: count(12)}},
		Pending: count(0), Unrecorded: count(0), Quarantined: count(0), Dead: count(0), Refused: count(0),
		Sweeps: []reconcile.Lag{{Sweep: "due"}, {Sweep: "missing"}},
	}}}.printed(t)
	for _, line := range []string{"nothing needs a person\n", " notify-churn  12", "pending       0\n", "sweeps        due, missing keep up\n"} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in\n%s", line, got)
		}
	}
	if strings.Contains(got, "next:") || strings.Contains(got, "since") {
		t.Errorf("it is not quiet:\n%s", got)
	}
}

func TestStatusNamesTheCommandForEachProblem(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	got := statusPage{stack: "shop", StatusWords: cli.StatusWords{Now: now, Status: status.Status{
		Actions: []status.Action{
			{Action: "send-receipt", Done: count(7), Waiting: 5, Parked: 3, Unknown: 1, Discarded: 2, Oldest: now.Add(-3 * time.Hour), Reason: "SES\x1b rejected it"},
			{Action: "off", Disabled: true},
			{Action: "gone", Removed: true, Parked: 1},
		},
		Overdue: 4, Pending: count(2), OldestPending: now.Add(-20 * time.Minute), Unrecorded: count(1), OldestUnrecorded: now.Add(-72 * time.Hour),
		Quarantined: count(6), OldestQuarantined: now.Add(-time.Hour), Dead: count(3), DeadLetters: map[string]int{"send-receipt": 2, "dispatch": 1},
		Refused: count(8), Sweeps: []reconcile.Lag{{Sweep: "due", Seconds: 60}, {Sweep: "missing", Seconds: 3 * 3600}, {Sweep: "pending"}},
		AtLeast: true, Unread: []status.Source{status.SourceRefused},
	}}}.printed(t)
	for _, line := range []string{
		"needs a person: 1 unknown, 4 parked, 6 quarantined, 3 in dead letters, 4 overdue, sweep missing 3 h behind; also 2 pending, 1 unrecorded, 8 refused; could not be read: refused requests\n",
		"2026-11-22 09:00:00  SES\\u001b rejected it", "its rule is disabled", "it has no rule",
		"pending       2 since 2026-11-22 11:40:00 (20 min)\n", "unrecorded    1 since 2026-11-19 12:00:00 (3 days)\n",
		"dead letters  3 dispatch 1, send-receipt 2\n", "sweeps        due is 1 min behind; missing is 3 h behind; pending keeps up\n",
		"  payhooks parked --stack shop  # 1 unknown, 4 parked\n", "  payhooks quarantine list --stack shop  # 6 quarantined\n",
		"  payhooks deadletters list --stack shop  # 3 in dead letters\n", "  payhooks events list --status waiting --stack shop  # 4 overdue\n",
		"  payhooks events list --status pending --stack shop  # 2 pending\n", "  payhooks reconcile --stack shop  # 1 unrecorded, sweep missing 3 h behind\n", "at least the counts",
	} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in\n%s", line, got)
		}
	}
	for _, pr := range (cli.StatusWords{Now: now, Status: status.Status{Overdue: 1, Refused: count(1), Dead: count(1), Quarantined: count(1), Unrecorded: count(1)}}).Problems() {
		cmd, rest, err := rootCommand().Find(strings.Fields(pr.Command))
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err != nil || !cmd.Runnable() {
			t.Errorf("payhooks %s: %v", pr.Command, err)
		}
	}
}

func TestStatusOfARunningStack(t *testing.T) {
	o := newOperator(t)
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultReject})
	id := o.charge()
	parked := o.delivered(id, receipts, event.Parked)
	o.fault()
	o.eventually("every other action is done", func() bool {
		ds := o.show(id).Deliveries
		return len(ds) == len(o.show(id).Wanted) && !slices.ContainsFunc(ds, func(d operator.DeliveryRow) bool { return d.Action != receipts && d.State != event.Done })
	})
	o.post([]byte(`{"id":"evt_odd","object":"event","type":"charge.succeeded","created":1,"livemode":false,"data":null}`))
	o.forge()
	o.eventually("the forged requests are counted", func() bool {
		s := object[status.Status](o.T, o.must("status", "--json"))
		return s.Refused != nil && *s.Refused == 2 && s.Quarantined != nil && *s.Quarantined == 1
	})
	o.checkStatus(id, parked.Error)
	o.checkGauges()
	o.must("parked", "discard", id, receipts, "--yes", "--reason", "a test")
	s := object[status.Status](o.T, o.must("status", "--json"))
	if total := s.Total(); total.Parked != 0 || total.Discarded != 1 {
		o.Errorf("after discarding it: %+v", total)
	}
}

// forge posts one request with a wrong signature, and one to an endpoint that the stack
// does not have.
func (o *rig) forge() {
	o.Helper()
	for path, answer := range map[string]int{"default": http.StatusBadRequest, "other": http.StatusNotFound} {
		req, err := http.NewRequestWithContext(o.Context(), http.MethodPost, o.Local.API+"/webhooks/"+path, strings.NewReader("{}"))
		if err != nil {
			o.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			o.Fatal(err)
		}
		if _ = res.Body.Close(); res.StatusCode != answer {
			o.Errorf("%s answered %s", path, res.Status)
		}
	}
}

// checkGauges lets reconcile run and compares what it wrote under its own role.
func (o *rig) checkGauges() {
	o.Helper()
	o.must("reconcile")
	var gauges map[string]any
	o.eventually("the run writes its gauges", func() bool {
		for line := range strings.Lines(o.printed.String()) {
			var one map[string]any
			if strings.Contains(line, `"message":"gauges"`) && json.Unmarshal([]byte(line), &one) == nil {
				gauges = one // the last
			}
		}
		return gauges["parked"] == 1.0 && gauges["quarantined"] == 1.0
	})
	for name, want := range map[string]float64{"unknown": 0, "waiting": 0, "overdue": 0, "dead": 0, "pending": 0, "unrecorded": 0, "undelivered": 0} {
		if gauges[name] != want {
			o.Errorf("gauge %s is %v, expected %v", name, gauges[name], want)
		}
	}
	if strings.Contains(o.printed.String(), "gauges are incomplete") {
		o.Error("a run could not count everything")
	}
}

// checkStatus compares the status of a stack with one parked receipt.
func (o *rig) checkStatus(id, why string) {
	o.Helper()
	s := object[status.Status](o.T, o.must("status", "--json"))
	wanted := o.show(id).Wanted
	for _, a := range s.Actions {
		done := 0
		if slices.Contains(wanted, a.Action) && a.Action != receipts {
			done = 1
		}
		if a.Done == nil || *a.Done != done || a.Waiting+a.Unknown+a.Discarded != 0 || a.Removed || a.Disabled {
			o.Errorf("%+v of an event for %v", a, wanted)
		}
		if (a.Action == receipts) != (a.Parked == 1 && a.Reason == why && !a.Oldest.IsZero()) {
			o.Errorf("%+v, with the receipt parked for %s", a, why)
		}
	}
	if len(s.Actions) != len(o.Local.Environment)-4 || *s.Pending+*s.Unrecorded+*s.Dead != 0 {
		o.Errorf("%d actions, %d pending, %d unrecorded, %d dead", len(s.Actions), *s.Pending, *s.Unrecorded, *s.Dead)
	}
	page := o.must("status")
	for _, text := range []string{"needs a person: 1 parked, 1 quarantined; also 2 refused", "payhooks parked ", "payhooks quarantine list ", "payhooks refused ", receipts} {
		if !strings.Contains(page, text) {
			o.Errorf("%q is not in\n%s", text, page)
		}
	}
	for _, r := range objects[aws.Refused](o.T, o.must("refused", "--json")) {
		if r.At.IsZero() || !slices.Contains([]string{"bad_signature: no_header", "unknown_endpoint"}, r.Reason) || r.Answer/100 != 4 {
			o.Errorf("refused %+v", r)
		}
	}
}
