package template

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

func sub(s *scope, n, arg *yaml.Node) (any, error) {
	text, vars := arg, (*yaml.Node)(nil)
	if arg.Kind == yaml.SequenceNode {
		if len(arg.Content) != 2 {
			return nil, s.errorf(n, "!Sub needs text, or a list of text and a mapping")
		}
		text, vars = arg.Content[0], arg.Content[1]
	}
	var failed error
	out := placeholder.ReplaceAllStringFunc(text.Value, func(m string) string {
		name := strings.TrimSpace(m[2 : len(m)-1])
		if strings.HasPrefix(name, "!") {
			return "${" + name[1:] + "}"
		}
		v, err := s.substitute(n, name, vars)
		if err != nil && failed == nil {
			failed = err
		}
		return v
	})
	return out, failed
}

func (s *scope) substitute(n *yaml.Node, name string, vars *yaml.Node) (string, error) {
	var v any
	var err error
	if own := field(vars, name); own != nil {
		v, err = s.resolve(own)
	} else if id, attr, ok := strings.Cut(name, "."); ok {
		v, err = s.att(n, id, attr)
	} else {
		v, err = s.ref(n, name)
	}
	if err != nil {
		return "", err
	}
	text, err := toText(v)
	if err != nil {
		return "", s.errorf(n, "${%s} is not text: %w", name, err)
	}
	return text, nil
}
