// Package rawjson reads single members of JSON texts without decoding the rest: most of
// what passes through the local stack is handed on as it is.
package rawjson

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/tidwall/gjson"
)

// deepest is how deep encoding/json nests; gjson knows no limit.
const deepest = 10_000

var errInvalid = errors.New("it is not JSON")

// Read checks the whole text and returns its value.
func Read(text []byte) (gjson.Result, error) {
	valid := gjson.ValidBytes
	if bytes.Count(text, []byte("["))+bytes.Count(text, []byte("{")) > deepest {
		valid = json.Valid
	}
	if !valid(text) {
		return gjson.Result{}, errInvalid
	}
	return gjson.ParseBytes(text), nil
}

// Members are the members of an object by name; of one that comes twice the last, as
// encoding/json and the engine take it. Anything else has nil.
func Members(v gjson.Result) map[string]json.RawMessage {
	if !v.IsObject() {
		return nil
	}
	all := map[string]json.RawMessage{}
	v.ForEach(func(name, value gjson.Result) bool {
		all[name.String()] = json.RawMessage(value.Raw)
		return true
	})
	return all
}

// Member is the last member of that name of an object, letter for letter, at a path.
func Member(v gjson.Result, path ...string) (found gjson.Result) {
	for _, name := range path {
		of := v
		if v = (gjson.Result{}); !of.IsObject() {
			return v
		}
		of.ForEach(func(n, value gjson.Result) bool {
			if n.String() == name {
				v = value
			}
			return true
		})
	}
	return v
}
