package rawjson_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/local/rawjson"
)

func TestMembersAreThoseThatEncodingJSONReads(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"a":1}`, ` { "a" : {"b":[1,2]} , "c":null } `, `{"a":1,"a":2}`, `{"\u0061":"x\"y"}`, `{"a.b":{"*":1},"":2}`,
	} {
		v, err := rawjson.Read([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, rawjson.Members(v)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestAMemberIsFoundByItsPathLetterForLetter(t *testing.T) {
	v, err := rawjson.Read([]byte(`{"a":{"b":"first","B":"other","b":"last"},"a.b":"dotted","n":1}`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"a b": "last", "a B": "other", "a.b": "dotted", "a c": "", "n x": "", "A b": ""} {
		if got := rawjson.Member(v, strings.Fields(path)...).String(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestWhatIsNotJSONIsRefusedHoweverDeep(t *testing.T) {
	for _, text := range []string{"", "{", `{"a"}`, `{"a":1}}`, `[1,]`, strings.Repeat("[", 20<<20), strings.Repeat(`{"a":`, 1<<20)} {
		if _, err := rawjson.Read([]byte(text)); err == nil {
			t.Errorf("%.20q of %d bytes is taken", text, len(text))
		}
	}
}
