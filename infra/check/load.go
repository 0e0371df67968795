package check

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// stack is one template as one parent uses it: the same file nested twice is
// two stacks. Values are maps, lists and text as YAML has them, with the short
// forms (!Ref, !Sub) written out as CloudFormation's long ones.
type stack struct {
	name string // logical id in the parent, empty for the root
	file string

	params, conditions, resources, outputs, globals map[string]any

	data   *stack // what outlives the root: tables and secrets
	parent *stack
	args   map[string]any // parameters that the parent gives
	nested map[string]*stack
	aws    map[string]string // what only AWS knows, as a check assumes it
}

// dataFile has the tables and secrets, as a separate stack.
const dataFile = "infra/data.yaml"

// load reads a template, the local templates nested in it, and dataFile.
func load(files fs.FS, file string) (*stack, error) {
	root, err := loadNested(files, file, &stack{})
	if err != nil {
		return nil, err
	}
	name := map[string]any{"Stack": map[string]any{"Ref": "AWS::StackName"}}
	root.data, err = loadNested(files, dataFile, &stack{name: "data", parent: root, args: name})
	return root, err
}

func loadNested(files fs.FS, file string, s *stack) (*stack, error) {
	doc, err := parse(files, file)
	if err != nil {
		return nil, err
	}
	s.file = file
	s.params, s.conditions = object(doc["Parameters"]), object(doc["Conditions"])
	s.resources, s.outputs = object(doc["Resources"]), object(doc["Outputs"])
	s.globals = object(doc["Globals"])
	s.nested = map[string]*stack{}
	for id := range s.resources {
		location, _ := s.props(id)["Location"].(string)
		if s.kind(id) != application || location == "" {
			continue
		}
		child := &stack{name: id, parent: s, args: object(s.props(id)["Parameters"])}
		if s.nested[id], err = loadNested(files, path.Join(path.Dir(file), location), child); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, id, err)
		}
	}
	return s, nil
}

func parse(files fs.FS, file string) (map[string]any, error) {
	text, err := fs.ReadFile(files, file)
	if err != nil {
		return nil, err
	}
	var node yaml.Node
	if err := yaml.Unmarshal(text, &node); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(node.Content) == 0 {
		return nil, fmt.Errorf("%s is empty", file)
	}
	v, err := value(node.Content[0])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return object(v), nil
}

// value turns a node into a plain value, with intrinsic functions in their
// long form.
func value(n *yaml.Node) (any, error) {
	var v any
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		v, err = mapping(n)
	case yaml.SequenceNode:
		v, err = sequence(n)
	case yaml.AliasNode:
		return nil, fmt.Errorf("line %d: CloudFormation knows no aliases (*%s)", n.Line, n.Value)
	default:
		v = n.Value
	}
	if err != nil || !strings.HasPrefix(n.Tag, "!") || strings.HasPrefix(n.Tag, "!!") {
		return v, err
	}
	return long(n.Tag[1:], v), nil
}

func mapping(n *yaml.Node) (any, error) {
	m := make(map[string]any, len(n.Content)/2)
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if _, twice := m[key]; twice {
			return nil, fmt.Errorf("line %d: %q is there twice", n.Content[i].Line, key)
		}
		v, err := value(n.Content[i+1])
		if err != nil {
			return nil, err
		}
		m[key] = v
	}
	return m, nil
}

func sequence(n *yaml.Node) (any, error) {
	list := make([]any, len(n.Content))
	for i, c := range n.Content {
		v, err := value(c)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return list, nil
}

func long(tag string, v any) any {
	switch tag {
	case "Ref", "Condition":
		return map[string]any{tag: v}
	case "GetAtt":
		if s, ok := v.(string); ok {
			id, attr, _ := strings.Cut(s, ".")
			v = []any{id, attr}
		}
	}
	return map[string]any{"Fn::" + tag: v}
}

// object, list and text read a value as what it should be, or as nothing.
func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func text(v any) string { s, _ := v.(string); return s }

// list reads a single value as a list of one, as CloudFormation often allows.
func list(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	if v == nil {
		return nil
	}
	return []any{v}
}

// at follows keys into nested objects.
func at(v any, keys ...string) any {
	for _, k := range keys {
		v = object(v)[k]
	}
	return v
}
