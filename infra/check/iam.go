package check

import (
	"slices"
	"strings"
)

// anyResource are the actions that AWS authorizes against no resource. They
// are allowed only behind a parameter that is off.
var anyResource = map[string]string{
	"xray:PutTraceSegments":    "traces belong to no resource",
	"xray:PutTelemetryRecords": "traces belong to no resource",
	"sns:Publish":              "a text message goes to a number, not to a topic",
}

// withoutResource are the actions that AWS cannot limit to a resource and that
// the pipeline needs.
var withoutResource = map[string]string{
	"lambda:ListEventSourceMappings": "reconcile asks which queues are polled",
}

// checkRoles: every function has an explicit role, no two share one, and no
// role has policies written outside the template.
func checkRoles(root *stack, report reporter) {
	users := map[place]place{}
	for f := range root.each(function) {
		r, ok := f.in.owner(f.props()["Role"])
		if !ok || r.in.kind(r.id) != role {
			report("%s: needs its own Role; without one SAM attaches managed policies with Resource \"*\"", f)
			continue
		}
		if other, shared := users[r]; shared {
			report("%s: shares %s with %s; each function needs its own", f, r.id, other.id)
		}
		users[r] = f
		if f.in.setting(f.id, "Policies") != nil {
			report("%s: Policies are ignored beside Role; write them into %s", f, r.id)
		}
	}
	for r := range root.each(role) {
		if r.props()["ManagedPolicyArns"] != nil {
			report("%s: no managed policies, they allow more than is needed", r)
		}
	}
}

// checkPolicies: no statement, wherever it stands, allows all actions or all
// resources.
func checkPolicies(root *stack, report reporter) {
	for s := range root.all() {
		for _, id := range sorted(s.resources) {
			walkStatements(s.resources[id], place{s, id}.conditional(), func(st map[string]any, off bool) {
				checkStatement(place{s, id}, st, off, report)
			}, s)
		}
	}
}

// walkStatements finds the statements in a value; off is true for those that
// the parameters' defaults leave out.
func walkStatements(v any, off bool, visit func(map[string]any, bool), s *stack) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walkStatements(e, off, visit, s)
		}
	case map[string]any:
		if v["Effect"] != nil && v["Action"] != nil || v["NotAction"] != nil {
			visit(v, off)
			return
		}
		if branch := list(v["Fn::If"]); len(branch) == 3 {
			holds := s.holds(branch[0])
			walkStatements(branch[1], off || !holds, visit, s)
			walkStatements(branch[2], off || holds, visit, s)
			return
		}
		for _, k := range sorted(v) {
			walkStatements(v[k], off, visit, s)
		}
	}
}

func checkStatement(p place, st map[string]any, off bool, report reporter) {
	if st["NotAction"] != nil || st["NotResource"] != nil || st["NotPrincipal"] != nil {
		report("%s: NotAction, NotResource and NotPrincipal allow everything else; say what is allowed", p)
	}
	if pr := p.in.text(st["Principal"]); pr == "*" || p.in.text(at(st, "Principal", "AWS")) == "*" {
		report("%s: Principal \"*\" is everybody", p)
	}
	if text(st["Effect"]) == "Deny" {
		return // takes away, the wider the better
	}
	for _, action := range p.in.spread(st["Action"]) {
		if strings.Contains(action, "*") {
			report("%s: Action %q is wider than needed; name the actions", p, action)
		}
		if service, _, _ := strings.Cut(action, ":"); st["Principal"] == nil && slices.Contains([]string{"iam", "sts"}, service) {
			report("%s: %s gives out the rights of others; remove it, no function needs it", p, action)
		}
		for _, resource := range p.in.spread(st["Resource"]) {
			checkResource(p, action, resource, off, report)
		}
	}
}

func checkResource(p place, action, resource string, off bool, report reporter) {
	if resource == "*" {
		if withoutResource[action] == "" && (anyResource[action] == "" || !off) {
			report("%s: Resource \"*\" for %s is wider than needed; name the resource", p, action)
		}
		return
	}
	target := variable.ReplaceAllString(resource, "x")
	if strings.ContainsAny(target, "*?") && !permitted(p.id, action, target) {
		report("%s: Resource %q for %s is a pattern, which may match what is another's; name the resource, or list the pattern in infra/check/patterns.go with its reason", p, resource, action)
	}
}
