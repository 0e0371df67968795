package pattern

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// matcher is one entry in a pattern's array.
type matcher struct {
	exists *bool
	match  func(leaf any) bool
}

func parseMatcher(v any) (matcher, error) {
	object, ok := v.(map[string]any)
	if !ok {
		if _, isList := v.([]any); isList {
			return matcher{}, errors.New("an array within an array is no pattern")
		}
		return matcher{match: func(leaf any) bool { return equal(v, leaf) }}, nil
	}
	if len(object) != 1 {
		return matcher{}, fmt.Errorf("expected one operator, not %d", len(object))
	}
	for name, arg := range object {
		return operator(name, arg)
	}
	return matcher{}, errors.New("no operator")
}

func operator(name string, arg any) (matcher, error) {
	switch name {
	case "exists":
		want, ok := arg.(bool)
		if !ok {
			return matcher{}, errors.New("exists: expected true or false")
		}
		return matcher{exists: &want, match: func(any) bool { return want }}, nil
	case "prefix":
		return text(name, arg, strings.HasPrefix)
	case "suffix":
		return text(name, arg, strings.HasSuffix)
	case "equals-ignore-case":
		return text(name, arg, strings.EqualFold)
	case "anything-but":
		return anythingBut(arg)
	case "numeric":
		return numeric(arg)
	default:
		return matcher{}, fmt.Errorf("the operator %q is not known here", name)
	}
}

func text(name string, arg any, is func(s, arg string) bool) (matcher, error) {
	want, ok := arg.(string)
	if !ok {
		return matcher{}, fmt.Errorf("%s: expected a string", name)
	}
	return matcher{match: func(leaf any) bool {
		s, ok := leaf.(string)
		return ok && is(s, want)
	}}, nil
}

func anythingBut(arg any) (matcher, error) {
	switch arg := arg.(type) {
	case []any:
		return matcher{match: func(leaf any) bool {
			return !slices.ContainsFunc(arg, func(v any) bool { return equal(v, leaf) })
		}}, nil
	case map[string]any:
		inner, err := parseMatcher(arg)
		if err != nil || inner.exists != nil {
			return matcher{}, errors.Join(errors.New("anything-but: expected values or one text operator"), err)
		}
		return matcher{match: func(leaf any) bool { return !inner.match(leaf) }}, nil
	default:
		return matcher{match: func(leaf any) bool { return !equal(arg, leaf) }}, nil
	}
}

var comparisons = map[string]func(int) bool{
	"=":  func(c int) bool { return c == 0 },
	"<":  func(c int) bool { return c < 0 },
	"<=": func(c int) bool { return c <= 0 },
	">":  func(c int) bool { return c > 0 },
	">=": func(c int) bool { return c >= 0 },
}

func numeric(arg any) (matcher, error) {
	list, ok := arg.([]any)
	if !ok || len(list) == 0 || len(list)%2 != 0 {
		return matcher{}, errors.New("numeric: expected pairs of a comparison and a number")
	}
	var tests []func(*big.Rat) bool
	for i := 0; i < len(list); i += 2 {
		sign, _ := list[i].(string)
		is, known := comparisons[sign]
		limit, isNumber := number(list[i+1])
		if !known || !isNumber {
			return matcher{}, fmt.Errorf("numeric: %v %v is no comparison", list[i], list[i+1])
		}
		tests = append(tests, func(n *big.Rat) bool { return is(n.Cmp(limit)) })
	}
	return matcher{match: func(leaf any) bool {
		n, ok := number(leaf)
		return ok && !slices.ContainsFunc(tests, func(test func(*big.Rat) bool) bool { return !test(n) })
	}}, nil
}

// equal compares two leaves; numbers by value, however they are written.
func equal(a, b any) bool {
	if a == b {
		return true
	}
	x, ok := number(a)
	if !ok {
		return false
	}
	y, ok := number(b)
	return ok && x.Cmp(y) == 0
}

// number reads a JSON number exactly. One with a huge exponent is no number
// here: it would take all memory to write out.
func number(v any) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if !ok || len(n) > 64 {
		return nil, false
	}
	if _, exponent, found := strings.Cut(strings.ToLower(string(n)), "e"); found && len(exponent) > 4 {
		return nil, false
	}
	return new(big.Rat).SetString(string(n))
}
