package events

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Override sets one field of an event.
type Override struct {
	path  []string
	value any
	adds  bool
}

// ParseOverride reads path=value. The path is dotted and starts at
// data.object, or at the event's top level if it begins with "event."; numbers
// are positions in lists. A value that is JSON is that, any other is text. A plus
// sign before the path is for a field that the sample does not have.
func ParseOverride(text string) (Override, error) {
	path, value, ok := strings.Cut(text, "=")
	path, adds := strings.CutPrefix(path, "+")
	if !ok || path == "" {
		return Override{}, fmt.Errorf("override %q: expected path=value, for example amount=500 or event.livemode=true", text)
	}
	o := Override{path: strings.Split(path, "."), value: value, adds: adds}
	switch o.path[0] {
	case "event":
		o.path = o.path[1:]
	case "data":
	default:
		o.path = append([]string{"data", "object"}, o.path...)
	}
	if len(o.path) == 0 || slices.Contains(o.path, "") {
		return Override{}, fmt.Errorf("override %q: the path has an empty part", text)
	}
	in := json.NewDecoder(strings.NewReader(value))
	in.UseNumber()
	var v any
	if json.Valid([]byte(value)) && in.Decode(&v) == nil {
		o.value = v
	}
	return o, nil
}

// apply sets the field, making the objects on the way to it.
func (o Override) apply(e map[string]any) error {
	var at any = e
	for i, part := range o.path {
		last := i == len(o.path)-1
		next, err := step(at, part, last, o.value)
		if err != nil {
			return fmt.Errorf("override %s: %w", strings.Join(o.path, "."), err)
		}
		at = next
	}
	return nil
}

// step moves into a part of an object or list, and sets it if it is the last.
func step(at any, part string, last bool, value any) (any, error) {
	switch at := at.(type) {
	case map[string]any:
		if last {
			at[part] = value
			return value, nil
		}
		switch at[part].(type) {
		case map[string]any, []any:
		default:
			at[part] = map[string]any{}
		}
		return at[part], nil
	case []any:
		i, err := strconv.Atoi(part)
		if err != nil || i < 0 || i >= len(at) {
			return nil, fmt.Errorf("%q is no position in a list of %d", part, len(at))
		}
		if last {
			at[i] = value
		}
		return at[i], nil
	}
	return nil, errors.New("there is nothing to go into at " + part)
}

// NoField is an override of a field that the sample does not have.
type NoField struct {
	Path   string
	Fields []string // the paths that the sample has
}

func (n *NoField) Error() string { return fmt.Sprintf("the sample has no field %s", n.Path) }

// Check returns a *NoField unless the sample has the field. Metadata may have any, and
// what is below a field that is null is not known.
func (o Override) Check(sample []byte) error {
	var e any
	if err := json.Unmarshal(sample, &e); err != nil {
		return fmt.Errorf("decode sample: %w", err)
	}
	if o.adds || len(o.path) == 1 && slices.Contains(ofSome, o.path[0]) {
		return nil
	}
	at := e
	for i, part := range o.path {
		if at == nil || i > 0 && o.path[i-1] == "metadata" {
			return nil
		}
		next, ok := member(at, part)
		if !ok {
			return &NoField{typed(o.path), fields(nil, e)}
		}
		at = next
	}
	return nil
}

// ofSome are the fields of events that only some have.
var ofSome = []string{"account", "context"}

func member(at any, part string) (v any, ok bool) {
	switch at := at.(type) {
	case map[string]any:
		v, ok = at[part]
	case []any:
		if i, err := strconv.Atoi(part); err == nil && i >= 0 && i < len(at) {
			return at[i], true
		}
	}
	return v, ok
}

// fields are the paths below v, sorted.
func fields(path []string, v any) (all []string) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			below := append(slices.Clone(path), name)
			all = append(append(all, typed(below)), fields(below, v[name])...)
		}
	case []any:
		for i, each := range v {
			all = append(all, fields(append(slices.Clone(path), strconv.Itoa(i)), each)...)
		}
	}
	return all
}

// typed is a path as ParseOverride reads it.
func typed(path []string) string {
	if len(path) > 2 && path[0] == "data" && path[1] == "object" {
		return strings.Join(path[2:], ".")
	}
	return "event." + strings.Join(path, ".")
}
