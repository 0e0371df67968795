package dynamo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// Times sort as text.
const (
	seconds = "2006-01-02T15:04:05Z"
	millis  = "2006-01-02T15:04:05.000Z"
)

// item is a row as DynamoDB speaks of it.
type item map[string]types.AttributeValue

// set adds an attribute unless it says nothing.
func (it item) set(name, value string) {
	if value != "" {
		it[name] = str(value)
	}
}

// key adds an attribute that an index uses as its key, unless the index would
// refuse the whole item for it.
func (it item) key(name, value string) {
	if len(value) < keyLimit {
		it.set(name, value)
	}
}

// flag adds a boolean unless it is false.
func (it item) flag(name string, on bool) {
	if on {
		it[name] = &types.AttributeValueMemberBOOL{Value: true}
	}
}

func (it item) number(name string, n int64) {
	it[name] = &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
}

// expire sets the time to live; a zero time means never.
func (it item) expire(at time.Time) {
	if !at.IsZero() {
		it.number("expires", at.Unix())
	}
}

func format(t time.Time, layout string) string { return t.UTC().Format(layout) }

// size of the item by DynamoDB's rules: names and values, a number by its
// significant digits.
func (it item) size() int {
	n := 0
	for name, value := range it {
		n += len(name)
		switch v := value.(type) {
		case *types.AttributeValueMemberS:
			n += len(v.Value)
		case *types.AttributeValueMemberB:
			n += len(v.Value)
		case *types.AttributeValueMemberN:
			n += numberSize(v.Value)
		case *types.AttributeValueMemberBOOL:
			n++
		}
	}
	return n
}

func numberSize(s string) int {
	digits := strings.TrimPrefix(s, "-")
	n := 1 + len(s) - len(digits)
	return n + (len(strings.Trim(digits, "0"))+1)/2
}

// reader reads an item's attributes. An absent attribute is the zero value;
// one of the wrong type or form is remembered in err.
type reader struct {
	item item
	err  error
}

func (r *reader) wrong(name, want string) {
	if r.err == nil {
		r.err = fmt.Errorf("attribute %s is no %s: %w", name, want, event.ErrInvalid)
	}
}

func (r *reader) str(name string) string {
	switch v := r.item[name].(type) {
	case nil:
		return ""
	case *types.AttributeValueMemberS:
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
	case *types.AttributeValueMemberBOOL:
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
	case *types.AttributeValueMemberN:
		if n, err := strconv.ParseInt(v.Value, 10, 64); err == nil {
			return &n
		}
	}
	r.wrong(name, "integer")
	return nil
}

func (r *reader) bytes(name string) []byte {
	switch v := r.item[name].(type) {
	case nil:
		return nil
	case *types.AttributeValueMemberB:
		return v.Value
	}
	r.wrong(name, "binary")
	return nil
}

func (r *reader) set(name string) []string {
	switch v := r.item[name].(type) {
	case nil:
		return nil
	case *types.AttributeValueMemberSS:
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
