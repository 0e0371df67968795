// Package ddb is DynamoDB's API as far as Tables calls it, with the names that the SDK has.
// The SDK's own types bring the shapes of all operations with them, which a process makes
// when it starts: a sixth of the CPU that a function needs for its first event.
package ddb

import (
	"encoding/json"

	smithyjson "github.com/aws/smithy-go/encoding/json"
)

// AttributeValue is one of the members below.
type AttributeValue interface {
	json.Marshaler
	encode(to smithyjson.Value)
}

// The kinds of values.
type (
	AttributeValueMemberS    struct{ Value string }
	AttributeValueMemberN    struct{ Value string }
	AttributeValueMemberB    struct{ Value []byte }
	AttributeValueMemberBOOL struct{ Value bool }
	AttributeValueMemberNULL struct{ Value bool }
	AttributeValueMemberSS   struct{ Value []string }
	AttributeValueMemberNS   struct{ Value []string }
	AttributeValueMemberBS   struct{ Value [][]byte }
	AttributeValueMemberL    struct{ Value []AttributeValue }
	AttributeValueMemberM    struct{ Value map[string]AttributeValue }
)

func one(to smithyjson.Value, kind string, write func(smithyjson.Value)) {
	o := to.Object()
	write(o.Key(kind))
	o.Close()
}

func (v *AttributeValueMemberS) encode(to smithyjson.Value) {
	one(to, "S", func(to smithyjson.Value) { to.String(v.Value) })
}

func (v *AttributeValueMemberN) encode(to smithyjson.Value) {
	one(to, "N", func(to smithyjson.Value) { to.String(v.Value) })
}

func (v *AttributeValueMemberB) encode(to smithyjson.Value) {
	one(to, "B", func(to smithyjson.Value) { to.Base64EncodeBytes(v.Value) })
}

func (v *AttributeValueMemberBOOL) encode(to smithyjson.Value) {
	one(to, "BOOL", func(to smithyjson.Value) { to.Boolean(v.Value) })
}

func (v *AttributeValueMemberNULL) encode(to smithyjson.Value) {
	one(to, "NULL", func(to smithyjson.Value) { to.Boolean(v.Value) })
}

func (v *AttributeValueMemberSS) encode(to smithyjson.Value) {
	one(to, "SS", list(v.Value, func(s string, to smithyjson.Value) { to.String(s) }))
}

func (v *AttributeValueMemberNS) encode(to smithyjson.Value) {
	one(to, "NS", list(v.Value, func(s string, to smithyjson.Value) { to.String(s) }))
}

func (v *AttributeValueMemberBS) encode(to smithyjson.Value) {
	one(to, "BS", list(v.Value, func(b []byte, to smithyjson.Value) { to.Base64EncodeBytes(b) }))
}

func (v *AttributeValueMemberL) encode(to smithyjson.Value) {
	one(to, "L", list(v.Value, encodeValue))
}

func (v *AttributeValueMemberM) encode(to smithyjson.Value) {
	one(to, "M", func(to smithyjson.Value) { encodeItem(v.Value, to) })
}

func text(v AttributeValue) ([]byte, error) {
	e := smithyjson.NewEncoder()
	v.encode(e.Value)
	return e.Bytes(), nil
}

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberS) MarshalJSON() ([]byte, error) { return text(v) }

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberN) MarshalJSON() ([]byte, error) { return text(v) }

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberB) MarshalJSON() ([]byte, error) { return text(v) }

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberBOOL) MarshalJSON() ([]byte, error) { return text(v) }

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberNULL) MarshalJSON() ([]byte, error) { return text(v) }

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberSS) MarshalJSON() ([]byte, error) { return text(v) }

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberNS) MarshalJSON() ([]byte, error) { return text(v) }

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberBS) MarshalJSON() ([]byte, error) { return text(v) }

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberL) MarshalJSON() ([]byte, error) { return text(v) }

// MarshalJSON implements json.Marshaler.
func (v *AttributeValueMemberM) MarshalJSON() ([]byte, error) { return text(v) }

func list[T any](all []T, encode func(T, smithyjson.Value)) func(smithyjson.Value) {
	return func(to smithyjson.Value) {
		a := to.Array()
		for _, v := range all {
			encode(v, a.Value())
		}
		a.Close()
	}
}

// encodeValue writes null for a value of a kind that is not known here, which DynamoDB
// refuses: an item is never written without a part of it.
func encodeValue(v AttributeValue, to smithyjson.Value) {
	if v == nil {
		to.Null()
		return
	}
	v.encode(to)
}

func encodeItem(it map[string]AttributeValue, to smithyjson.Value) {
	o := to.Object()
	for name, v := range it {
		encodeValue(v, o.Key(name))
	}
	o.Close()
}
