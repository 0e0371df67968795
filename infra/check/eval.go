package check

import (
	"regexp"
	"strings"
)

// owner finds the resource that a value refers to, through parameters and
// outputs of nested stacks. It is not found if the value is spelt out.
func (s *stack) owner(v any) (place, bool) {
	if id, ok := object(v)["Ref"].(string); ok {
		if _, param := s.params[id]; param {
			arg, given := s.args[id]
			if !given {
				return place{}, false
			}
			return s.parent.owner(arg)
		}
		_, found := s.resources[id]
		return place{s, id}, found
	}
	id, attr := getAtt(v)
	if n := s.nested[id]; n != nil {
		return n.owner(at(n.outputs[strings.TrimPrefix(attr, "Outputs.")], "Value"))
	}
	_, found := s.resources[id]
	return place{s, id}, found
}

func getAtt(v any) (id, attr string) {
	l := list(object(v)["Fn::GetAtt"])
	if len(l) == 1 {
		id, attr, _ = strings.Cut(text(l[0]), ".")
	}
	if len(l) == 2 {
		id, attr = text(l[0]), text(l[1])
	}
	return id, attr
}

var variable = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// text reads a value as text, with parameters as the parent or their default
// gives them. What only AWS knows stays as ${Name}.
func (s *stack) text(v any) string {
	if t, ok := v.(string); ok {
		return t
	}
	if id, ok := object(v)["Ref"].(string); ok {
		return s.variable(id)
	}
	if id, attr := getAtt(v); id != "" {
		return "${" + id + "." + attr + "}"
	}
	if branch := list(object(v)["Fn::If"]); len(branch) == 3 {
		return s.text(s.chosen(v))
	}
	if join := list(object(v)["Fn::Join"]); len(join) == 2 {
		return s.joined(list(join[1]), text(join[0]))
	}
	if branch := list(object(v)["Fn::If"]); len(branch) == 3 {
		if s.holds(branch[0]) {
			return s.text(branch[1])
		}
		return s.text(branch[2])
	}
	sub := list(object(v)["Fn::Sub"])
	if len(sub) == 0 {
		return ""
	}
	return variable.ReplaceAllStringFunc(text(sub[0]), func(m string) string {
		name := m[2 : len(m)-1]
		if len(sub) == 2 {
			if local, ok := object(sub[1])[name]; ok {
				return s.text(local)
			}
		}
		return s.variable(name)
	})
}

// chosen is the branch of a condition that holds with the parameters as they stand.
func (s *stack) chosen(v any) any {
	branch := list(object(v)["Fn::If"])
	if len(branch) != 3 {
		return v
	}
	if s.holds(branch[0]) {
		return s.chosen(branch[1])
	}
	return s.chosen(branch[2])
}

// give sets parameters of the root and of its data stack. A value of AWS, such as
// AWS::Partition, counts for all that is nested, too.
func (s *stack) give(values map[string]string) {
	s.parent, s.args = &stack{}, map[string]any{}
	for name, value := range values {
		for _, at := range []*stack{s, s.data} {
			if at.params[name] != nil {
				at.args[name] = value
			}
		}
	}
	s.aws = values
}

func (s *stack) variable(name string) string {
	if strings.HasPrefix(name, "AWS::") {
		return s.pseudo(name)
	}
	p, param := s.params[name]
	if !param {
		return "${" + name + "}"
	}
	if arg, given := s.args[name]; given {
		return s.parent.text(arg)
	}
	if d, ok := object(p)["Default"]; ok {
		return text(d)
	}
	return "${" + name + "}"
}

func (s *stack) pseudo(name string) string {
	for at := s; at != nil; at = at.parent {
		if v, given := at.aws[name]; given {
			return v
		}
	}
	if name == "AWS::NoValue" {
		return ""
	}
	return "${" + name + "}"
}

// holds says whether a condition is true with the parameters as they stand.
func (s *stack) holds(condition any) bool {
	if name, ok := condition.(string); ok {
		return s.holds(s.conditions[name])
	}
	for op, arg := range object(condition) {
		args := list(arg)
		switch op {
		case "Condition":
			return s.holds(arg)
		case "Fn::Not":
			return len(args) == 1 && !s.holds(args[0])
		case "Fn::Equals":
			return len(args) == 2 && s.text(args[0]) == s.text(args[1])
		case "Fn::And", "Fn::Or":
			return s.several(args, op == "Fn::And")
		}
	}
	return false
}

func (s *stack) several(conditions []any, and bool) bool {
	for _, c := range conditions {
		if s.holds(c) != and {
			return !and
		}
	}
	return and
}

func (s *stack) joined(parts []any, by string) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = s.text(p)
	}
	return strings.Join(texts, by)
}

// unreadable stands for a value that spread cannot read. It matches everything.
const unreadable = "*"

// spread lists the texts that a value can have: the members of a list, of a
// list parameter and of a joined list, and both branches of a condition.
func (s *stack) spread(v any) []string {
	o := object(v)
	if name := text(o["Ref"]); s.params[name] != nil && s.args[name] != nil {
		return s.parent.spread(s.args[name])
	}
	members, many := v.([]any)
	if branch := list(o["Fn::If"]); len(branch) == 3 {
		members, many = branch[1:], true
	}
	if join := list(o["Fn::Join"]); len(join) == 2 && text(join[0]) == "," {
		members, many = list(join[1]), true
	}
	if !many {
		t := s.text(v)
		if t == "" && o != nil && o["Ref"] == nil {
			return []string{unreadable}
		}
		return strings.Split(t, ",")
	}
	var all []string
	for _, m := range members {
		all = append(all, s.spread(m)...)
	}
	return all
}
