package template

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// bind gives every parameter of the template its value: the one passed in, or
// the default.
func (s *scope) bind(given map[string]any, from string) error {
	s.params = map[string]any{
		"AWS::AccountId": s.opts.Account, "AWS::Region": s.opts.Region,
		"AWS::StackName": s.name, "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com",
		"AWS::StackId": fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/local",
			s.opts.Region, s.opts.Account, s.name),
		"AWS::NotificationARNs": []any{}, "AWS::NoValue": noValue{},
	}
	declared := map[string]bool{}
	for k, n := range pairs(field(s.root, "Parameters")) {
		declared[k.Value] = true
		v, err := s.parameter(k, n, given)
		if err != nil {
			return err
		}
		s.params[k.Value] = v
	}
	for _, name := range known(given) {
		if !declared[name] {
			return fmt.Errorf("%s passes the parameter %s, which %s does not have; it has %s",
				from, name, s.shown, strings.Join(known(declared), ", "))
		}
	}
	return nil
}

func (s *scope) parameter(k, n *yaml.Node, given map[string]any) (any, error) {
	kind := "String"
	if t := field(n, "Type"); t != nil {
		kind = t.Value
	}
	v, ok := given[k.Value]
	if !ok {
		d := field(n, "Default")
		if d == nil {
			return nil, s.errorf(k, "the parameter %s has no default and no value; give it one in infra/local/parameters.yaml", k.Value)
		}
		v = d.Value
	}
	text, err := toText(v)
	if err != nil {
		return nil, s.errorf(k, "the parameter %s must be given text: %w", k.Value, err)
	}
	if err := s.allowed(k, n, text); err != nil {
		return nil, err
	}
	switch kind {
	case "String", "Number":
		return text, nil
	case "CommaDelimitedList", "List<Number>", "List<String>":
		return splitList(text), nil
	}
	return nil, s.errorf(k, "parameters of type %s have no local meaning; use String or CommaDelimitedList", kind)
}

func (s *scope) allowed(k, n *yaml.Node, text string) error {
	if list := field(n, "AllowedValues"); list != nil {
		var values []string
		for _, v := range list.Content {
			values = append(values, v.Value)
		}
		if !slices.Contains(values, text) {
			return s.errorf(k, "the parameter %s is %q, and may be one of %s", k.Value, text, strings.Join(values, ", "))
		}
	}
	if p := field(n, "AllowedPattern"); p != nil {
		re, err := regexp.Compile("^(?:" + p.Value + ")$")
		if err == nil && !re.MatchString(text) {
			return s.errorf(k, "the parameter %s is %q, which does not match %s", k.Value, text, p.Value)
		}
	}
	return nil
}

func splitList(text string) []any {
	out := []any{}
	if text == "" {
		return out
	}
	for part := range strings.SplitSeq(text, ",") {
		out = append(out, strings.TrimSpace(part))
	}
	return out
}
