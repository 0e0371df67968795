package main

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/bus"
)

// What nobody may ever read again, but in the mail that it is for and in the
// signed bytes.
const (
	canaryMail = "canary@jenny.example"
	canaryCard = "4000056655665556"
	canaryKeys = "whsec_canary1 sk_live_canary2 rk_live_canary3"
)

var canary = regexp.MustCompile(`(?i)canary|4000[ -]?0566[ -]?5566[ -]?5556`)

// personal are the fields of Stripe's objects that may say anything.
var personal = regexp.MustCompile(`email|description|name|message|comment|note|memo|footer|phone|number|line1|customer_details|url`)

// filling is what others write into the fields of that kind.
type filling struct {
	text, mail string
	metadata   map[string]any
}

// into fills every such field, and adds some.
func (f filling) into(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = f.into(v[i])
		}
	case map[string]any:
		for key, field := range v {
			_, isText := field.(string)
			switch {
			case key == "metadata":
				v[key] = f.metadata
			case strings.Contains(key, "email") && (isText || field == nil):
				v[key] = f.mail
			case personal.MatchString(key) && (isText || field == nil):
				v[key] = f.text
			default:
				v[key] = f.into(field)
			}
		}
	}
	return v
}

// baited are the samples that some action wants, with canaries, and odd ones
// that no parser expects.
func (o *rig) baited() [][]byte {
	o.Helper()
	quoted := `"` + canaryMail + " " + canaryCard + " " + canaryKeys + `"`
	text := strings.Join([]string{canaryMail, canaryCard, "4000 0566 5566 5556", canaryKeys}, " ")
	f := filling{text, canaryMail, map[string]any{"note": text, canaryMail: canaryCard}}
	return append(o.filled(f), odd(quoted, canaryMail, canaryCard)...)
}

// filled are the samples that some action wants, with that in them.
func (o *rig) filled(f filling) (bodies [][]byte) {
	o.Helper()
	types, every, err := bus.Open(o.AWS, o.Stack, time.Now).Types(o.Context())
	if err != nil || every {
		o.Fatal(every, err)
	}
	known, err := events.Types(events.Latest)
	if err != nil {
		o.Fatal(err)
	}
	for _, kind := range types {
		if !slices.Contains(known, kind) {
			continue
		}
		sample, err := events.Sample(kind, events.Latest)
		if err == nil {
			_, sample, err = (events.Fresh{Now: time.Now(), Random: trigger.Random}).Event(sample)
		}
		var e map[string]any
		if err == nil {
			err = json.Unmarshal(sample, &e)
		}
		if err != nil {
			o.Fatal(err)
		}
		data := e["data"].(map[string]any) //nolint:forcetypeassert,errcheck // our own sample
		f.into(data)
		if o, ok := data["object"].(map[string]any); ok {
			o["receipt_email"], o["captured"], o["paid"] = f.mail, true, true
		}
		body, err := json.Marshal(e)
		if err != nil {
			o.Fatal(err)
		}
		bodies = append(bodies, body)
	}
	return bodies
}

// odd are signed bodies that fail somewhere on their way.
func odd(quoted, mail, card string) (bodies [][]byte) {
	for i, part := range []string{
		`"data":{"object":{"id":"` + card + `","object":"charge","currency":"` + mail + `","customer":{"id":"` + mail + `"}}}`,
		`"data":null,"note":` + quoted,
		`"data":{"object":` + quoted + `}`,
		`"data":{"object":{"id":` + quoted + `,"object":"charge","customer":` + quoted + `}}`,
		`"data":{"object":{"id":"ch_odd","object":"charge","amount":` + quoted + `,"captured":true}}`,
		`"data":{"object":{"id":"ch_odd","object":"charge","amount":` + card + `.5,"captured":true}}`,
		`"data":{"object":{"id":"ch_odd","object":"charge","created":` + quoted + `,"captured":` + quoted + `}}`,
		`"data":{"object":{"id":"ch_odd","object":"charge","currency":` + quoted + `,"amount":1,"amount_captured":1,"captured":true,"receipt_email":` + quoted + `}}`,
		`"data":{"object":{"id":"ch_odd","object":"charge"}},"data":{"object":` + quoted + `}`,
		`"data":{"object":{"id":"ch_odd","object":"charge","billing_details":` + quoted + `,"refunds":` + quoted + `,"payment_intent":{"id":` + quoted + `}}}`,
		`"data":{"object":{"id":"ch_odd","object":"charge"},"previous_attributes":` + quoted + `}`,
	} {
		for _, kind := range []string{"charge.succeeded", "customer.subscription.updated", "checkout.session.completed", "charge.dispute.created", "payout.paid"} {
			id := strings.ReplaceAll(kind, ".", "") + string(rune('a'+i))
			bodies = append(bodies, []byte(`{"id":"evt_`+id+`","object":"event","api_version":"`+events.Latest+`","created":`+unix(time.Now())+
				`,"livemode":false,"type":"`+kind+`",`+part+`}`))
		}
	}
	return append(bodies, []byte(quoted), []byte(`{"id":`+quoted), []byte("\xff"+quoted))
}
