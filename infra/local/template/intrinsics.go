package template

import (
	"encoding/base64"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// intrinsics are CloudFormation's functions under their long names. n is where
// the call stands, for errors.
var intrinsics map[string]func(s *scope, n, arg *yaml.Node) (any, error)

func init() {
	intrinsics = map[string]func(s *scope, n, arg *yaml.Node) (any, error){
		"Ref":           func(s *scope, n, arg *yaml.Node) (any, error) { return s.ref(n, arg.Value) },
		"Fn::GetAtt":    getAtt,
		"Fn::Sub":       sub,
		"Fn::Join":      join,
		"Fn::Split":     split,
		"Fn::Select":    selectOne,
		"Fn::FindInMap": findInMap,
		"Fn::If":        ifElse,
		"Fn::Base64":    encode,
		"Fn::Equals":    asCondition, "Fn::And": asCondition, "Fn::Or": asCondition, "Fn::Not": asCondition, "Condition": asCondition,
		"Fn::ImportValue": importValue,
	}
}

func getAtt(s *scope, n, arg *yaml.Node) (any, error) {
	if arg.Kind == yaml.ScalarNode {
		id, attr, ok := strings.Cut(arg.Value, ".")
		if !ok {
			return nil, s.errorf(n, "!GetAtt %s names no attribute; write !GetAtt %s.Arn, for instance", arg.Value, arg.Value)
		}
		return s.att(n, id, attr)
	}
	parts, err := s.texts(n, arg, 2)
	if err != nil {
		return nil, err
	}
	return s.att(n, parts[0], strings.Join(parts[1:], "."))
}

func join(s *scope, n, arg *yaml.Node) (any, error) {
	args, err := s.args(n, arg, 2)
	if err != nil {
		return nil, err
	}
	list, ok := args[1].([]any)
	if !ok {
		return nil, s.errorf(n, "!Join needs a list as its second argument")
	}
	parts := make([]string, len(list))
	for i, v := range list {
		if parts[i], err = toText(v); err != nil {
			return nil, s.errorf(n, "!Join cannot join entry %d: %w", i+1, err)
		}
	}
	by, err := toText(args[0])
	return strings.Join(parts, by), err
}

func split(s *scope, n, arg *yaml.Node) (any, error) {
	args, err := s.texts(n, arg, 2)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for part := range strings.SplitSeq(args[1], args[0]) {
		out = append(out, part)
	}
	return out, nil
}

func selectOne(s *scope, n, arg *yaml.Node) (any, error) {
	args, err := s.args(n, arg, 2)
	if err != nil {
		return nil, err
	}
	text, _ := toText(args[0])
	i, err := strconv.Atoi(text)
	list, ok := args[1].([]any)
	if err != nil || !ok || i < 0 || i >= len(list) {
		return nil, s.errorf(n, "!Select has no entry %q in a list of %d; count from 0", text, len(list))
	}
	return list[i], nil
}

func findInMap(s *scope, n, arg *yaml.Node) (any, error) {
	keys, err := s.texts(n, arg, 3)
	if err != nil {
		return nil, err
	}
	at := field(s.root, "Mappings")
	for _, k := range keys[:3] {
		if at = field(at, k); at == nil {
			return nil, s.errorf(n, "!FindInMap finds no %s; the Mappings section needs it", strings.Join(keys, "."))
		}
	}
	return s.resolve(at)
}

func encode(s *scope, n, arg *yaml.Node) (any, error) {
	v, err := s.resolve(arg)
	if err != nil {
		return nil, err
	}
	text, err := toText(v)
	if err != nil {
		return nil, s.errorf(n, "Fn::Base64 needs text: %w", err)
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), nil
}

// args resolves a call's argument list, which must have at least least entries.
func (s *scope) args(n, arg *yaml.Node, least int) ([]any, error) {
	v, err := s.resolve(arg)
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok || len(list) < least {
		name, _ := call(deref(n))
		return nil, s.errorf(n, "%s needs a list of %d arguments", name, least)
	}
	return list, nil
}

func (s *scope) texts(n, arg *yaml.Node, least int) ([]string, error) {
	args, err := s.args(n, arg, least)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(args))
	for i, v := range args {
		if out[i], err = toText(v); err != nil {
			return nil, s.errorf(n, "argument %d must be text: %w", i+1, err)
		}
	}
	return out, nil
}
