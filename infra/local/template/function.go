package template

import (
	"path/filepath"
	"regexp"
	"strings"
)

// Folder is the name of the folder that a function is built from, by its logical
// id: notify-churn for NotifyChurn.
func Folder(id string) string {
	return strings.ToLower(capital.ReplaceAllString(id, "$1-$2"))
}

var capital = regexp.MustCompile(`([a-z0-9])([A-Z])`)

// function reads an AWS::Serverless::Function with its events.
func (s *scope) function(r *resource) error {
	name, arn, err := s.identity(r)
	if err != nil {
		return err
	}
	o := s.object(r)
	if rt := o.text("Runtime"); rt != "provided.al2023" && rt != "provided.al2" && *o.err == nil {
		return s.errorf(r.node, "the function %s has the Runtime %q; the local stack runs Go programs, which need provided.al2023", r.id, rt)
	}
	dir := o.text("CodeUri")
	if dir == "" && *o.err == nil {
		return s.errorf(r.node, "the function %s has no CodeUri; name the folder of its main package, such as functions/ingest", r.id)
	}
	f := Function{
		LogicalID: r.id, Name: name, ARN: arn,
		Dir: filepath.Join(filepath.Dir(s.file), dir), Env: o.variables(),
		Timeout: o.seconds("Timeout", 3), MemoryMB: o.number("MemorySize", 128),
		Concurrency: o.number("ReservedConcurrentExecutions", 0),
		Handler:     o.text("Handler"), Logging: o.logging(name),
	}
	if f.Role, err = s.functionRole(r, o); err != nil {
		return err
	}
	s.stack.Functions = append(s.stack.Functions, f)
	if err := s.events(r, o); err != nil {
		return err
	}
	s.invokeConfig(r, o)
	return *o.err
}

func (o object) variables() map[string]string {
	vars := o.object("Environment").object("Variables")
	env := make(map[string]string, len(vars.vals))
	for k := range vars.vals {
		env[k] = vars.text(k)
	}
	return env
}

func (o object) logging(function string) Logging {
	c := o.object("LoggingConfig")
	l := Logging{Group: c.text("LogGroup"), Format: c.text("LogFormat"), Level: c.text("ApplicationLogLevel")}
	if l.Group == "" {
		l.Group = "/aws/lambda/" + function
	}
	if l.Format == "" {
		l.Format = "Text"
	}
	if l.Format == "JSON" && l.Level == "" {
		l.Level = "INFO"
	}
	return l
}

// functionRole returns the ARN of the function's role. Without one, SAM makes
// a role of the inline policies.
func (s *scope) functionRole(r *resource, o object) (string, error) {
	if role := o.text("Role"); role != "" || *o.err != nil {
		return role, *o.err
	}
	name := s.name + "-" + r.id + "Role"
	role := Role{Name: name, ARN: s.format(kinds["AWS::IAM::Role"].arn, name)}
	for _, v := range o.list("Policies") {
		m, ok := v.(map[string]any)
		if !ok || m["Statement"] == nil {
			return "", s.errorf(r.node, "the function %s uses a policy by name or a SAM policy template, which grant more than the function needs; write its statements, or give it a Role", r.id)
		}
		p := o.of(map[string]any{"document": m}).document("document")
		role.Policies = append(role.Policies, p)
	}
	p, err := s.managed(r, "/AWSLambdaBasicExecutionRole")
	role.Policies = append(role.Policies, p)
	s.stack.Roles[role.ARN] = role
	return role.ARN, err
}

func (s *scope) invokeConfig(r *resource, o object) {
	if !o.has("EventInvokeConfig") {
		return
	}
	c := o.object("EventInvokeConfig")
	s.stack.Invokes = append(s.stack.Invokes, InvokeConfig{
		Function: r.id, MaxRetries: c.number("MaximumRetryAttempts", 2),
		OnFailure: c.object("DestinationConfig").object("OnFailure").text("Destination"),
	})
}

func (s *scope) events(r *resource, o object) error {
	// Each event is resolved by itself, so that one that is skipped may refer
	// to what the local stack does not have.
	for k, n := range pairs(field(r.props, "Events")) {
		e := object{s: s, node: n, at: k, err: o.err}
		kind := e.text("Type")
		add := eventKinds[kind]
		if add == nil {
			return s.errorf(k, "the function %s has an event of type %q; the local stack runs %s", r.id, kind, strings.Join(known(eventKinds), ", "))
		}
		add(s, r, k.Value, object{s: s, node: field(n, "Properties"), at: k, err: o.err})
		if *o.err != nil {
			return *o.err
		}
	}
	return *o.err
}
