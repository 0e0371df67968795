package template

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"
)

// object reads properties by name. The first failure sticks in *err, so that
// callers read everything and check once.
type object struct {
	s    *scope
	node *yaml.Node // read lazily: only what is asked for is resolved
	vals map[string]any
	at   *yaml.Node
	err  *error
}

func (s *scope) object(r *resource) object {
	return object{s: s, node: r.props, at: r.node, err: new(error)}
}

func (o object) get(key string) any {
	if o.vals != nil {
		return o.vals[key]
	}
	n := field(o.node, key)
	if n == nil {
		return nil
	}
	v, err := o.s.resolve(n)
	if err != nil {
		o.fail(err)
		return nil
	}
	if _, none := v.(noValue); none {
		return nil
	}
	return v
}

func (o object) fail(err error) {
	if *o.err == nil {
		*o.err = err
	}
}

func (o object) has(key string) bool { return o.get(key) != nil }

func (o object) text(key string) string {
	v := o.get(key)
	if v == nil {
		return ""
	}
	t, err := toText(v)
	if err != nil {
		o.wrong(key, "text")
	}
	return t
}

func (o object) number(key string, otherwise int) int {
	v := o.get(key)
	if v == nil {
		return otherwise
	}
	t, _ := toText(v)
	i, err := strconv.Atoi(t)
	if err != nil {
		o.wrong(key, "a whole number")
	}
	return i
}

func (o object) seconds(key string, otherwise int) time.Duration {
	return time.Duration(o.number(key, otherwise)) * time.Second
}

func (o object) flag(key string, otherwise bool) bool {
	v := o.get(key)
	if v == nil {
		return otherwise
	}
	t, _ := toText(v)
	b, err := strconv.ParseBool(t)
	if err != nil {
		o.wrong(key, "true or false")
	}
	return b
}

// object reads a nested mapping; one that is not there reads as empty.
func (o object) object(key string) object {
	v := o.get(key)
	m, ok := v.(map[string]any)
	if v != nil && !ok {
		o.wrong(key, "a mapping")
	}
	return o.of(m)
}

func (o object) of(m map[string]any) object {
	if m == nil {
		m = map[string]any{}
	}
	return object{s: o.s, vals: m, at: o.at, err: o.err}
}

// list reads a list; a single value reads as a list of one.
func (o object) list(key string) []any {
	switch v := o.get(key).(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

func (o object) texts(key string) []string {
	var out []string
	for _, v := range o.list(key) {
		t, err := toText(v)
		if err != nil {
			o.wrong(key, "a list of text")
		}
		out = append(out, t)
	}
	return out
}

func (o object) objects(key string) []object {
	var out []object
	for _, v := range o.list(key) {
		m, ok := v.(map[string]any)
		if !ok {
			o.wrong(key, "a list of mappings")
		}
		out = append(out, o.of(m))
	}
	return out
}

// json renders a value as JSON; text that is JSON already stays as it is.
func (o object) json(key string) string {
	v := o.get(key)
	if v == nil {
		return ""
	}
	if t, ok := v.(string); ok && json.Valid([]byte(t)) {
		return t
	}
	data, err := json.Marshal(v)
	if err != nil {
		o.wrong(key, "JSON")
	}
	return string(data)
}

func (o object) wrong(key, want string) {
	at := o.at
	if n := field(o.node, key); n != nil {
		at = n
	}
	o.fail(o.s.errorf(at, "%s must be %s, and is %s", key, want, fmt.Sprint(o.get(key))))
}
