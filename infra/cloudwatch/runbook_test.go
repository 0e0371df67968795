package cloudwatch_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/cloudwatch"
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
	known := []string{"lag-books", mails + "-bounced", mails + "-complained", mails + "-rejected", mails + "-dead"} // the shop's
	for _, a := range newStand(t).watch.Alarms {
		known = append(known, kind(a))
	}
	for name := range sections {
		if !slices.Contains(known, name) {
			t.Errorf("the runbook has a section for %s, which is no alarm", name)
		}
	}
}

// TestRunbookSaysWhatAlarmsAndMetricsCost counts them with the parameters as they are by
// default.
func TestRunbookSaysWhatAlarmsAndMetricsCost(t *testing.T) {
	plain, err := cloudwatch.Open(os.DirFS("../.."), stack, nil)
	if err != nil {
		t.Fatal(err)
	}
	pipeline, actions := 0, 0
	for _, a := range plain.Alarms {
		switch reads := max(1, len(a.Metrics)-1); {
		case strings.HasPrefix(kind(a), "ACTION"):
			actions++
		case kind(a) != "lag-books":
			pipeline += reads
		}
	}
	s := newStand(t)
	s.settle()
	metrics, own := 0, "payhooks/"+stack
	for _, m := range s.watch.Metrics.All() {
		if m.Namespace == own && m.Dimensions == "" && m.Name != "lag_books" {
			metrics++
		}
	}
	said := regexp.MustCompile(`\((\d+) of the pipeline, 3 for each action\).*\((\d+) of the pipeline, one for`).FindStringSubmatch(runbook(t))
	if said == nil || said[1] != fmt.Sprint(pipeline) || said[2] != fmt.Sprint(metrics) {
		t.Errorf("the runbook says %q, there are %d metrics that alarms read, and %d metrics", said, pipeline, metrics)
	}
	const reasons = 2 // stored and duplicate
	if len(plain.Alarms) < 40 {
		t.Skip("the shop is not there")
	}
	cents := 10*(pipeline+actions+1) + 30*(metrics+actions/3+reasons+1)
	if total := fmt.Sprintf("with the sample shop %d.%02d USD", cents/100, cents%100); !strings.Contains(runbook(t), total) {
		t.Errorf("the runbook does not say %q", total)
	}
}
