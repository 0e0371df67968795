package printer

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/gateway"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

func printed(asJSON bool, lines ...string) string {
	var b bytes.Buffer
	p := New(&b, asJSON)
	p.now = func() time.Time { return time.Date(2026, 11, 22, 9, 8, 7, 0, time.Local) }
	for _, l := range lines {
		p.Line(lambda.Line{Function: template.Function{Dir: "functions/act"}, Text: l})
	}
	return strings.TrimSpace(b.String())
}

func TestLogLineIsReadableWithoutColourOffTerminal(t *testing.T) {
	for line, want := range map[string]string{
		`{"message":"request","answer":200,"reason":"stored","type":"a.b","event":"evt_1","ms":3}`:              "09:08:07  act             200 stored        a.b  evt_1  3 ms",
		`{"message":"fanout","type":"a.b","event":"evt_1","wanted":"x,y"}`:                                      "09:08:07  act             published         a.b  evt_1  → x, y",
		`{"message":"fanout","type":"a.b","event":"evt_1","wanted":""}`:                                         "09:08:07  act             no subscriber     a.b  evt_1",
		`{"message":"delivery","state":"waiting","attempt":2,"type":"a.b","event":"evt_1","error":"throttled"}`: "09:08:07  act             waiting (try 2)   a.b  evt_1  throttled",
		`{"level":"WARN","message":"slow","table":"t"}`:                                                         "09:08:07  act             warn              slow  table=t",
		`{"message":"redelivered","type":"a.b","event":"evt_1","action":"x"}`:                                   "09:08:07  act             sent again        a.b  evt_1  → x",
		`{"message":"access","id":"a=","route":"ANY /x","status":"200","ms":"8","error":"-"}`:                   "09:08:07  act             200               ANY /x  8 ms",
		`{"type":"platform.report","record":{"status":"success"}}`:                                              "",
		`{"type":"platform.start","record":{}}`:                                                                 "",
		`{"type":"platform.report","record":{"status":"timeout"}}`:                                              "09:08:07  act             timeout           the function was ended by Lambda",
		`{"type":"platform.report","record":{"status":"error","errorType":"Runtime.ExitError"}}`:                "09:08:07  act             error             Runtime.ExitError  the function was ended by Lambda",
		`plain words`:            "09:08:07  act             prints            plain words",
		`{"_aws":{},"stored":1}`: "",
	} {
		if got := printed(false, line); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", line, got, want)
		}
	}
}

func TestLineOfALogGroupHasItsTime(t *testing.T) {
	var b bytes.Buffer
	NewLog(&b, false).Logged(time.Date(2026, 11, 22, 9, 8, 7, 0, time.UTC), "act", `{"message":"due","time":"2020-01-01T00:00:00Z"}`)
	if !strings.HasPrefix(b.String(), "2026-11-22T09:08:07.000Z  act") {
		t.Errorf("got %s", b.String())
	}
}

func TestEveryJSONLineNamesItsFunction(t *testing.T) {
	for line := range strings.SplitSeq(printed(true, `{"message":"request","answer":200}`, `plain words`), "\n") {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil || v["function"] != "act" {
			t.Errorf("got %s: %v", line, err)
		}
	}
}

func TestRefusalOfTheGatewayIsShown(t *testing.T) {
	var b bytes.Buffer
	New(&b, false).Refused(gateway.Refusal{Method: "GET", Path: "/x", Status: 404, Reason: "no route"})
	if !strings.Contains(b.String(), "404") || !strings.Contains(b.String(), "GET /x: no route") {
		t.Errorf("got %s", b.String())
	}
}
