package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/gateway"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

func printed(asJSON bool, lines ...string) string {
	var b bytes.Buffer
	p := newPrinter(&b, asJSON)
	p.now = func() time.Time { return time.Date(2026, 11, 22, 9, 8, 7, 0, time.Local) }
	for _, l := range lines {
		p.line(lambda.Line{Function: template.Function{Dir: "functions/act"}, Text: l})
	}
	return strings.TrimSpace(b.String())
}

func TestWhatFunctionsLogIsOneReadableLineWithoutColourOffATerminal(t *testing.T) {
	for line, want := range map[string]string{
		`{"message":"request","answer":200,"reason":"stored","type":"a.b","event":"evt_1","ms":3}`:              "09:08:07  act             200 stored        a.b  evt_1  3 ms",
		`{"message":"fanout","type":"a.b","event":"evt_1","wanted":"x,y"}`:                                      "09:08:07  act             published         a.b  evt_1  → x, y",
		`{"message":"fanout","type":"a.b","event":"evt_1","wanted":""}`:                                         "09:08:07  act             no subscriber     a.b  evt_1",
		`{"message":"delivery","state":"waiting","attempt":2,"type":"a.b","event":"evt_1","error":"throttled"}`: "09:08:07  act             waiting (try 2)   a.b  evt_1  throttled",
		`{"level":"WARN","message":"slow","table":"t"}`:                                                         "09:08:07  act             warn              slow  table=t",
		`plain words`:            "09:08:07  act             prints            plain words",
		`{"_aws":{},"stored":1}`: "",
	} {
		if got := printed(false, line); got != want {
			t.Errorf("%s\ngot  %q\nwant %q", line, got, want)
		}
	}
}

func TestWithJSONEveryLineIsOneObjectThatNamesItsFunction(t *testing.T) {
	for line := range strings.SplitSeq(printed(true, `{"message":"request","answer":200}`, `plain words`), "\n") {
		var v map[string]any
		if err := json.Unmarshal([]byte(line), &v); err != nil || v["function"] != "act" {
			t.Errorf("got %s: %v", line, err)
		}
	}
}

func TestWhatTheGatewayRefusesIsShown(t *testing.T) {
	var b bytes.Buffer
	newPrinter(&b, false).refused(gateway.Refusal{Method: "GET", Path: "/x", Status: 404, Reason: "no route"})
	if !strings.Contains(b.String(), "404") || !strings.Contains(b.String(), "GET /x: no route") {
		t.Errorf("got %s", b.String())
	}
}

func TestACommandLineThatCannotBeUnderstoodExitsWith2(t *testing.T) {
	for _, args := range [][]string{
		{"nonsense"}, {"local", "extra"}, {"local", "--what"}, {"events"}, {"events", "nonsense"}, {"events", "list", "--limit", "x"},
	} {
		root := rootCommand()
		root.SetArgs(args)
		root.SetOut(&bytes.Buffer{})
		if err := root.Execute(); err == nil || exitCode(err) != 2 {
			t.Errorf("%v: %v", args, err)
		}
	}
	if exitCode(errors.New("it failed")) != 1 {
		t.Error("a failure does not exit with 1")
	}
	t.Setenv("PORT", "many")
	if _, err := localConfig(); err == nil || exitCode(err) != 2 {
		t.Errorf("PORT=many: %v", err)
	}
}
