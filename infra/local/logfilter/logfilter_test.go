package logfilter_test

import (
	"testing"

	"github.com/payhooks/payhooks/infra/local/logfilter"
)

func TestFilterCountsWhatItsTermsSay(t *testing.T) {
	const errors = `{ $.type = "platform.report" && ($.record.status = "error" || $.record.status = "timeout") }`
	for _, c := range []struct {
		pattern, line string
		want          bool
	}{
		{`{ $.message = "request" }`, `{"message":"request"}`, true},
		{`{ $.message = "request" }`, `{"message":"request of another"}`, false},
		{`{ $.message = "request" }`, `{"error":"{\"message\":\"request\"}"}`, false},
		{`{ $.message = "request" }`, `{"message":{"message":"request"}}`, false},
		{`{ $.message = "request" }`, `message = "request"`, false},
		{`{ $.message = "request" }`, `[{"message":"request"}]`, false},
		{`{ $.answer >= 500 }`, `{"answer":500}`, true},
		{`{ $.answer >= 500 }`, `{"answer":499}`, false},
		{`{ $.answer > 500 }`, `{"answer":500}`, false},
		{`{ $.answer < 500 }`, `{"answer":499}`, true},
		{`{ $.answer <= 500 }`, `{"answer":501}`, false},
		{`{ $.answer = 500 }`, `{"answer":500}`, true},
		{`{ $.answer >= 500 }`, `{"answer":"500"}`, false},
		{`{ $.answer >= 500 }`, `{}`, false},
		{`{ $.signed IS TRUE }`, `{"signed":true}`, true},
		{`{ $.signed IS TRUE }`, `{"signed":"true"}`, false},
		{`{ $.signed IS FALSE }`, `{}`, false},
		{`{ $.a = "1" && $.b = "2" || $.c = "3" }`, `{"c":"3"}`, true},
		{`{ $.a = "1" && $.b = "2" || $.c = "3" }`, `{"a":"1"}`, false},
		{errors, `{"type":"platform.report","record":{"status":"timeout"}}`, true},
		{errors, `{"type":"platform.report","record":{"status":"success"}}`, false},
		{errors, `{"type":"platform.report"}`, false},
	} {
		p, err := logfilter.Parse(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if p.Matches(c.line) != c.want {
			t.Errorf("%s on %s: %t", c.pattern, c.line, !c.want)
		}
	}
}

func TestWhatIsNoFilterIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "ERROR", `"no_secret"`, `?request`, `[ip, user]`, `{}`, `{ $.a }`, `{ $.a = }`, `{ $.a = "x" `, `{ $.a = "x" } }`, `{ $.a = "x" && }`, `{ ($.a = "x" }`,
		`{ $.a != "x" }`, `{ $.a = "x*" }`, `{ $.a = x }`, `{ $.a > "x" }`, `{ $.a IS "x" }`, `{ $.a IS NULL }`, `{ $.a NOT EXISTS }`, `{ "x" = "x" }`, `{ $.a[0] = "x" }`, `{ = $.a "x" }`,
	} {
		if p, err := logfilter.Parse(text); err == nil {
			t.Errorf("%s was read as %v", text, p)
		}
	}
}
