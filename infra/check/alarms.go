package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/payhooks/payhooks/internal/status"
)

// shopSweeps are the sweeps that the sample business adds to reconcile.
var shopSweeps = []string{"books"}

// gauges are the metrics that reconcile writes into its log.
func gauges() []string { return status.Names(slices.Concat(status.Sweeps, shopSweeps)) }

// watched are the gauges that must have an alarm: all that needs a person, what is late,
// and each sweep of the pipeline.
func watched() []string {
	all := []string{status.GaugeParked, status.GaugeUnknown, status.GaugeQuarantined, status.GaugeDead, status.GaugeOverdue}
	for _, sweep := range status.Sweeps {
		all = append(all, status.GaugeLag+sweep)
	}
	return all
}

// checkAlarms: every alarm has an action, and the gauges that call a person have an
// alarm.
func checkAlarms(root *stack, report reporter) {
	seen := map[string]bool{}
	for a := range root.each(alarm) {
		if len(list(a.props()["AlarmActions"])) == 0 {
			report("%s: has no action; it needs AlarmActions", a)
		}
		name := a.in.text(a.props()["MetricName"])
		if a.in.text(a.props()["Namespace"]) == gaugeNamespace && slices.Contains(gauges(), name) {
			seen[name] = true
			checkGauge(a, name, report)
		}
	}
	for _, name := range watched() {
		if !seen[name] {
			report("%s: nothing alarms on the gauge %s", root.file, name)
		}
	}
}

// gaugeNamespace is that of all metrics of a stack.
const gaugeNamespace = "payhooks/${AWS::StackName}"

// checkGauge: a gauge is what it was at the last run, so it is never summed; one run
// that fails or is late neither raises nor clears its alarm; the operator is told when
// it is over, and what to type.
func checkGauge(a place, name string, report reporter) {
	limit := "0"
	if sweep, ok := strings.CutPrefix(name, status.GaugeLag); ok {
		limit = strconv.Itoa(int(status.LagLimit(sweep).Seconds()))
	}
	want := map[string]string{
		"Statistic": "Maximum", "Period": "60", "EvaluationPeriods": "3", "DatapointsToAlarm": "2",
		"ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "ignore", "Threshold": limit,
	}
	for _, property := range sorted(want) {
		if got := a.in.text(a.props()[property]); got != want[property] {
			report("%s: %s must be %s for the gauge %s, it is %q", a, property, want[property], name, got)
		}
	}
	if fmt.Sprint(a.props()["OKActions"]) != fmt.Sprint(a.props()["AlarmActions"]) {
		report("%s: OKActions must be as AlarmActions: the gauge %s says when it is over", a, name)
	}
	if text := a.in.text(a.props()["AlarmDescription"]); !strings.Contains(text, "`payhooks ") || !strings.HasSuffix(text, "`") {
		report("%s: AlarmDescription must end with the command to type", a)
	}
}

// checkFilters: an alarm on a metric of our own counts what a filter beside it finds, or
// is on a gauge. A misspelt name would stay silent for ever.
func checkFilters(s *stack, report reporter) {
	counted := map[string]bool{}
	for _, id := range sorted(s.resources) {
		if s.kind(id) != filter {
			continue
		}
		for _, t := range list(s.props(id)["MetricTransformations"]) {
			counted[s.text(at(t, "MetricNamespace"))+" "+s.text(at(t, "MetricName"))] = true
		}
	}
	for _, name := range gauges() {
		if counted[gaugeNamespace+" "+name] {
			report("%s: a filter counts %s, which is the name of a gauge", s.file, name)
		}
		counted[gaugeNamespace+" "+name] = true
	}
	for _, id := range sorted(s.resources) {
		namespace, name := s.text(s.props(id)["Namespace"]), s.text(s.props(id)["MetricName"])
		if s.kind(id) == alarm && namespace != "" && !strings.HasPrefix(namespace, "AWS/") && !counted[namespace+" "+name] {
			report("%s: no filter counts %s %s, and it is no gauge of internal/status", place{s, id}, namespace, name)
		}
	}
}
