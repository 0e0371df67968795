package template

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Options say how the stack would have been deployed.
type Options struct {
	Name, Region, Account string
	// Parameters override the defaults of the template's parameters. A name
	// that the template does not have is an error.
	Parameters map[string]string
}

// Load reads the template in file with its nested templates, and the tables and
// secrets in infra/data.yaml, and resolves every reference that
// something running needs. Errors are one sentence with file,
// line and what to do.
func Load(file string, o Options) (*Stack, error) {
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", file, err)
	}
	l := &loader{opts: o, root: filepath.Dir(abs), exports: map[string]any{}, stack: &Stack{
		Name: o.Name, Region: o.Region, Account: o.Account, Roles: map[string]Role{},
	}}
	if err := l.data(); err != nil {
		return nil, err
	}
	params := map[string]any{}
	for k, v := range o.Parameters {
		params[k] = v
	}
	s, err := l.open(abs, o.Name, params, "infra/local/parameters.yaml")
	if err != nil {
		return nil, err
	}
	if err := s.collect(); err != nil {
		return nil, err
	}
	if err := l.attach(); err != nil {
		return nil, err
	}
	return l.stack, nil
}

// Parameters reads a flat YAML mapping of parameter names to values. A file
// that does not exist is an empty one.
func Parameters(file string) (map[string]string, error) {
	data, err := os.ReadFile(file) //nolint:gosec // the path is the caller's own
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	var out map[string]string
	if err := yaml.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("%s must be a flat mapping of parameter names to values: %w", file, err)
	}
	return out, nil
}

// loader is shared by a template and the templates nested in it.
type loader struct {
	opts     Options
	root     string
	opening  []string // stacks being opened, outermost first
	exports  map[string]any
	stack    *Stack
	policies []attachment
}

// scope is one template file with the parameters it was given.
type scope struct {
	*loader
	file, shown string // absolute, and as errors show it
	name        string // stack name
	root        *yaml.Node
	params      map[string]any
	resources   map[string]*resource
	order       []string
	nested      map[string]*scope
	resolving   map[string]bool // conditions and outputs in progress
}

type resource struct {
	id, kind string
	node     *yaml.Node // the resource's mapping
	props    *yaml.Node // Properties with Globals merged; nil when there are none
}

func (l *loader) open(file, name string, params map[string]any, from string) (*scope, error) {
	s := &scope{
		loader: l, file: file, shown: file, name: name,
		resources: map[string]*resource{}, nested: map[string]*scope{}, resolving: map[string]bool{},
	}
	if rel, err := filepath.Rel(l.root, file); err == nil {
		s.shown = rel
	}
	data, err := os.ReadFile(file) //nolint:gosec // the template is the caller's own
	if err != nil {
		return nil, fmt.Errorf("cannot read the template %s: %w", file, err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s is not valid YAML (%w); correct it", s.shown, err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s is not a CloudFormation template; it needs a Resources section", s.shown)
	}
	s.root = doc.Content[0]
	if err := s.bind(params, from); err != nil {
		return nil, err
	}
	return s, s.declare()
}

// declare registers the resources whose condition holds, with Globals merged.
func (s *scope) declare() error {
	section := field(s.root, "Resources")
	if section == nil || section.Kind != yaml.MappingNode {
		return fmt.Errorf("%s has no Resources section; add the functions that the stack should run", s.shown)
	}
	for k, n := range pairs(section) {
		if s.resources[k.Value] != nil {
			return s.errorf(k, "the resource %s is declared twice; rename one", k.Value)
		}
		kind := field(n, "Type")
		if kind == nil {
			return s.errorf(k, "the resource %s has no Type", k.Value)
		}
		if c := field(n, "Condition"); c != nil {
			holds, err := s.condition(c, c.Value)
			if err != nil {
				return err
			}
			if !holds {
				continue
			}
		}
		r := &resource{id: k.Value, kind: kind.Value, node: n, props: field(n, "Properties")}
		r.props = merge(s.globals(r.kind), r.props)
		s.resources[r.id] = r
		s.order = append(s.order, r.id)
		s.implicitEvents(r)
	}
	s.implicit()
	return nil
}

// implicit adds what SAM itself would: the HTTP API of routes that name none.
func (s *scope) implicit() {
	if s.resources[implicitAPI] == nil {
		s.resources[implicitAPI] = &resource{id: implicitAPI, kind: kindHTTPAPI, node: s.root}
	}
}

// implicitEvents adds what SAM makes of a function's events, under the names
// that SAM gives them, so that policies can refer to them.
func (s *scope) implicitEvents(r *resource) {
	if r.kind != kindFunction {
		return
	}
	made := map[string]string{
		"Schedule": kindRule, "ScheduleV2": "AWS::Scheduler::Schedule",
		"SQS": "AWS::Lambda::EventSourceMapping", "DynamoDB": "AWS::Lambda::EventSourceMapping",
	}
	for k, e := range pairs(field(r.props, "Events")) {
		if t := field(e, "Type"); t != nil && made[t.Value] != "" {
			id := r.id + k.Value
			s.resources[id] = &resource{id: id, kind: made[t.Value], node: e, props: field(e, "Properties")}
		}
	}
}

func (s *scope) globals(kind string) *yaml.Node {
	section := map[string]string{kindFunction: "Function", kindHTTPAPI: "HttpApi"}[kind]
	if section == "" {
		return nil
	}
	return field(field(s.root, "Globals"), section)
}

func (s *scope) errorf(n *yaml.Node, format string, args ...any) error {
	line := 0
	if n != nil {
		line = n.Line
	}
	return fmt.Errorf("%s:%d: "+format, append([]any{s.shown, line}, args...)...) //nolint:err113 // read by people
}

// known lists the names of m for an error that says what there is.
func known[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
