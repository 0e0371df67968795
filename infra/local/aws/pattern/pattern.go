// Package pattern matches events against event patterns, the JSON language
// shared by the rules of an event bus and the filters of event sources.
package pattern

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// Pattern is a parsed pattern. It is safe for concurrent use.
type Pattern struct{ root node }

// node is either the pattern of an object (fields) or of one value (any).
type node struct {
	fields map[string]node
	any    []matcher
}

// Parse reads a pattern. It refuses operators that it does not know, by name,
// rather than match too much or too little.
func Parse(text string) (*Pattern, error) {
	v, err := read([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("event pattern: %w", err)
	}
	object, ok := v.(map[string]any)
	if !ok || len(object) == 0 {
		return nil, errors.New("event pattern: it must be an object with at least one field")
	}
	root, err := parseObject(object, "")
	if err != nil {
		return nil, fmt.Errorf("event pattern: %w", err)
	}
	return &Pattern{root}, nil
}

// Event is an event, to match several patterns against.
type Event struct{ root json.RawMessage }

// Decode reads an event, a JSON object.
func Decode(event []byte) (Event, error) {
	r := rawjson.New(event)
	root := r.Raw()
	if !r.OK() {
		return Event{}, errors.New("event: it is not JSON")
	}
	return Event{root}, nil
}

// Matches reports whether the event matches.
func (p *Pattern) Matches(e Event) bool { return p.root.match(e.root) }

// Match reports whether the event, a JSON object, matches.
func (p *Pattern) Match(event []byte) (bool, error) {
	e, err := Decode(event)
	return err == nil && p.Matches(e), err
}

// Requires reports whether the pattern matches no event that has nothing at
// the path.
func (p *Pattern) Requires(path ...string) bool {
	n := p.root
	for _, name := range path {
		field, ok := n.fields[name]
		if !ok {
			return false
		}
		n = field
	}
	return !n.absent()
}

func read(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

func parseObject(object map[string]any, path string) (node, error) {
	n := node{fields: map[string]node{}}
	for name, v := range object {
		at := path + "." + name
		if name == "$or" {
			return n, fmt.Errorf("%s: $or is not known here", at)
		}
		var err error
		switch v := v.(type) {
		case map[string]any:
			n.fields[name], err = parseObject(v, at)
		case []any:
			n.fields[name], err = parseValues(v, at)
		default:
			err = fmt.Errorf("%s: expected an object or an array of values", at)
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func parseValues(values []any, path string) (node, error) {
	n := node{any: []matcher{}}
	if len(values) == 0 {
		return n, fmt.Errorf("%s: an empty array matches nothing", path)
	}
	for _, v := range values {
		m, err := parseMatcher(v)
		if err != nil {
			return n, fmt.Errorf("%s: %w", path, err)
		}
		n.any = append(n.any, m)
	}
	return n, nil
}

func (n node) match(v json.RawMessage) (matched bool) {
	if n.any != nil {
		return n.matchValue(v)
	}
	r := rawjson.New(v)
	if v[0] == '[' {
		r.Array(func() { matched = n.match(r.Raw()) || matched })
		return matched
	}
	there := map[string]json.RawMessage{}
	r.Object(func(name []byte) {
		if _, asked := n.fields[string(name)]; asked {
			field := string(name)
			there[field] = r.Raw()
		}
	})
	for name, field := range n.fields {
		value, is := there[name]
		if !is && !field.absent() || is && !field.match(value) {
			return false
		}
	}
	return true
}

// absent reports whether the pattern matches a field that is not there.
func (n node) absent() bool {
	if n.any == nil {
		for _, field := range n.fields {
			if !field.absent() {
				return false
			}
		}
		return true
	}
	for _, m := range n.any {
		if m.exists != nil && !*m.exists {
			return true
		}
	}
	return false
}

// matchValue matches the leaves at one place: a value, or any of an array's.
// An object is no leaf: to a pattern of values, nothing is there.
func (n node) matchValue(v json.RawMessage) bool {
	leaves := leavesOf(v, nil)
	if len(leaves) == 0 {
		return n.absent()
	}
	for _, leaf := range leaves {
		for _, m := range n.any {
			if m.match(leaf) {
				return true
			}
		}
	}
	return false
}

func leavesOf(v json.RawMessage, leaves []any) []any {
	switch v[0] {
	case '{':
	case '[':
		r := rawjson.New(v)
		r.Array(func() { leaves = leavesOf(r.Raw(), leaves) })
	case '"':
		text, _ := rawjson.Unquote(v)
		leaves = append(leaves, text)
	case 't', 'f':
		leaves = append(leaves, v[0] == 't')
	case 'n':
		leaves = append(leaves, nil)
	default:
		leaves = append(leaves, json.Number(v))
	}
	return leaves
}
