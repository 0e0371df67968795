package facts

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// reader remembers the first field that could not be read, so that the views
// can be written as plain lists of fields.
type reader struct{ err error }

func (r *reader) fail(path, format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...))
	}
}

// node is one JSON object of the payload and the way to it. The zero of every
// reading method stands for a field that is absent or null.
type node struct {
	r      *reader
	path   string
	fields []field // nil for no object; of several with one name the last counts
}

// field is one as it is written in the payload.
type field struct {
	name  []byte
	value json.RawMessage
}

func (r *reader) object(path string, raw json.RawMessage) node {
	n := node{r: r, path: path}
	if isNull(raw) {
		return n
	}
	n.fields = make([]field, 0, 16)
	text := rawjson.New(raw)
	if !text.Object(func(name []byte) { n.fields = append(n.fields, field{name, text.Raw()}) }) {
		r.fail(path, "expected an object, got %s", kind(raw))
		n.fields = nil
	}
	return n
}

// raw is the field's value as it is written, nil without.
func (n node) raw(name string) json.RawMessage {
	for i := len(n.fields) - 1; i >= 0; i-- {
		if string(n.fields[i].name) == name {
			return n.fields[i].value
		}
	}
	return nil
}

func (n node) absent() bool           { return n.fields == nil }
func (n node) at(field string) string { return n.path + "." + field }
func (n node) has(field string) bool  { return !isNull(n.raw(field)) }
func (n node) in(field string) node   { return n.r.object(n.at(field), n.raw(field)) }
func (n node) flag(field string) bool {
	switch raw := n.raw(field); string(raw) {
	case "", "null", "false":
		return false
	case "true":
		return true
	default:
		n.r.fail(n.at(field), "expected true or false, got %s", kind(raw))
		return false
	}
}

func (n node) text(field string) string {
	raw := n.raw(field)
	if isNull(raw) {
		return ""
	}
	text, ok := rawjson.Unquote(raw)
	if !ok {
		n.r.fail(n.at(field), "expected a string, got %s", kind(raw))
	}
	return text
}

// expanded reads an object that Stripe may have sent as an id only; then it is
// absent.
func (n node) expanded(field string) node {
	if kind(n.raw(field)) == "a string" {
		return node{r: n.r, path: n.at(field)}
	}
	return n.in(field)
}

// id reads the id of an object that may be expanded.
func (n node) id(field string) string {
	if kind(n.raw(field)) != "an object" {
		return n.text(field)
	}
	o := n.in(field)
	id := o.text("id")
	if id == "" { // the object is not what it says, and nothing must pass for it
		n.r.fail(o.at("id"), "expected a string, got none")
	}
	return id
}

func (n node) integer(field string) int64 {
	raw := n.raw(field)
	if isNull(raw) {
		return 0
	}
	v, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		n.r.fail(n.at(field), "expected an integer, got %s", kind(raw))
	}
	return v
}

// time reads Unix seconds; absent is the zero time.
func (n node) time(field string) time.Time {
	if s := n.integer(field); s != 0 {
		return time.Unix(s, 0).UTC()
	}
	return time.Time{}
}

// metadata reads a map of strings; Stripe has no other kind of metadata.
func (n node) metadata() map[string]string {
	raw := n.raw("metadata")
	if isNull(raw) {
		return nil
	}
	m, ok := map[string]string{}, true
	text := rawjson.New(raw)
	object := text.Object(func(name []byte) {
		value := text.Raw()
		one, is := rawjson.Unquote(value)
		m[string(name)], ok = one, ok && (is || isNull(value))
	})
	if !object || !ok {
		n.r.fail(n.at("metadata"), "expected an object of strings, got %s", kind(raw))
	}
	return m
}

// list reads the objects of a Stripe list ({"data": [...], "has_more": ...}), or
// of a plain array, as the versions before 2014-06-17 have it, which is
// the whole list. Members that are only ids are skipped. complete is true if
// the list is there and has no further page.
func (n node) list(field string) (members []node, complete bool) {
	if kind(n.raw(field)) == "an array" {
		return n.members(field), true
	}
	l := n.in(field)
	return l.members("data"), l.has("data") && !l.flag("has_more")
}

// members reads the objects of an array, without those that are only ids.
func (n node) members(field string) (members []node) {
	for i, raw := range n.elements(field) {
		if kind(raw) != "a string" {
			members = append(members, n.r.object(fmt.Sprintf("%s[%d]", n.at(field), i), raw))
		}
	}
	return members
}

// elements reads an array.
func (n node) elements(field string) (all []json.RawMessage) {
	raw := n.raw(field)
	if isNull(raw) {
		return nil
	}
	if text := rawjson.New(raw); !text.Array(func() { all = append(all, text.Raw()) }) {
		n.r.fail(n.at(field), "expected an array, got %s", kind(raw))
	}
	return all
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// kind names what is there without showing its value, which may be personal.
func kind(raw json.RawMessage) string {
	switch {
	case isNull(raw):
		return "null"
	case raw[0] == '{':
		return "an object"
	case raw[0] == '[':
		return "an array"
	case raw[0] == '"':
		return "a string"
	case raw[0] == 't', raw[0] == 'f':
		return "a boolean"
	default:
		return "another number"
	}
}

// ids reads an array of ids that may be expanded.
func (n node) ids(list string) (ids []string) {
	for i, raw := range n.elements(list) {
		name := fmt.Sprintf("%s[%d]", list, i)
		member := node{r: n.r, path: n.path, fields: []field{{[]byte(name), raw}}}
		ids = append(ids, member.id(name))
	}
	return ids
}
