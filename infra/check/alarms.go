package main

import "strings"

// checkAlarms: every alarm has an action, and deliveries that are late have
// one.
func checkAlarms(root *stack, report reporter) {
	late := false
	for a := range root.each(alarm) {
		if len(list(a.props()["AlarmActions"])) == 0 {
			report("%s: has no action; it needs AlarmActions", a)
		}
		late = late || a.in.text(a.props()["MetricName"]) == "overdue"
	}
	if !late {
		report("%s: nothing alarms on the metric overdue, our own count of late deliveries", root.file)
	}
}

// checkFilters: an alarm on a metric of our own counts what a filter beside it
// finds. A misspelt name would stay silent for ever.
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
	for _, id := range sorted(s.resources) {
		namespace, name := s.text(s.props(id)["Namespace"]), s.text(s.props(id)["MetricName"])
		if s.kind(id) == alarm && namespace != "" && !strings.HasPrefix(namespace, "AWS/") && !counted[namespace+" "+name] {
			report("%s: no filter counts %s %s", place{s, id}, namespace, name)
		}
	}
}
