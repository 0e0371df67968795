package pattern_test

import (
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/local/aws/pattern"
)

func TestPatternsMatchAsEventBridgeDocumentsThem(t *testing.T) {
	for _, c := range []struct {
		pattern, event string
		want           bool
	}{
		{`{"a":["x"]}`, `{"a":"x","b":1}`, true},
		{`{"a":["x"]}`, `{"a":"y"}`, false},
		{`{"a":["x"]}`, `{}`, false},
		{`{"a":["x","y"]}`, `{"a":["z","y"]}`, true},
		{`{"a":[null]}`, `{"a":null}`, true},
		{`{"a":[true]}`, `{"a":"true"}`, false},
		{`{"a":[300]}`, `{"a":3.0e2}`, true},
		{`{"a":[300]}`, `{"a":"300"}`, false},
		{`{"a":["x"],"b":["y"]}`, `{"a":"x"}`, false},
		{`{"a":{"b":["x"]}}`, `{"a":{"b":"x"}}`, true},
		{`{"a":{"b":["x"]}}`, `{"a":"x"}`, false},
		{`{"a":{"b":["x"],"c":["y"]}}`, `{"a":[{"b":"x","c":"y"}]}`, true},
		{`{"a":{"b":["x"],"c":["y"]}}`, `{"a":[{"b":"x"},{"c":"y"}]}`, false},
		{`{"a":[{"exists":true}]}`, `{"a":""}`, true},
		{`{"a":[{"exists":true}]}`, `{"a":{"b":1}}`, false},
		{`{"a":[{"exists":true}]}`, `{}`, false},
		{`{"a":[{"exists":false}]}`, `{}`, true},
		{`{"a":[{"exists":false}]}`, `{"a":"x"}`, false},
		{`{"a":{"b":[{"exists":false}]}}`, `{}`, true},
		{`{"a":{"b":[{"exists":false}]}}`, `{"a":{"b":1}}`, false},
		{`{"a":[{"exists":false},"me"]}`, `{"a":"me"}`, true},
		{`{"a":[{"exists":false},"me"]}`, `{"a":"you"}`, false},
		{`{"a":[{"prefix":"charge."}]}`, `{"a":"charge.failed"}`, true},
		{`{"a":[{"prefix":"charge."}]}`, `{"a":1}`, false},
		{`{"a":[{"suffix":".failed"}]}`, `{"a":"charge.failed"}`, true},
		{`{"a":[{"equals-ignore-case":"USD"}]}`, `{"a":"usd"}`, true},
		{`{"a":[{"anything-but":["x","y"]}]}`, `{"a":"z"}`, true},
		{`{"a":[{"anything-but":["x","y"]}]}`, `{"a":"y"}`, false},
		{`{"a":[{"anything-but":"x"}]}`, `{}`, false},
		{`{"a":[{"anything-but":{"prefix":"test_"}}]}`, `{"a":"live_1"}`, true},
		{`{"a":[{"anything-but":{"prefix":"test_"}}]}`, `{"a":"test_1"}`, false},
		{`{"a":[{"numeric":[">",0,"<=",5]}]}`, `{"a":5}`, true},
		{`{"a":[{"numeric":[">",0,"<=",5]}]}`, `{"a":5.01}`, false},
		{`{"a":[{"numeric":["=",10]}]}`, `{"a":"10"}`, false},
		{`{"a":[{"numeric":[">",0]}]}`, `{"a":1e999999999}`, false},
		{`{"dynamodb":{"NewImage":{"pending":{"S":[{"exists":true}]}}}}`, `{"dynamodb":{"NewImage":{"pending":{"S":"*"}}}}`, true},
		{`{"dynamodb":{"NewImage":{"pending":{"S":[{"exists":true}]}}}}`, `{"dynamodb":{"Keys":{}}}`, false},
		{`{"dynamodb":{"NewImage":{"pending":{"S":[{"anything-but":["fetched"]}]}}}}`, `{"dynamodb":{"NewImage":{"pending":{"S":"*"}}}}`, true},
		{`{"dynamodb":{"NewImage":{"pending":{"S":[{"anything-but":["fetched"]}]}}}}`, `{"dynamodb":{"NewImage":{"pending":{"S":"fetched"}}}}`, false},
		{`{"dynamodb":{"NewImage":{"pending":{"S":[{"anything-but":["fetched"]}]}}}}`, `{"dynamodb":{"NewImage":{}}}`, false},
	} {
		p, err := pattern.Parse(c.pattern)
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got, err := p.Match([]byte(c.event)); err != nil || got != c.want {
			t.Errorf("%s on %s: %v (%v), want %v", c.pattern, c.event, got, err, c.want)
		}
	}
}

func TestWhatIsNotUnderstoodIsRefusedByName(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":[{"wildcard":"x*"}]}`:           `.a: the operator "wildcard"`,
		`{"a":{"$or":[{"b":["x"]}]}}`:         "$or",
		`{"a":"x"}`:                           ".a: expected an object or an array",
		`{"a":[]}`:                            "empty array",
		`{"a":[["x"]]}`:                       "array within an array",
		`{"a":[{"numeric":["~",1]}]}`:         "no comparison",
		`{"a":[{"numeric":[">"]}]}`:           "pairs",
		`{"a":[{"exists":"yes"}]}`:            "true or false",
		`{"a":[{"prefix":"x","suffix":"y"}]}`: "one operator",
		`{}`:                                  "at least one field",
		`{"a":["x"]} {}`:                      "more than one",
	} {
		if _, err := pattern.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func FuzzMatchNeverPanics(f *testing.F) {
	f.Add(`{"a":[{"numeric":[">",0]}]}`, `{"a":[1,{"b":null}]}`)
	f.Add(`{"a":{"b":[{"exists":false}]}}`, `[{"a":[]}]`)
	f.Fuzz(func(_ *testing.T, text, event string) {
		if p, err := pattern.Parse(text); err == nil {
			_, _ = p.Match([]byte(event))
		}
	})
}

func TestRequiresOnlyWhatEveryMatchHas(t *testing.T) {
	p, err := pattern.Parse(`{"a":{"b":[{"exists":true}],"c":["x",{"exists":false}]},"d":["y"]}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path []string
		want bool
	}{
		{[]string{"a"}, true},
		{[]string{"a", "b"}, true},
		{[]string{"a", "c"}, false},
		{[]string{"a", "b", "z"}, false},
		{[]string{"d"}, true},
		{[]string{"z"}, false},
	} {
		if got := p.Requires(c.path...); got != c.want {
			t.Errorf("requires %q: %t", c.path, got)
		}
	}
}
