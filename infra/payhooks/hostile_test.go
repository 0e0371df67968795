package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/safetext"
)

// forged begins a line that no command of ours prints.
const forged = "FORGED"

// hostileText is what others write where they may write anything.
var hostileText = "=1+1<b>&\"'\r\n" + forged + ": all is well\n\tx\x1b[2J\x07\x7f\u009b1m\u0085\u202e\u2066\u061c\u200b\ufeff\u2028" + forged + "\u2029\U000e0041" +
	" https://evil.example <!channel> @here \\u202e " + strings.Repeat("10 KB ", 1<<11)

const hostileMail = "jenny@example.com"

// notRun are the commands that print nothing of a stack's data.
var notRun = []string{"local", "demo", "chaos", "simulate", "simulate volume"}

func TestRow70TextOfOthersIsHarmlessInMailsListsAndLogs(t *testing.T) {
	o := newOperator(t)
	o.attacked()
	mails := objects[struct{ To, Subject, Text, HTML, Reference string }](o.T, o.must("mails", "--json"))
	if len(mails) == 0 {
		t.Error("no mail was sent")
	}
	for _, m := range mails {
		all := m.Subject + m.Text + m.HTML
		if m.To != hostileMail && m.To != "owner@example.com" || strings.Contains(all, "<b>") || strings.Contains(all, "evil.example") || len(all+m.Reference) > 10<<10 {
			t.Errorf("mail to %q: %q", m.To, all)
		}
		o.harmless("a mail to "+m.To, all)
		o.harmless("the header of a mail", m.Reference)
	}
	o.harmless("the stack's output", o.printed.String())
	o.harmless("the functions' logs", o.logged.String())
	for line := range strings.Lines(o.logged.String()) {
		if len(line) > 3000 {
			t.Errorf("an endless log line: %.1000q", line)
		}
	}
	lines := o.commandLines()
	o.covered(lines)
	shown := 0
	for _, line := range lines {
		for _, args := range [][]string{line, append(slices.Clone(line), "--json")} {
			r := o.run(args...)
			name := "payhooks " + strings.Join(args, " ")
			o.harmless(name, r.out)
			o.harmless(name+" (errors)", r.err)
			shown += strings.Count(r.out, forged)
		}
	}
	if shown < 10 {
		t.Errorf("text of others was shown %d times: the commands meet none of it", shown)
	}
}

// attacked has the stack take events in which others wrote all that they can, and
// fail with some of them.
func (o *rig) attacked() {
	o.Helper()
	quoted, err := json.Marshal(hostileText)
	if err != nil {
		o.Fatal(err)
	}
	f := filling{hostileText, hostileMail, map[string]any{"order_id": hostileText, "name": hostileText}}
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultLost, Count: 2})
	o.deliver(append(o.filled(f), odd(string(quoted), strings.Trim(string(quoted), `"`), canaryCard)...))
	o.fault()
	o.hold("default", "evt_held", "bad_created", fmt.Appendf(nil, `{"id":"evt_held","object":"event","created":0,"type":"charge.succeeded","data":{"object":{"id":%s,"description":%s}}}`, quoted, quoted))
	o.hold("default", "evt_bytes", "not_json", []byte("\xff"+hostileText))
	o.dead(receipts, hostileText)
	key := event.Scope{}.Key("order", strings.ToValidUTF8(hostileText[:200], ""))
	row := fmt.Appendf(nil, `{"order":%s,"reference":%[1]s,"status":%[1]s,"currency":%[1]s}`, quoted)
	if err := o.Tables.Write(o.Context(), event.Write{Table: "orders", Key: key, Data: row}); err != nil {
		o.Fatal(err)
	}
}

// harmless fails for what a terminal would act on, and for a line that begins as
// no line of ours does.
func (o *rig) harmless(what, text string) {
	o.Helper()
	if safetext.Hides(strings.NewReplacer("\n", "", "\t", "").Replace(text)) {
		o.Errorf("%.100q: hidden characters in %.2000q", what, text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, forged) {
			o.Errorf("%.100q: a forged line: %.300q", what, line)
		}
	}
}

// commandLines are all commands that show what the stack has, those first that
// change nothing.
func (o *rig) commandLines() (lines [][]string) {
	o.Helper()
	for _, line := range []string{
		"status", "console", "logs", "logs ingest --limit 100", "events list --limit 200", "refused", "parked", "parked list", "parked list --discarded", "parked --wide", "parked --group --wide", "events", "quarantine", "deadletters", "deadletters list", "deadletters redrive",
		"quarantine list", "quarantine show evt_held", "quarantine show evt_bytes", "quarantine release evt_held", "quarantine release evt_held --override",
		"quarantine discard evt_held", "replay --since 1h", "erase --customer cus_x", "erase list", "audit", "audit --rebuild", "doctor", "secret put no-such", "reconcile", "trigger --list", "trigger charge.succeeded", "new notify-x --events charge.succeeded", "remove notify-x", "trigger payment", "completion fish", "listen --show", "listen --thin --show", "connect", "connect --check",
		"restore --from local-orders-restored", "restore --from local-events-restored",
		"orders", "access", "stock", "stock set x 1 --new --mode test", "holds", "journal", "report", "report --csv", "mails", "notices", "import subscriptions", "backfill --since " + time.Now().AddDate(0, 0, -1).Format(time.DateOnly),
	} {
		lines = append(lines, strings.Fields(line))
	}
	o.restoredTable("orders")
	o.restoredTable("events")
	stored, unreadable, err := event.Collect(event.ReceivedBetween(o.Context(), o.Tables, time.Now().Add(-time.Hour), time.Now().Add(time.Hour)))
	if err != nil || unreadable != nil {
		o.Fatal(err, unreadable)
	}
	for _, s := range stored[:min(len(stored), 20)] {
		lines = append(lines, []string{"events", "show", s.ID}, []string{"events", "timeline", s.ID}, []string{"logs", s.ID})
	}
	for _, x := range objects[operator.Item](o.T, o.must("parked", "--json")) {
		lines = append(lines, []string{"parked", "show", x.Event, x.Action})
		if x.State == string(event.Unknown) {
			lines = append(lines, []string{"parked", "resolve", x.Event, x.Action, "--happened"}, []string{"parked", "resolve", "--action", x.Action, "--did-not-happen"},
				[]string{"parked", "resolve", x.Event, x.Action, "--happened", "--result", `{"id":"message"}`})
		}
	}
	return append(lines, []string{"parked", "retry", "--all", "--yes"}, []string{"parked", "discard", "--all", "--yes"}, []string{"events", "show", hostileText}, []string{"events", "timeline", hostileText})
}

// covered fails for a command that the lines leave out.
func (o *rig) covered(lines [][]string) {
	o.Helper()
	left := map[string]bool{}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		name := strings.TrimPrefix(cmd.CommandPath(), "payhooks ")
		if len(cmd.Commands()) == 0 && !slices.Contains(notRun, name) {
			left[name] = true
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(rootCommand())
	for _, line := range lines {
		delete(left, line[0])
		delete(left, strings.Join(line[:min(2, len(line))], " "))
	}
	if len(left) > 0 {
		o.Errorf("no line runs %q: add one, so that its output is checked", slices.Sorted(maps.Keys(left)))
	}
}
