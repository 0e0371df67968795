package main

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
)

// loggedLine is what logs prints of a line with --json.
type loggedLine struct {
	At                                            time.Time
	Function, Message, Event, Request, ID, Reason string
	Timestamp                                     string
}

func TestLogsFollowAnEventThroughEveryFunction(t *testing.T) {
	o := newOperator(t)
	t.Run("posted twice, done at the second attempt", func(t *testing.T) { loggedTwice(o.in(t)) })
	t.Run("a thin one is fetched", func(t *testing.T) { loggedThin(o.in(t)) })
	t.Run("of one function", func(t *testing.T) { loggedFunction(o.in(t)) })
	t.Run("what is wrong with the command line", func(t *testing.T) { loggedWrong(o.in(t)) })
	t.Run("new lines, until it is stopped", func(t *testing.T) { loggedNew(o.in(t)) })
}

// logs are the lines that the command prints.
func (o *rig) logs(args ...string) []loggedLine {
	o.Helper()
	return objects[loggedLine](o.T, o.must(append([]string{"logs", "--json"}, args...)...))
}

// whole fails unless logs has every line that a function wrote about the event, and those
// of its requests.
func (o *rig) whole(id string, posts int, functions ...string) []loggedLine {
	o.Helper()
	lines := o.logs(id)
	var have []string
	var requests, accesses []string
	for i, l := range lines {
		have = append(have, l.Timestamp)
		if !slices.Contains(functions, l.Function) {
			o.Errorf("a line of %s: %+v", l.Function, l)
		}
		if l.Function == "ingest" {
			requests = append(requests, l.Request)
		}
		if l.Function == "api" {
			accesses = append(accesses, l.ID)
		}
		if i > 0 && l.At.Before(lines[i-1].At) {
			o.Errorf("line %d is older than that before it", i)
		}
	}
	for _, f := range functions {
		if !slices.ContainsFunc(lines, func(l loggedLine) bool { return l.Function == f }) {
			o.Errorf("no line of %s about %s", f, id)
		}
	}
	for line := range strings.Lines(o.logged.String()) {
		var l loggedLine
		if json.Unmarshal([]byte(line), &l) == nil && l.Event == id && !slices.Contains(have, l.Timestamp) {
			o.Errorf("missing: %s", line)
		}
	}
	slices.Sort(requests)
	slices.Sort(accesses)
	if len(requests) != posts || !slices.Equal(requests, accesses) {
		o.Errorf("requests %q in ingest's lines, %q in the access log, want %d", requests, accesses, posts)
	}
	return lines
}

func loggedTwice(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultThrottle, Count: 1})
	id := o.charge()
	o.delivered(id, receipts, event.Waiting)
	if err := postSigned(o.Context(), o.Local.API+"/webhooks/default", demoSecret, []byte(o.must("events", "show", id, "--raw"))); err != nil {
		o.Fatal(err)
	}
	o.due(id, receipts)
	o.delivered(id, receipts, event.Done)
	o.status(id, event.StatusDone)
	lines := o.whole(id, 2, "api", "ingest", "dispatch", "flag-fraud", "post-journal", receipts, "update-order", "reconcile")
	var seen []string
	for _, l := range lines {
		if l.Function == "reconcile" || l.Function == "ingest" {
			seen = append(seen, l.Message+" "+l.Reason)
		}
	}
	if want := []string{"request stored", "request duplicate", "redelivered "}; !slices.Equal(seen, want) {
		o.Errorf("%q, want %q", seen, want)
	}
	text := o.must("logs", id)
	for _, part := range []string{"200 stored", "200 duplicate", "ANY /webhooks/{endpoint}", "sent again", "done (try 2)", time.Now().UTC().Format("2006-01-02T")} {
		if !strings.Contains(text, part) {
			o.Errorf("%q is not in\n%s", part, text)
		}
	}
}

