package check

import (
	"regexp"
	"strings"
)

// named matches the table or secret that an ARN names; what AWS adds to a
// secret's name is not part of it.
var named = regexp.MustCompile(`:(?:table/|secret:)(\$\{AWS::StackName\}[-/][A-Za-z0-9_/-]*?)(?:-\?{6})?(/(?:index|stream)/.*)?$`)

// checkNames: the tables and secrets that a right or a parameter names are in
// dataFile. CloudFormation would not notice one that is misspelt.
func checkNames(root *stack, report reporter) {
	known := map[string]bool{}
	for t := range root.each(table) {
		known[t.in.text(t.props()["TableName"])] = true
	}
	for s := range root.each(secret) {
		known[s.in.text(s.props()["Name"])] = true
	}
	for s := range root.all() {
		for _, id := range sorted(s.resources) {
			for _, arn := range s.texts(s.resources[id]) {
				m := named.FindStringSubmatch(arn)
				if m != nil && !known[m[1]] && !strings.HasSuffix(arn, "/*") {
					report("%s: names %s, which %s does not have", place{s, id}, m[1], dataFile)
				}
			}
		}
	}
}

// texts lists every text in a value, with what it substitutes, in both branches of a condition.
func (s *stack) texts(v any) []string {
	if t := s.text(v); t != "" && object(v)["Fn::If"] == nil {
		return []string{t}
	}
	var all []string
	for _, e := range list(v) {
		switch e := e.(type) {
		case map[string]any:
			if t := s.text(e); t != "" && e["Fn::If"] == nil {
				all = append(all, t)
				continue
			}
			for _, k := range sorted(e) {
				all = append(all, s.texts(e[k])...)
			}
		default:
			all = append(all, s.text(e))
		}
	}
	return all
}

// checkImports: what the stack imports is exported by dataFile.
func checkImports(root *stack, report reporter) {
	exported := map[string]bool{}
	for _, out := range root.data.outputs {
		exported[root.data.text(at(out, "Export", "Name"))] = true
	}
	for s := range root.all() {
		for _, id := range sorted(s.resources) {
			for _, name := range s.imports(s.resources[id]) {
				if !exported[name] {
					report("%s: imports %s, which %s does not export", place{s, id}, name, dataFile)
				}
			}
		}
	}
}

func (s *stack) imports(v any) (names []string) {
	for _, e := range list(v) {
		o := object(e)
		if name, ok := o["Fn::ImportValue"]; ok {
			names = append(names, s.text(name))
			continue
		}
		for _, k := range sorted(o) {
			names = append(names, s.imports(o[k])...)
		}
		if l, ok := e.([]any); ok {
			names = append(names, s.imports(l)...)
		}
	}
	return names
}
