package template

import (
	"slices"
	"strings"
)

// eventKinds reads the events of a function, as SAM names their types.
var eventKinds = map[string]func(s *scope, r *resource, name string, o object){
	"HttpApi": func(s *scope, r *resource, _ string, o object) {
		route := Route{Method: o.text("Method"), Path: o.text("Path"), Function: r.id}
		s.stack.Routes = append(s.stack.Routes, normal(route))
	},
	"SQS":      sqsEvent,
	"DynamoDB": streamEvent,
	"Schedule": func(s *scope, r *resource, name string, o object) {
		s.schedule(r, name, o, o.text("Schedule"), o.flag("Enabled", true))
	},
	"ScheduleV2": func(s *scope, r *resource, name string, o object) {
		s.schedule(r, name, o, o.text("ScheduleExpression"), true)
	},
}

func sqsEvent(s *scope, r *resource, _ string, o object) {
	s.stack.Pollers = append(s.stack.Pollers, QueueSource{
		Function: r.id, Queue: o.text("Queue"), Filters: o.filters(), Disabled: !o.flag("Enabled", true),
		BatchSize:      o.number("BatchSize", 10),
		Window:         o.seconds("MaximumBatchingWindowInSeconds", 0),
		MaxConcurrency: o.object("ScalingConfig").number("MaximumConcurrency", 0),
		PartialBatch:   o.partial(),
	})
}

func streamEvent(s *scope, r *resource, _ string, o object) {
	if !o.flag("Enabled", true) {
		return
	}
	s.stack.Streams = append(s.stack.Streams, StreamSource{
		Function: r.id, Stream: o.text("Stream"), Filters: o.filters(),
		BatchSize:    o.number("BatchSize", 100),
		Window:       o.seconds("MaximumBatchingWindowInSeconds", 0),
		MaxRetries:   o.number("MaximumRetryAttempts", -1),
		MaxAge:       max(0, o.seconds("MaximumRecordAgeInSeconds", 0)),
		Bisect:       o.flag("BisectBatchOnFunctionError", false),
		PartialBatch: o.partial(),
		Parallel:     o.number("ParallelizationFactor", 1),
		OnFailure:    o.object("DestinationConfig").object("OnFailure").text("Destination"),
	})
}

func (o object) partial() bool {
	return slices.Contains(o.texts("FunctionResponseTypes"), "ReportBatchItemFailures")
}

func (o object) filters() []string {
	var out []string
	for _, f := range o.object("FilterCriteria").objects("Filters") {
		out = append(out, f.json("Pattern"))
	}
	return out
}

func (s *scope) schedule(r *resource, name string, o object, expression string, enabled bool) {
	if !enabled || o.text("State") == "DISABLED" {
		return
	}
	full := o.text("Name")
	if full == "" {
		full = s.name + "-" + r.id + name
	}
	s.stack.Schedules = append(s.stack.Schedules, Schedule{
		Name: full, Function: r.id, Expression: expression, Input: o.json("Input"),
	})
}

// normal gives a route the form that the gateway compares: SAM takes any case
// of ANY, and a route without path is the default one.
func normal(r Route) Route {
	if r.Path == "" {
		r.Path = "$default"
	}
	if r.Method = strings.ToUpper(r.Method); r.Method == "" || r.Method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
		r.Method = "ANY"
	}
	return r
}
