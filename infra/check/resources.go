package check

import (
	"io/fs"
	"regexp"
)

// Resource is a resource of the stack as CloudFormation makes it, here or nested.
type Resource struct {
	ID         string // logical
	Properties map[string]any
}

// Resources reads those of a type from the project's templates, for a stack of this name
// with these parameters. References to queues, topics and log groups are their names;
// other resources have their logical ids for names.
func Resources(files fs.FS, kind, name string, parameters map[string]string) (all []Resource, err error) {
	root, err := load(files, "template.yaml")
	if err != nil {
		return nil, err
	}
	root.args, root.parent = map[string]any{}, &stack{}
	for k, v := range parameters {
		root.args[k] = v
	}
	for r := range root.each(kind) {
		if r.exists() {
			p, _ := r.in.plain(r.props(), name).(map[string]any)
			all = append(all, Resource{r.id, p})
		}
	}
	return all, nil
}

// exists reports whether the conditions of the resource, and of the stacks that it is
// nested in, hold.
func (p place) exists() bool {
	if c := at(p.in.resources[p.id], "Condition"); c != nil && !p.in.holds(c) {
		return false
	}
	return p.in.parent == nil || p.in.name == "" || place{p.in.parent, p.in.name}.exists()
}

// nameIn are the properties that names of resources are in.
var nameIn = map[string]string{queue: "QueueName", topic: "TopicName", logGroup: "LogGroupName"}

// known is what is left of a variable that only AWS knows.
var known = regexp.MustCompile(`\$\{(?:AWS::)?([A-Za-z0-9]+)(?:\.[A-Za-z.]+)?\}`)

// plain is a value with its references resolved.
func (s *stack) plain(v any, name string) any {
	text := func(t string) string {
		return known.ReplaceAllStringFunc(t, func(m string) string {
			if m == "${AWS::StackName}" {
				return name
			}
			return known.FindStringSubmatch(m)[1]
		})
	}
	switch v := v.(type) {
	case string:
		return text(v)
	case []any:
		all := make([]any, len(v))
		for i, one := range v {
			all[i] = s.plain(one, name)
		}
		return all
	case map[string]any:
		if to, ok := s.owner(v); ok && nameIn[to.in.kind(to.id)] != "" {
			return text(to.in.text(to.props()[nameIn[to.in.kind(to.id)]]))
		}
		for _, function := range []string{"Ref", "Fn::Sub", "Fn::GetAtt", "Fn::Join", "Fn::If"} {
			if v[function] != nil {
				return text(s.text(v))
			}
		}
		all := map[string]any{}
		for k, one := range v {
			all[k] = s.plain(one, name)
		}
		return all
	}
	return v
}
