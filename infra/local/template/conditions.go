package template

import "go.yaml.in/yaml/v3"

// condition evaluates a named condition.
func (s *scope) condition(n *yaml.Node, name string) (bool, error) {
	c := field(field(s.root, "Conditions"), name)
	if c == nil {
		return false, s.errorf(n, "there is no condition %s; add it under Conditions", name)
	}
	key := "condition " + name
	if s.resolving[key] {
		return false, s.errorf(c, "the condition %s depends on itself", name)
	}
	s.resolving[key] = true
	defer delete(s.resolving, key)
	return s.truth(c)
}

// truth evaluates a condition function.
func (s *scope) truth(n *yaml.Node) (bool, error) {
	name, arg := call(n)
	if name == "" && n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "Condition" {
		name, arg = "Condition", n.Content[1]
	}
	switch name {
	case "Condition":
		return s.condition(n, arg.Value)
	case "Fn::Equals":
		args, err := s.texts(n, arg, 2)
		return err == nil && args[0] == args[1], err
	case "Fn::Not", "Fn::And", "Fn::Or":
		return s.combine(n, name, arg)
	}
	return false, s.errorf(n, "a condition is one of Fn::Equals, Fn::And, Fn::Or, Fn::Not and Condition")
}

func (s *scope) combine(n *yaml.Node, name string, arg *yaml.Node) (bool, error) {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) == 0 {
		return false, s.errorf(n, "%s needs a list of conditions", name)
	}
	for _, c := range arg.Content {
		holds, err := s.truth(deref(c))
		if err != nil {
			return false, err
		}
		switch {
		case name == "Fn::Not":
			return !holds, nil
		case holds == (name == "Fn::Or"):
			return holds, nil
		}
	}
	return name == "Fn::And", nil
}

func asCondition(s *scope, n, _ *yaml.Node) (any, error) { return s.truth(n) }

func ifElse(s *scope, n, arg *yaml.Node) (any, error) {
	if arg.Kind != yaml.SequenceNode || len(arg.Content) != 3 {
		return nil, s.errorf(n, "!If needs a condition and two values")
	}
	holds, err := s.condition(n, arg.Content[0].Value)
	if err != nil {
		return nil, err
	}
	if holds {
		return s.resolve(arg.Content[1])
	}
	return s.resolve(arg.Content[2])
}
