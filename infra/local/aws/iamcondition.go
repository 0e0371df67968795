package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/local/template"
)

// condition is one key of a statement's conditions.
type condition struct {
	operator, key string
	values        []string
}

// tests are the operators known here, each comparing a wanted value with one
// of the call's. Those in negative hold when no wanted value compares.
var (
	tests = map[string]func(want, got string) bool{
		"StringEquals":              func(want, got string) bool { return want == got },
		"StringNotEquals":           func(want, got string) bool { return want == got },
		"StringEqualsIgnoreCase":    strings.EqualFold,
		"StringNotEqualsIgnoreCase": strings.EqualFold,
		"StringLike":                like,
		"StringNotLike":             like,
		"ArnEquals":                 like,
		"ArnLike":                   like,
		"ArnNotEquals":              like,
		"ArnNotLike":                like,
		"Bool":                      strings.EqualFold,
	}
	negative = func(operator string) bool { return strings.Contains(operator, "Not") }
)

// holds evaluates the condition. A key that the call does not have fails it,
// unless the operator is negated, a ForAllValues or an IfExists.
func (c condition) holds(context map[string][]string) (bool, error) {
	operator, ifExists := strings.CutSuffix(c.operator, "IfExists")
	operator, all := strings.CutPrefix(operator, "ForAllValues:")
	operator, some := strings.CutPrefix(operator, "ForAnyValue:")
	got := context[strings.ToLower(c.key)]
	if operator == "Null" {
		return slices.Contains(c.values, fmt.Sprint(len(got) == 0)), nil
	}
	test := tests[operator]
	if test == nil {
		return false, fmt.Errorf("the condition operator %s is not known here", c.operator)
	}
	one := func(got string) bool {
		found := slices.ContainsFunc(c.values, func(want string) bool { return test(want, got) })
		return found != negative(operator)
	}
	switch {
	case len(got) == 0:
		return ifExists || all || (negative(operator) && !some), nil
	case all:
		return !slices.ContainsFunc(got, func(g string) bool { return !one(g) }), nil
	default:
		return slices.ContainsFunc(got, one), nil
	}
}

// checkPolicies refuses operators that could not be evaluated, so that a
// permission never depends on one silently.
func checkPolicies(owner string, policies []template.Policy) error {
	for _, p := range policies {
		for _, st := range p.Statements {
			for operator, keys := range st.Conditions {
				for key, values := range keys {
					if _, err := (condition{operator, key, values}).holds(nil); err != nil {
						return fmt.Errorf("policy of %s: %w", owner, err)
					}
				}
			}
		}
	}
	return nil
}
