package dynamo

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// reader reads an item's attributes. An absent attribute is the zero value;
// the first one of the wrong type or form is named in err.
type reader struct {
	item item
	err  error
}

func (r *reader) wrong(name, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("attribute %s is not a valid %s: %w", name, want, event.ErrInvalid)
	}
}

func (r *reader) str(name string) string {
	switch v := r.item[name].(type) {
	case nil:
		return ""
	case *ddb.AttributeValueMemberS:
		return v.Value
	}
	r.wrong(name, "string")
	return ""
}

// need is str of an attribute that must be there.
func (r *reader) need(name string) string {
	s := r.str(name)
	if s == "" {
		r.wrong(name, "string with text")
	}
	return s
}

func (r *reader) bool(name string) bool {
	switch v := r.item[name].(type) {
	case nil:
		return false
	case *ddb.AttributeValueMemberBOOL:
		return v.Value
	}
	r.wrong(name, "boolean")
	return false
}

// int is nil for an absent attribute.
func (r *reader) int(name string) *int64 {
	switch v := r.item[name].(type) {
	case nil:
		return nil
	case *ddb.AttributeValueMemberN:
		if n, err := strconv.ParseInt(v.Value, 10, 64); err == nil {
			return &n
		}
	}
	r.wrong(name, "integer")
	return nil
}

// count is int with zero for an absent attribute.
func (r *reader) count(name string) int {
	if n := r.int(name); n != nil {
		return int(*n)
	}
	return 0
}

// json decodes a string of JSON into v.
func (r *reader) json(name string, v any) {
	if s := r.str(name); s != "" && json.Unmarshal([]byte(s), v) != nil {
		r.wrong(name, "JSON text")
	}
}

func (r *reader) bytes(name string) []byte {
	switch v := r.item[name].(type) {
	case nil:
		return nil
	case *ddb.AttributeValueMemberB:
		return v.Value
	}
	r.wrong(name, "binary")
	return nil
}

func (r *reader) set(name string) []string {
	switch v := r.item[name].(type) {
	case nil:
		return nil
	case *ddb.AttributeValueMemberSS:
		return slices.Sorted(slices.Values(v.Value))
	}
	r.wrong(name, "set of strings")
	return nil
}

func (r *reader) time(name, layout string) time.Time {
	s := r.str(name)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		r.wrong(name, "time")
	}
	return t
}

func (r *reader) expires() time.Time {
	if n := r.int("expires"); n != nil {
		return time.Unix(*n, 0).UTC()
	}
	return time.Time{}
}
