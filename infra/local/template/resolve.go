package template

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// noValue is AWS::NoValue: the property or list entry is not there at all.
type noValue struct{}

// resolve returns the node's value with every reference in it replaced:
// string, int, bool, []any, map[string]any or noValue.
func (s *scope) resolve(n *yaml.Node) (any, error) {
	n = deref(n)
	if n == nil {
		return noValue{}, nil
	}
	if name, arg := call(n); name != "" {
		f := intrinsics[name]
		if f == nil {
			return nil, s.errorf(n, "%s is not supported by the local stack; use Ref, GetAtt, Sub, Join, Split, Select, FindInMap or If", name)
		}
		return f(s, n, arg)
	}
	switch n.Kind {
	case yaml.MappingNode:
		return s.resolveMap(n)
	case yaml.SequenceNode:
		return s.resolveList(n)
	}
	return scalar(n), nil
}

func (s *scope) resolveMap(n *yaml.Node) (any, error) {
	out := map[string]any{}
	for k, v := range pairs(n) {
		val, err := s.resolve(v)
		if err != nil {
			return nil, err
		}
		if _, none := val.(noValue); !none {
			out[k.Value] = val
		}
	}
	return out, nil
}

func (s *scope) resolveList(n *yaml.Node) (any, error) {
	out := []any{}
	for _, v := range n.Content {
		val, err := s.resolve(v)
		if err != nil {
			return nil, err
		}
		if _, none := val.(noValue); !none {
			out = append(out, val)
		}
	}
	return out, nil
}

// scalar keeps what looks like a date, such as a policy's Version, as text.
func scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!int":
		if i, err := strconv.Atoi(n.Value); err == nil {
			return i
		}
	case "!!bool":
		return strings.EqualFold(n.Value, "true") || strings.EqualFold(n.Value, "yes")
	case "!!null":
		return noValue{}
	}
	return n.Value
}

// call reports the intrinsic function that n is, under its long name, and its
// argument; "" if n is a plain value.
func call(n *yaml.Node) (name string, arg *yaml.Node) {
	if n.Tag != "" && n.Tag[0] == '!' && !strings.HasPrefix(n.Tag, "!!") {
		plain := *n
		plain.Tag = ""
		if n.Kind == yaml.ScalarNode {
			plain.Tag = "!!str"
		}
		return longName(n.Tag[1:]), &plain
	}
	if n.Kind == yaml.MappingNode && len(n.Content) == 2 {
		if k := n.Content[0].Value; k == "Ref" || strings.HasPrefix(k, "Fn::") {
			return k, n.Content[1]
		}
	}
	return "", nil
}

func isCall(n *yaml.Node) bool { name, _ := call(n); return name != "" }

func longName(tag string) string {
	if tag == "Ref" || tag == "Condition" {
		return tag
	}
	return "Fn::" + tag
}

// toText turns a resolved value into the text that CloudFormation would pass.
func toText(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case int:
		return strconv.Itoa(v), nil
	case bool:
		return strconv.FormatBool(v), nil
	case noValue:
		return "", nil
	case []any:
		parts := make([]string, len(v))
		for i, p := range v {
			t, err := toText(p)
			if err != nil {
				return "", err
			}
			parts[i] = t
		}
		return strings.Join(parts, ","), nil
	}
	return "", fmt.Errorf("it is %T, not text", v)
}
