package check

import (
	"iter"
	"maps"
	"slices"
)

// Resource types that the checks distinguish.
const (
	application = "AWS::Serverless::Application"
	function    = "AWS::Serverless::Function"
	httpAPI     = "AWS::Serverless::HttpApi"
	queue       = "AWS::SQS::Queue"
	queuePolicy = "AWS::SQS::QueuePolicy"
	table       = "AWS::DynamoDB::Table"
	secret      = "AWS::SecretsManager::Secret"
	topic       = "AWS::SNS::Topic"
	topicPolicy = "AWS::SNS::TopicPolicy"
	bus         = "AWS::Events::EventBus"
	rule        = "AWS::Events::Rule"
	role        = "AWS::IAM::Role"
	logGroup    = "AWS::Logs::LogGroup"
	filter      = "AWS::Logs::MetricFilter"
	alarm       = "AWS::CloudWatch::Alarm"
)

func (s *stack) kind(id string) string { return text(at(s.resources[id], "Type")) }

func (s *stack) props(id string) map[string]any { return object(at(s.resources[id], "Properties")) }

// setting is a property of a function, or what Globals say of it.
func (s *stack) setting(id, name string) any {
	if v, ok := s.props(id)[name]; ok {
		return v
	}
	return at(s.globals, "Function", name)
}

// all visits this stack, everything nested in it, and the data stack.
func (s *stack) all() iter.Seq[*stack] {
	return func(yield func(*stack) bool) {
		if !yield(s) {
			return
		}
		for _, id := range sorted(s.nested) {
			for n := range s.nested[id].all() {
				if !yield(n) {
					return
				}
			}
		}
		if s.data != nil {
			yield(s.data)
		}
	}
}

// each visits the resources of a type, here and nested.
func (s *stack) each(kind string) iter.Seq[place] {
	return func(yield func(place) bool) {
		for n := range s.all() {
			for _, id := range sorted(n.resources) {
				if n.kind(id) == kind && !yield(place{n, id}) {
					return
				}
			}
		}
	}
}

// place is a resource within a stack.
type place struct {
	in *stack
	id string
}

func (p place) props() map[string]any { return p.in.props(p.id) }

// String names the resource the way an operator finds it: file and ids.
func (p place) String() string {
	path := p.id
	for s := p.in; s.name != "" && s != s.parent.data; s = s.parent {
		path = s.name + "." + path
	}
	return p.in.file + ": " + path
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
