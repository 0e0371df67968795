package cloudwatch_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/cloudwatch"
	"github.com/payhooks/payhooks/infra/cost"
)

// ofAction are the alarms that each action has.
var ofAction = map[string]string{"QueueAge": "-queue-age", "Lost": "-lost", "Errors": "-errors"}

// kind is the name of an alarm in the runbook.
func kind(a *cloudwatch.Alarm) string {
	if suffix := ofAction[a.ID]; suffix != "" && strings.HasSuffix(a.AlarmName, suffix) {
		return "ACTION" + suffix
	}
	return strings.TrimPrefix(a.AlarmName, stack+"-")
}

func runbook(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../RUNBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRunbookHasASectionForEachAlarmAndNoOther(t *testing.T) {
	sections := map[string]string{}
	_, text, _ := strings.Cut(runbook(t), "\n## An alarm\n")
	text, _, _ = strings.Cut(text, "\n## ")
	for section := range strings.SplitSeq(text, "\n### `") {
		if name, body, ok := strings.Cut(section, "`\n"); ok {
			sections[name] = body
		}
	}
	for _, a := range newStand(t).watch.Alarms {
		body, ok := sections[kind(a)]
		if !ok {
			t.Errorf("the runbook has no section for the alarm %s", kind(a))
		}
		for _, part := range []string{"\n- Look: ", "\n- Do: ", "\n- Clears: "} {
			if ok && !strings.Contains(body, part) {
				t.Errorf("%s: the section has no %q", kind(a), part)
			}
		}
	}
	known := []string{"lag-books", mails + "-bounced", mails + "-complained", mails + "-rejected"} // the shop's
	for _, a := range newStand(t).watch.Alarms {
		known = append(known, kind(a))
	}
	for name := range sections {
		if !slices.Contains(known, name) {
			t.Errorf("the runbook has a section for %s, which is no alarm", name)
		}
	}
}

// TestAlarmsAndMetricsArePriced compares what infra/COST.md prices with the alarms, by the
// parameters as they are by default, and with the metrics that a stack writes.
func TestAlarmsAndMetricsArePriced(t *testing.T) {
	plain, err := cloudwatch.Open(os.DirFS("../.."), stack, nil)
	if err != nil {
		t.Fatal(err)
	}
	priced, err := cost.Open("../..", nil)
	if err != nil {
		t.Fatal(err)
	}
	alarms, actions := 0, 0
	for _, a := range plain.Alarms {
		alarms += max(1, len(a.Metrics)-1)
		if strings.HasPrefix(kind(a), "ACTION") {
			actions++
		}
	}
	if want := cost.AlarmsOfAction * (len(priced.Actions) + 1); priced.Alarms != alarms || actions != want {
		t.Errorf("alarms read %d metrics, %d of them of fetch and actions; infra/cost has %d and %d", alarms, actions, priced.Alarms, want)
	}
	s := newStand(t)
	s.settle()
	metrics, own := 0, "payhooks/"+stack
	for _, m := range s.watch.Metrics.All() {
		if m.Namespace == own && m.Dimensions == "" && m.Name != "lag_books" {
			metrics++
		}
	}
	if metrics != cost.PipelineMetrics {
		t.Errorf("a stack writes %d metrics; PipelineMetrics of infra/cost is %d", metrics, cost.PipelineMetrics)
	}
}
