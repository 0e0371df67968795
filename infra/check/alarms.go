package check

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/payhooks/payhooks/internal/metric"
	"github.com/payhooks/payhooks/internal/status"
)

// shopSweeps are the sweeps that the sample business adds to reconcile.
var shopSweeps = []string{"books"}

// gauges are the metrics that reconcile writes into its log.
func gauges() []string { return status.Names(slices.Concat(status.Sweeps, shopSweeps)) }

// watched are the gauges that must have an alarm: all that needs a person, what is late,
// what came without Stripe's or dispatch's help, and each sweep of the pipeline.
func watched() []string {
	all := []string{
		status.GaugeParked, status.GaugeUnknown, status.GaugeQuarantined, status.GaugeDead, status.GaugeOverdue,
		status.GaugePublished, status.GaugeUndelivered,
	}
	for _, sweep := range status.Sweeps {
		all = append(all, status.GaugeLag+sweep)
	}
	return all
}

// counted are metrics in which a run says what it did: missing when there was no run.
var counted = []string{status.GaugePublished, status.GaugeUndelivered, status.GaugeHeld, status.GaugeUnreachable}

// checkAlarms: every alarm says to somebody that it goes off, and that it is over, and
// what to type; none fires for want of data when it is created; and the gauges that call
// a person have an alarm.
func checkAlarms(root *stack, report reporter) {
	seen := map[string]bool{}
	for a := range root.each(alarm) {
		checkNotice(a, report)
		name := a.in.text(a.props()["MetricName"])
		if a.in.text(a.props()["Namespace"]) == gaugeNamespace && slices.Contains(gauges(), name) && a.props()["InsufficientDataActions"] == nil {
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

// checkNotice checks what the operator gets.
func checkNotice(a place, report reporter) {
	p := a.props()
	actions := fmt.Sprint(p["AlarmActions"])
	if len(list(p["AlarmActions"])) == 0 {
		report("%s: has no action; it needs AlarmActions", a)
	}
	if fmt.Sprint(p["OKActions"]) != actions {
		report("%s: OKActions must be as AlarmActions: the operator is told when it is over", a)
	}
	if name := a.in.text(p["AlarmName"]); !strings.HasPrefix(name, "${AWS::StackName}-") {
		report("%s: AlarmName must begin with the stack's name, it is %q", a, name)
	}
	if command := Command(a.in.text(p["AlarmDescription"])); !strings.HasPrefix(command, "payhooks ") || !strings.HasSuffix(command, " --stack ${AWS::StackName}") {
		report("%s: AlarmDescription must end with the command to type, `payhooks … --stack ${Stack}`", a)
	}
	switch missing := a.in.text(p["TreatMissingData"]); {
	case missing == "ignore", missing == "notBreaching":
	case missing == "missing" && fmt.Sprint(p["InsufficientDataActions"]) == actions:
	default:
		report("%s: TreatMissingData is %q: a new alarm would go off, or none when the data ends; it may be ignore, notBreaching, or missing with InsufficientDataActions", a, missing)
	}
}

// Command is what the description of an alarm ends with; empty if it ends with none.
func Command(description string) string {
	text, ok := strings.CutSuffix(description, "`")
	i := strings.LastIndex(text, "`")
	if !ok || i < 0 {
		return ""
	}
	return text[i+1:]
}

// gaugeNamespace is that of all metrics of a stack.
const gaugeNamespace = "payhooks/${AWS::StackName}"

// checkGauge: a gauge is what it was at the last run, so it is never summed; one run
// that fails or is late neither raises nor clears its alarm. What runs counted is added
// up over a quarter of an hour, so that a single event is noticed.
func checkGauge(a place, name string, report reporter) {
	want := map[string]string{
		"Statistic": "Maximum", "Period": "60", "EvaluationPeriods": "3", "DatapointsToAlarm": "2",
		"ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "ignore", "Threshold": "0",
	}
	if sweep, ok := strings.CutPrefix(name, status.GaugeLag); ok {
		want["Threshold"] = strconv.Itoa(int(status.LagLimit(sweep).Seconds()))
	}
	if name == status.GaugeSilent {
		want["ComparisonOperator"] = "GreaterThanOrEqualToThreshold"
		delete(want, "Threshold")
	}
	if slices.Contains(counted, name) {
		want["Statistic"], want["Period"], want["EvaluationPeriods"], want["DatapointsToAlarm"], want["TreatMissingData"] = "Sum", "900", "1", "", "notBreaching"
	}
	for _, property := range sorted(want) {
		if got := a.in.text(a.props()[property]); got != want[property] {
			report("%s: %s must be %s for the gauge %s, it is %q", a, property, want[property], name, got)
		}
	}
}

// metricOf is one metric that an alarm reads.
type metricOf struct{ namespace, name string }

// metricsOf lists what an alarm reads, alone or in an expression.
func metricsOf(a place) (all []metricOf) {
	for _, m := range append([]any{a.props()}, list(a.props()["Metrics"])...) {
		if stat := at(m, "MetricStat", "Metric"); stat != nil {
			m = stat
		}
		if name := a.in.text(at(m, "MetricName")); name != "" {
			all = append(all, metricOf{a.in.text(at(m, "Namespace")), name})
		}
	}
	return all
}

// checkFilters: an alarm on a metric of our own counts what a filter finds, or a gauge,
// or what processes count. A misspelt name would stay silent for ever.
func checkFilters(root *stack, report reporter) {
	known := map[metricOf]bool{{gaugeNamespace, metric.Throttled}: true, {gaugeNamespace, metric.StripeReads}: true}
	for _, name := range gauges() {
		known[metricOf{gaugeNamespace, name}] = true
	}
	own := maps.Clone(known)
	for f := range root.each(filter) {
		for _, t := range list(f.props()["MetricTransformations"]) {
			m := metricOf{f.in.text(at(t, "MetricNamespace")), f.in.text(at(t, "MetricName"))}
			if own[m] {
				report("%s: a filter counts %s, which is the name of a gauge", f, m.name)
			}
			known[m] = true
		}
	}
	for a := range root.each(alarm) {
		for _, m := range metricsOf(a) {
			if !strings.HasPrefix(m.namespace, "AWS/") && !known[m] {
				report("%s: no filter counts %s %s, and it is no gauge of internal/status", a, m.namespace, m.name)
			}
		}
	}
}
