package ingest_test

import (
	"strings"
	"testing"

	stripehook "github.com/stripe/stripe-go/v76/webhook"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/webhook"
)

// What is stored in stripe-go's own API version must be accepted by stripe-go
// as it is: under any header and any change of the body that we accept.
func TestWhatIsStoredStripeGoAcceptsToo(t *testing.T) {
	types, err := events.Types(events.Go)
	if err != nil {
		t.Fatal(err)
	}
	changes := []*strings.Replacer{
		strings.NewReplacer(),
		strings.NewReplacer(`"livemode": false`, `"livemode":false , "new_field" : [ {} ]`),
		strings.NewReplacer(`"object": "event"`, `"\u006fbject": "\u0065vent"`),
		strings.NewReplacer("\n", "\r\n\t"),
		strings.NewReplacer(`"created": 1`, `"created": 01`),
		strings.NewReplacer(`"type": "`, `"Type": "`),
		strings.NewReplacer(`"data": {`, `"data": {"Object":1,`),
	}
	accepted := 0
	for _, kind := range types {
		sample, err := events.Sample(kind, events.Go)
		if err != nil {
			t.Fatal(err)
		}
		for i, change := range changes {
			body := change.Replace(string(sample))
			r := newRig(t, "default=any")
			sign := webhook.Sign([]byte(body), signing, r.now)
			headers := []string{sign, sign + ",v0=00", "v1=zz," + sign, sign + ",", sign + "=", sign + "," + sign}
			if i > 0 {
				headers = headers[:1]
			}
			for _, h := range headers {
				if r.post(body, header(h)); r.line().Reason != "stored" && r.line().Reason != "duplicate" {
					continue
				}
				accepted++
				_, err := stripehook.ConstructEventWithOptions([]byte(body), h, signing, stripehook.ConstructEventOptions{IgnoreTolerance: true})
				if err != nil {
					t.Errorf("%s, change %d, header %q: we store it, stripe-go says %v", kind, i, h, err)
				}
			}
		}
	}
	if want := len(types) * 6; accepted != want {
		t.Errorf("%d accepted, want %d: the comparison compares too little or too much", accepted, want)
	}
}