func loggedThin(o *rig) {
	p := object[trigger.Posted](o.T, o.must("trigger", "charge.updated", "--thin", "--json"))
	o.doneThin(p.ID, 0)
	o.whole(p.ID, 1, append([]string{"api", "ingest", "dispatch", event.Fetch}, o.show(p.ID).Wanted...)...)
}

func loggedFunction(o *rig) {
	ids := o.charges(3)
	o.status(ids[2], event.StatusDone)
	for _, l := range o.logs("dispatch") {
		if l.Function != "dispatch" {
			o.Errorf("%+v", l)
		}
	}
	if lines := o.must("logs", "send-receipt", "--limit", "3"); strings.Count(lines, "\n") != 3 { // its metrics are lines, too
		o.Errorf("%s", lines)
	}
	all := o.run("logs", "dispatch", "--limit", "2")
	if strings.Count(all.out, "\n") != 2 || !strings.Contains(all.err, "earlier lines left out; for those: --until 2") {
		o.Errorf("%s%s", all.out, all.err)
	}
	if text := o.must("logs", "dispatch", "--until", "2026-01-02", "--since", "2026-01-01"); text != "no line since 2026-01-01 00:00:00 until 2026-01-02 00:00:00\n" {
		o.Errorf("%s", text)
	}
	if text := o.must("logs", "evt_none"); !strings.HasSuffix(text, "; earlier ones: --since 7d\n") || !strings.HasPrefix(text, "no line about evt_none since ") {
		o.Errorf("%s", text)
	}
}

func TestUntilLosesNoLineOfTheSameMillisecond(t *testing.T) {
	if got := untilBefore(time.Date(2026, 11, 30, 12, 0, 0, 138141021, time.UTC)); got != "2026-11-30T12:00:00.139Z" {
		t.Errorf("%s", got)
	}
}

func loggedWrong(o *rig) {
	if r := o.run("logs", ""); r.code == 0 || !strings.Contains(r.err, "is empty") {
		o.Errorf("an empty argument: exit %d, %s", r.code, r.err)
	}
	for args, want := range map[string]string{
		"send-recipt":                     "did you mean send-receipt?",
		"nothing-like-one":                "there are adjust-inventory, api, dispatch",
		`evt_"x`:                          "is no event's id",
		"evt_" + strings.Repeat("a", 252): "is no event's id",
		"--limit 0":                       "must be 1 or more",
		"--since tomorrow":                "--since",
		"--until x":                       "--until",
		"--follow --until 1h":             "leave out --until",
		"--since 1h --until 2h":           "is not after --since",
		"ingest dispatch":                 "2 arguments given",
	} {
		r := o.run(append([]string{"logs"}, strings.Fields(args)...)...)
		if r.code == 0 || !strings.Contains(r.err, want) {
			o.Errorf("logs %s: exit %d, %s", args, r.code, r.err)
		}
	}
}

func loggedNew(o *rig) {
	ctx, stop := context.WithCancel(o.Context())
	defer stop()
	var out, errs record
	root := rootCommand()
	root.SetArgs([]string{"logs", "ingest", "--follow", "--json", "--since", "1s"})
	root.SetOut(&out)
	root.SetErr(&errs)
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	var ids []string
	for range 2 {
		id := o.charge()
		o.eventually("the line of "+id+" is printed", func() bool { return strings.Contains(out.String(), id) })
		ids = append(ids, id)
		o.fault(aws.Fault{Service: "logs", Operation: "FilterLogEvents", Kind: aws.FaultThrottle, Count: 3}) // as often as the SDK asks
	}
	stop()
	if err := <-ended; err != nil {
		o.Error(err)
	}
	if !strings.Contains(errs.String(), "; trying again") {
		o.Errorf("a failed read was not reported: %q", errs.String())
	}
	for _, id := range ids {
		if n := strings.Count(out.String(), id); n != 1 {
			o.Errorf("%s is printed %d times", id, n)
		}
	}
}
