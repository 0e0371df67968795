package rawjson

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// decode builds what encoding/json decodes into an any, with UseNumber.
func decode(r *Reader) (v any) {
	object, list := map[string]any{}, []any{}
	switch r.peek() {
	case '{':
		r.Object(func(name []byte) {
			key := string(name)
			object[key] = decode(r)
		})
		return object
	case '[':
		r.Array(func() { list = append(list, decode(r)) })
		return list
	case '"':
		v, _ = r.Text()
		return v
	}
	switch raw := r.Raw(); string(raw) {
	case "true":
		return true
	case "false":
		return false
	case "null":
		return nil
	default:
		return json.Number(raw)
	}
}

var texts = []string{
	`{}`, `[]`, `""`, `0`, `-0.5e+3`, `true`, `null`, ` { "a" : [ 1 , "b" , { } ] , "c" : null } `, `"aaaaaaaaaaaaaa"`, `"aaaaaaaaa\n\"\\\/\b\f\r\t"`,
	`"\u00e9\ud83d\ude00\ud800"`, "\"\xff\xfe\"", `{"a":1,"a":2}`, `{"\u0061":1}`, "\"é\xe2\x80\xa8\"",
	``, ` `, `{`, `[`, `"`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `[1,]`, `[,1]`, `{,}`, `{"a" 1}`, `{"a":1 "b":2}`, `{a:1}`, `{1:2}`, `[1 2]`, `1 2`, `{}{}`, `{]`, `[}`,
	`01`, `-`, `1.`, `.5`, `1e`, `1e+`, `+1`, `1ee`, `1-`, `0x1`, `tru`, `truee`, `nul`, `"\x"`, `"\u12g4"`, `"\u12"`, `"\`, "\"\x01\"", "\"aaaaaaaaa\x00\"", "\x00", "1\x00", `"a`, "[1\x0b]", `{"a":1}]`, `[[`, `]`, `,`, `:`,
}

func FuzzReadsAsEncodingJSONDoes(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r := New(text)
		if r.pass(); r.OK() != json.Valid(text) {
			t.Fatalf("valid: %t, expected %t", r.OK(), json.Valid(text))
		}
		r = New(text)
		got := decode(r)
		if r.OK() != json.Valid(text) {
			t.Fatalf("valid when it is decoded: %t, expected %t", r.OK(), json.Valid(text))
		}
		if !r.OK() {
			return
		}
		var want any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%#v, expected %#v, %v", got, want, err)
		}
	})
}

func TestDepthIsBounded(t *testing.T) {
	for depth, ok := range map[int]bool{maxDepth: true, maxDepth + 1: false, 1e6: false} {
		text := []byte(strings.Repeat("[", depth) + strings.Repeat("]", depth))
		r := New(text)
		if r.pass(); r.OK() != ok || json.Valid(text) != ok {
			t.Errorf("%d levels: %t, encoding/json %t", depth, r.OK(), json.Valid(text))
		}
	}
}

func TestWhatIsNotReadIsPassed(t *testing.T) {
	r := New([]byte(`{"skip":{"b":[1,{"c":"}"}]},"no object":[1],"a":{"b":"x"},"raw": [ 1, 2 ] }`))
	var b string
	var raw json.RawMessage
	ok := r.Object(func(name []byte) {
		switch string(name) {
		case "no object":
			if r.Object(func([]byte) {}) {
				t.Error("an array is an object")
			}
		case "a":
			r.Object(func([]byte) { b, _ = r.Text() })
		case "raw":
			raw = r.Raw()
		}
	})
	if !ok || !r.OK() || b != "x" || string(raw) != "[ 1, 2 ]" {
		t.Errorf("%t %t %q %s", ok, r.OK(), b, raw)
	}
	if _, ok := Unquote([]byte(`1`)); ok {
		t.Error("a number is a text")
	}
}

func TestAStringIsFoundByItsPathLetterForLetter(t *testing.T) {
	const text = `{"a":{"b":"first","B":"other","b":"l\u0061st"},"a.b":"dotted","n":1,"l":["x"]}`
	for path, want := range map[string]string{"a b": "last", "a B": "other", "a.b": "dotted", "a c": "", "n": "", "n x": "", "A b": "", "l": "", "a": ""} {
		if got := At([]byte(text), strings.Fields(path)...); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if got := At([]byte(text+"}"), "a.b"); got != "" {
		t.Errorf("%q of what is not JSON", got)
	}
}
