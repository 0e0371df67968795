package template

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// dataFile has the tables and secrets that outlive the stack, next to the
// template: a separate stack, whose exports the template imports.
const dataFile = "infra/data.yaml"

// data collects what dataFile declares, if there is one.
func (l *loader) data() error {
	file := filepath.Join(l.root, dataFile)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	s, err := l.open(file, l.opts.Name+"-data", map[string]any{"Stack": l.opts.Name}, "the local stack")
	if err != nil {
		return err
	}
	for k, out := range pairs(field(s.root, "Outputs")) {
		if err := s.export(k, out); err != nil {
			return err
		}
	}
	return s.collect()
}

// export keeps an output that other stacks may import.
func (s *scope) export(k, out *yaml.Node) error {
	name := field(field(out, "Export"), "Name")
	if name == nil {
		return nil
	}
	v, err := s.resolve(name)
	if err != nil {
		return err
	}
	text, err := toText(v)
	if err != nil {
		return s.errorf(k, "the output %s needs text as the name of its export: %w", k.Value, err)
	}
	s.exports[text], err = s.resolve(field(out, "Value"))
	return err
}

func importValue(s *scope, n, arg *yaml.Node) (any, error) {
	v, err := s.resolve(arg)
	if err != nil {
		return nil, err
	}
	name, err := toText(v)
	if err != nil {
		return nil, s.errorf(n, "Fn::ImportValue needs text: %w", err)
	}
	if v, ok := s.exports[name]; ok {
		return v, nil
	}
	return nil, s.errorf(n, "Fn::ImportValue finds no export %s; %s exports %s", name, dataFile, strings.Join(known(s.exports), ", "))
}
