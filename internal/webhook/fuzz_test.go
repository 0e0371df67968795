package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/webhook"
)

// FuzzParse holds the parser to its promises for any body: it never panics, it
// takes for JSON exactly what encoding/json takes, and what it lets through
// says the same to both.
func FuzzParse(f *testing.F) {
	for _, kind := range []string{"payment_intent.succeeded", "invoice.paid", "charge.dispute.created", "checkout.session.completed", "balance.available"} {
		for _, version := range events.Versions() {
			body, err := events.Sample(kind, version)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(body)
		}
	}
	for _, kind := range events.ThinTypes() {
		body, err := events.ThinSample(kind)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	for _, seed := range []string{
		minimal, ``, `{}`, `[]`, `null`, `{"id":"a","ID":"b"}`, `{"id":"a","id":"b"}`, "\xff", "{\"a\":\"\x00\"}",
		`{"\u0069d":"evt_1"}`, `{"a":"\ud800"}`, `[1,-0,0.5,1e+9,-1E-2,01]`, `{"a":[{},[],"",{"b":[]}]}`, `{"a":1,}`, `[,]`, `{"a"1}`, `{]`, `[}`,
		`{"data":{"object":{"payments":{"data":[{"payment":{"payment_intent":{"id":"pi"}}}]}}}}`,
		`{"data":{"object":{"parent":{"subscription_details":{"subscription":"s"}}}}}`,
		strings.Repeat(`{"a":[`, 50) + strings.Repeat(`]}`, 50), strings.Repeat("[", 10001), `tru`, `nul`, `-`, `"\u12`, `"\`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		facts, reason := webhook.Parse(body)
		valid := utf8.Valid(body) && json.Valid(body)
		broken := reason == webhook.InvalidUTF8 || reason == webhook.NotJSON || reason == webhook.TooDeep
		if valid == broken {
			t.Errorf("reason %q, encoding/json says valid=%v", reason, valid)
		}
		if reason == "" {
			agree(t, body, facts)
		}
	})
}
