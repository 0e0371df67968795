package dynamo

import (
	"strconv"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// Times sort as text.
const (
	seconds = "2006-01-02T15:04:05Z"
	millis  = "2006-01-02T15:04:05.000Z"
)

// item is a row in the terms of DynamoDB.
type item map[string]ddb.AttributeValue

// set adds an attribute unless it is empty.
func (it item) set(name, value string) {
	if value != "" {
		it[name] = str(value)
	}
}

// at adds a time unless it is zero.
func (it item) at(name string, t time.Time) {
	if !t.IsZero() {
		it[name] = str(format(t, millis))
	}
}

// count adds a number unless it is zero.
func (it item) count(name string, n int) {
	if n != 0 {
		it.number(name, int64(n))
	}
}

// flag adds a boolean unless it is false.
func (it item) flag(name string, on bool) {
	if on {
		it[name] = yes
	}
}

func (it item) number(name string, n int64) {
	it[name] = num(strconv.FormatInt(n, 10))
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
		case *ddb.AttributeValueMemberS:
			n += len(v.Value)
		case *ddb.AttributeValueMemberB:
			n += len(v.Value)
		case *ddb.AttributeValueMemberN:
			n += numberSize(v.Value)
		case *ddb.AttributeValueMemberBOOL:
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
