package facts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
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
	fields map[string]json.RawMessage
}

func (r *reader) object(path string, raw json.RawMessage) node {
	n := node{r: r, path: path}
	if !isNull(raw) && json.Unmarshal(raw, &n.fields) != nil {
		r.fail(path, "expected an object, got %s", kind(raw))
	}
	return n
}

func (n node) absent() bool           { return n.fields == nil }
func (n node) at(field string) string { return n.path + "." + field }
func (n node) has(field string) bool  { return !isNull(n.fields[field]) }
func (n node) in(field string) node   { return n.r.object(n.at(field), n.fields[field]) }
func (n node) flag(field string) bool { return read[bool](n, field, "true or false") }

func (n node) text(field string) string { return read[string](n, field, "a string") }

// expanded reads an object that Stripe may have sent as an id only; then it is
// absent.
func (n node) expanded(field string) node {
	if kind(n.fields[field]) == "a string" {
		return node{r: n.r, path: n.at(field)}
	}
	return n.in(field)
}

// id reads the id of an object that may be expanded.
func (n node) id(field string) string {
	if kind(n.fields[field]) != "an object" {
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
	raw := n.fields[field]
	if isNull(raw) {
		return 0
	}
	v, err := strconv.ParseInt(string(bytes.TrimSpace(raw)), 10, 64)
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
	return read[map[string]string](n, "metadata", "an object of strings")
}

// list reads the objects of a Stripe list ({"data": [...], "has_more": ...}), or
// of a plain array, as the versions before 2014-06-17 have it, which is
// the whole list. Members that are only ids are skipped. complete is true if
// the list is there and has no further page.
func (n node) list(field string) (members []node, complete bool) {
	if kind(n.fields[field]) == "an array" {
		return n.members(field), true
	}
	l := n.in(field)
	return l.members("data"), l.has("data") && !l.flag("has_more")
}

// members reads the objects of an array, without those that are only ids.
func (n node) members(field string) (members []node) {
	for i, raw := range read[[]json.RawMessage](n, field, "an array") {
		if kind(raw) != "a string" {
			members = append(members, n.r.object(fmt.Sprintf("%s[%d]", n.at(field), i), raw))
		}
	}
	return members
}

func read[T any](n node, field, want string) (v T) {
	if raw := n.fields[field]; !isNull(raw) && json.Unmarshal(raw, &v) != nil {
		n.r.fail(n.at(field), "expected %s, got %s", want, kind(raw))
	}
	return v
}

func isNull(raw json.RawMessage) bool {
	raw = bytes.TrimSpace(raw)
	return len(raw) == 0 || string(raw) == "null"
}

// kind names what is there without showing its value, which may be personal.
func kind(raw json.RawMessage) string {
	switch raw = bytes.TrimSpace(raw); {
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
func (n node) ids(field string) (ids []string) {
	for i, raw := range read[[]json.RawMessage](n, field, "an array") {
		member := node{r: n.r, path: n.path, fields: map[string]json.RawMessage{fmt.Sprintf("%s[%d]", field, i): raw}}
		ids = append(ids, member.id(fmt.Sprintf("%s[%d]", field, i)))
	}
	return ids
}
