package bus

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// The part of EventBridge's pattern language that is understood: exact values,
// prefix, suffix, equals-ignore-case, exists and anything-but (values or a
// prefix). Whatever else a pattern says is an error, never a guess.

// matchObject asks every field of the pattern. false without an error is
// certain; an error means that what could be read does match.
func matchObject(pattern, doc map[string]any, path string) (bool, error) {
	var unread []error
	for _, name := range sortedNames(pattern) {
		at := strings.TrimPrefix(path+"."+name, ".")
		value, there := doc[name]
		ok, err := matchField(pattern[name], value, there, at)
		if err != nil {
			unread = append(unread, err)
		} else if !ok {
			return false, nil
		}
	}
	return len(unread) == 0, errors.Join(unread...)
}

func matchField(want, value any, there bool, at string) (bool, error) {
	switch want := want.(type) {
	case map[string]any:
		doc, _ := value.(map[string]any) // what is no object has no fields
		return matchObject(want, doc, at)
	case []any:
		return matchAny(want, value, there, at)
	}
	return false, fmt.Errorf("%s: pattern holds a %T, expected an array or an object", at, want)
}

// matchAny is true if one alternative matches, also when another cannot be
// read.
func matchAny(alternatives []any, value any, there bool, at string) (bool, error) {
	var unread []error
	for _, a := range alternatives {
		ok, err := matchOne(a, value, there)
		if ok {
			return true, nil
		}
		if err != nil {
			unread = append(unread, fmt.Errorf("%s: %w", at, err))
		}
	}
	return false, errors.Join(unread...)
}

func matchOne(want, value any, there bool) (bool, error) {
	operator, ok := want.(map[string]any)
	if !ok {
		return there && equal(want, value), nil
	}
	if len(operator) != 1 {
		return false, fmt.Errorf("an operator has one name, this one %d", len(operator))
	}
	for name, operand := range operator {
		if exists, ok := operand.(bool); ok && name == "exists" {
			_, object := value.(map[string]any) // exists asks for leaves
			return exists == (there && !object), nil
		}
		if name == "anything-but" {
			ok, err := matchBut(operand, value)
			return there && ok, err
		}
		compare, known := texts[name]
		text, isText := operand.(string)
		if !known || !isText {
			return false, fmt.Errorf("operator %q is not understood with a %T", name, operand)
		}
		have, isText := value.(string)
		return there && isText && compare(have, text), nil
	}
	return false, nil
}

var texts = map[string]func(have, want string) bool{
	"prefix":             strings.HasPrefix,
	"suffix":             strings.HasSuffix,
	"equals-ignore-case": strings.EqualFold,
}

func matchBut(operand, value any) (bool, error) {
	switch operand := operand.(type) {
	case []any:
		if slices.ContainsFunc(operand, func(o any) bool { _, nested := o.(map[string]any); return nested }) {
			return false, errors.New("anything-but with operators in a list is not understood")
		}
		return !slices.ContainsFunc(operand, func(o any) bool { return equal(o, value) }), nil
	case map[string]any:
		ok, err := matchOne(operand, value, true)
		return !ok && err == nil, err
	}
	return !equal(operand, value), nil
}

// equal compares leaves; numbers by value.
func equal(want, value any) bool {
	a, aok := want.(json.Number)
	b, bok := value.(json.Number)
	if !aok || !bok {
		return scalar(want) && scalar(value) && want == value
	}
	x, xerr := a.Float64()
	y, yerr := b.Float64()
	return a == b || xerr == nil && yerr == nil && x == y
}

func scalar(v any) bool {
	switch v.(type) {
	case nil, string, bool, json.Number:
		return true
	}
	return false
}

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
