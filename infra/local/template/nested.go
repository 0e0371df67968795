package template

import (
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// child opens the nested stack that r declares, once.
func (s *scope) child(r *resource) (*scope, error) {
	if c := s.nested[r.id]; c != nil {
		return c, nil
	}
	key := s.name + "/" + r.id
	if slices.Contains(s.opening, key) {
		return nil, s.errorf(r.node, "the nested stack %s needs its own outputs to start (%s); pass it something that does not depend on it", r.id, strings.Join(append(s.opening, key), " needs "))
	}
	s.opening = append(s.opening, key)
	defer func() { s.opening = s.opening[:len(s.opening)-1] }()

	loc, err := s.resolve(field(r.props, "Location"))
	if err != nil {
		return nil, err
	}
	path, ok := loc.(string)
	if !ok || strings.Contains(path, "://") {
		return nil, s.errorf(r.node, "the nested stack %s needs a Location that is a file of this repository, such as infra/action.yaml", r.id)
	}
	params, err := s.passed(r)
	if err != nil {
		return nil, err
	}
	c, err := s.open(filepath.Join(filepath.Dir(s.file), path), s.name+"-"+r.id, params, s.place(r))
	if err != nil {
		return nil, err
	}
	s.nested[r.id] = c
	return c, nil
}

func (s *scope) passed(r *resource) (map[string]any, error) {
	v, err := s.resolve(field(r.props, "Parameters"))
	if err != nil {
		return nil, err
	}
	params, _ := v.(map[string]any)
	return params, nil
}

// place is where a resource stands, for errors.
func (s *scope) place(r *resource) string {
	return s.errorf(r.node, "%s", r.id).Error()
}

// output reads Outputs.<name> of a nested stack.
func (s *scope) output(n *yaml.Node, r *resource, what, attr string) (any, error) {
	name, ok := strings.CutPrefix(attr, "Outputs.")
	if !ok {
		return nil, s.errorf(n, "%s: a nested stack has only Outputs; write !GetAtt %s.Outputs.<name>", what, r.id)
	}
	c, err := s.child(r)
	if err != nil {
		return nil, err
	}
	out := field(field(c.root, "Outputs"), name)
	if out == nil {
		outputs := map[string]bool{}
		for k := range pairs(field(c.root, "Outputs")) {
			outputs[k.Value] = true
		}
		return nil, s.errorf(n, "%s: %s has no output %s; it has %s", what, c.shown, name, strings.Join(known(outputs), ", "))
	}
	key := "output " + name
	if c.resolving[key] {
		return nil, c.errorf(out, "the output %s depends on itself", name)
	}
	c.resolving[key] = true
	defer delete(c.resolving, key)
	return c.resolve(field(out, "Value"))
}

// application collects what the nested stack holds.
func (s *scope) application(r *resource) error {
	c, err := s.child(r)
	if err != nil {
		return err
	}
	return c.collect()
}

func (s *scope) unsupportedStack(r *resource) error {
	return s.errorf(r.node, "%s is an AWS::CloudFormation::Stack; use AWS::Serverless::Application, which SAM packages and the local stack reads", r.id)
}
