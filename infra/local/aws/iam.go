package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/local/template"
)

// Denied says that a role does not grant an action.
type Denied struct {
	Caller, Action, Resource, Because string
	Advice                            string // what to add to template.yaml; empty for nothing
}

func (d *Denied) Error() string {
	text := fmt.Sprintf("%s is not allowed %s on %s: %s", d.Caller, d.Action, d.Resource, d.Because)
	if d.Advice != "" {
		text += "; " + d.Advice
	}
	return text
}

// access is one thing that a call needs to be granted.
type access struct {
	action string
	// resources are alternatives: a grant on any of them will do.
	resources []string
	context   map[string][]string // condition keys, lower-case
}

func need(action string, resources ...string) access {
	return access{action: action, resources: resources}
}

// Authorize decides whether a role (its ARN) grants an action on a resource.
// A refusal is a *Denied that names the role.
func (s *Server) Authorize(role, action, resource string) error {
	return s.authorize(Caller{Name: s.template().Roles[role].Name, Role: role}, need(action, resource))
}

func (s *Server) authorize(c Caller, a access) error {
	if c.Operator {
		return nil
	}
	denied := &Denied{Caller: c.Name, Action: a.action, Resource: strings.Join(a.resources, " or ")}
	role, ok := s.template().Roles[c.Role]
	if !ok {
		denied.Because = fmt.Sprintf("the template has no role %s", c.Role)
		return denied
	}
	ask := question{action: a.action, context: s.context(role, a.context)}
	denied.Because = "its role in the template does not grant it"
	for _, resource := range a.resources {
		ask.resource = resource
		allowed, why := decide(role.Policies, ask)
		if allowed {
			s.counter.grant(Granted{c.Role, a.action, resource})
			return nil
		}
		if why != "" {
			denied.Because = why
		}
	}
	denied.Advice = advice(role.Nested, a.action, denied.Resource)
	return denied
}

func (s *Server) context(role template.Role, more map[string][]string) map[string][]string {
	all := map[string][]string{
		"aws:principalarn":     {role.ARN},
		"aws:principalaccount": {s.template().Account},
		"aws:requestedregion":  {s.template().Region},
		"aws:securetransport":  {"true"},
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

// question is what a policy is asked.
type question struct {
	action, resource, principal string
	context                     map[string][]string
}

// decide evaluates policies as AWS does: a Deny beats every Allow, and without
// an Allow the answer is no.
func decide(policies []template.Policy, q question) (allowed bool, why string) {
	for _, p := range policies {
		for _, st := range p.Statements {
			applies, missing := q.matches(st)
			switch {
			case !applies && missing != "" && st.Effect != "Deny":
				why = fmt.Sprintf("its role in the template grants it on a condition of %s, which does not hold for this call", missing)
			case applies && st.Effect == "Deny":
				return false, "its role in the template denies it"
			case applies:
				allowed = true
			}
		}
	}
	return allowed, why
}

// matches reports whether a statement applies; if only a condition stands in
// the way, its key is returned.
func (q question) matches(st template.Statement) (applies bool, missing string) {
	if q.principal != "" && !slices.Contains(st.Principals, q.principal) && !slices.Contains(st.Principals, "*") {
		return false, ""
	}
	anyOf := func(patterns []string, s string, is func(pattern, s string) bool) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return is(p, s) })
	}
	if !anyOf(st.Actions, q.action, likeFold) || !anyOf(st.Resources, q.resource, like) {
		return false, ""
	}
	for operator, keys := range st.Conditions {
		for key, values := range keys {
			holds, err := condition{operator, key, values}.holds(q.context)
			if err != nil || !holds {
				return false, key
			}
		}
	}
	return true, ""
}

func likeFold(pattern, s string) bool { return like(strings.ToLower(pattern), strings.ToLower(s)) }

// like matches * (any run) and ? (any one character).
func like(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
