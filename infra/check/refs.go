package check

import (
	"slices"
	"strings"
)

// reference is a name that a value uses.
type reference struct {
	kind string // Ref, GetAtt or Condition
	id   string
	attr string // of GetAtt
}

// references lists the names that a value uses, at any depth.
func references(v any) []reference {
	switch v := v.(type) {
	case []any:
		var refs []reference
		for _, e := range v {
			refs = append(refs, references(e)...)
		}
		return refs
	case map[string]any:
		var refs []reference
		for _, k := range sorted(v) {
			refs = append(refs, entry(k, v[k])...)
		}
		return refs
	}
	return nil
}

func entry(key string, v any) []reference {
	switch key {
	case "Ref":
		return []reference{{"Ref", text(v), ""}}
	case "Fn::GetAtt":
		id, attr := getAtt(map[string]any{key: v})
		return []reference{{"GetAtt", id, attr}}
	case "Fn::Sub":
		return substitution(list(v))
	case "Fn::If":
		if l := list(v); len(l) == 3 {
			return append([]reference{{"Condition", text(l[0]), ""}}, references(l[1:])...)
		}
	case "Condition": // of a resource, or of another condition; in a policy it is an object
		if id, ok := v.(string); ok {
			return []reference{{"Condition", id, ""}}
		}
	case "DependsOn":
		var refs []reference
		for _, id := range list(v) {
			refs = append(refs, reference{"Ref", text(id), ""})
		}
		return refs
	}
	return references(v)
}

func substitution(args []any) []reference {
	if len(args) == 0 {
		return nil
	}
	var locals map[string]any
	if len(args) == 2 {
		locals = object(args[1])
	}
	refs := references(locals)
	for _, m := range variable.FindAllStringSubmatch(text(args[0]), -1) {
		id, attr, dotted := strings.Cut(m[1], ".")
		if _, local := locals[m[1]]; local {
			continue
		}
		if dotted {
			refs = append(refs, reference{"GetAtt", id, attr})
			continue
		}
		refs = append(refs, reference{"Ref", id, ""})
	}
	return refs
}

// checkReferences: every name that a template uses is one that it has.
func checkReferences(s *stack, report reporter) {
	made := s.generated()
	for _, section := range []map[string]any{s.conditions, s.resources, s.outputs} {
		for _, id := range sorted(section) {
			for _, r := range references(section[id]) {
				if problem := s.unresolved(r, made); problem != "" {
					report("%s: %s %s", s.file, id, problem)
				}
			}
		}
	}
}

func (s *stack) unresolved(r reference, made map[string][]string) string {
	if r.kind == "Condition" {
		if _, ok := s.conditions[r.id]; !ok {
			return "asks for the condition " + r.id + ", which is not defined"
		}
		return ""
	}
	_, resource := s.resources[r.id]
	_, implied := made[r.id]
	_, param := s.params[r.id]
	if !resource && !implied && (!param || r.kind != "Ref") && !strings.HasPrefix(r.id, "AWS::") {
		return "refers to " + r.id + ", which is not defined"
	}
	n := s.nested[r.id]
	if n == nil || r.kind != "GetAtt" {
		return ""
	}
	if output, ok := strings.CutPrefix(r.attr, "Outputs."); !ok || n.outputs[output] == nil {
		return "asks " + r.id + " for " + r.attr + "; " + n.file + " has the outputs " + strings.Join(sorted(n.outputs), ", ")
	}
	return ""
}

// checkNested: what a nested stack is given are its parameters, and it is
// given all that have no default. Neither SAM nor cfn-lint looks there.
func checkNested(s *stack, report reporter) {
	for _, id := range sorted(s.nested) {
		n := s.nested[id]
		for _, arg := range sorted(n.args) {
			if n.params[arg] == nil {
				report("%s: %s gives %s, which is no parameter of %s (it has %s)", s.file, id, arg, n.file, strings.Join(sorted(n.params), ", "))
			}
		}
		for _, p := range sorted(n.params) {
			if _, optional := object(n.params[p])["Default"]; !optional && n.args[p] == nil {
				report("%s: %s must give %s to %s", s.file, id, p, n.file)
			}
		}
	}
}

// generated maps the resources that SAM makes of a function's events, and of
// an API, to the names they use.
func (s *stack) generated() map[string][]string {
	made := map[string][]string{}
	for _, id := range sorted(s.resources) {
		switch s.kind(id) {
		case httpAPI:
			made[id+"ApiGatewayDefaultStage"] = append([]string{id}, names(s.props(id)["AccessLogSettings"])...)
		case function:
			events := object(s.props(id)["Events"])
			for _, e := range sorted(events) {
				uses := append(names(events[e]), id)
				made[id+e], made[id+e+"Permission"] = uses, uses
			}
			if invoke := s.props(id)["EventInvokeConfig"]; invoke != nil {
				made[id+"EventInvokeConfig"] = append(names(invoke), id)
			}
		}
	}
	return made
}

func names(v any) []string {
	var ids []string
	for _, r := range references(v) {
		if r.kind != "Condition" {
			ids = append(ids, r.id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
