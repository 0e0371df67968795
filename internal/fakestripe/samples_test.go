package fakestripe_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

func sample(t *testing.T, kind, version string) members {
	t.Helper()
	body, err := events.Sample(kind, version)
	if err != nil {
		t.Fatal(err)
	}
	return parsed(t, body)
}

func TestSamplesAnswerForWhatWasNeverPut(t *testing.T) {
	s := start(t)
	charge := "/v1/charges/ch_1PgafuB7WZ01zgkWXYmPNZs8"
	snapshot := sample(t, "charge.succeeded", events.Latest)["id"].(string)
	thin, err := events.ThinSample("v1.invoice.paid")
	if err != nil {
		t.Fatal(err)
	}
	invoice := parsed(t, thin)["id"].(string)
	for path, says := range map[string]string{
		"/v1/events/" + snapshot:                                `"type": "charge.succeeded"`,
		"/v2/core/events/" + fakestripe.ThinID(snapshot, false): `"snapshot_event":"` + snapshot + `"`,
		"/v2/core/events/" + invoice:                            sample(t, "invoice.paid", events.Latest)["id"].(string),
		charge:                                                  `"object": "charge"`, "/v1/balance": `"object": "balance"`,
	} {
		for _, account := range []string{"", "acct_1PgafTB7WZ01zgkW"} {
			if a := s.get(path, "Stripe-Context", account); a.status != 200 || account == "" && !strings.Contains(a.raw, says) {
				t.Errorf("%s in %q: %d %.200s", path, account, a.status, a.raw)
			}
		}
		if a := s.get(path, "Authorization", "Bearer sk_live_1"); a.status != 404 {
			t.Errorf("%s in live mode: %d", path, a.status)
		}
	}
	if a := s.get("/v1/events/"+snapshot, "Stripe-Context", "acct_1"); parsed(t, []byte(a.raw))["account"] != "acct_1" {
		t.Errorf("a connected account's event: %.200s", a.raw)
	}
	for _, list := range []string{"/v1/events", "/v1/charges", "/v2/core/events"} {
		if a := s.get(list); a.status != 200 || len(a.body.Data) > 0 {
			t.Errorf("%s lists samples: %.200s", list, a.raw)
		}
	}
	s.put("acct_9", `{"id":"ch_1PgafuB7WZ01zgkWXYmPNZs8","object":"charge","livemode":false}`)
	if a := s.get(charge); a.status != 404 {
		t.Errorf("a sample answers for another account's object: %d", a.status)
	}
}

func TestSampleObjectIsThatOfItsNewestEvent(t *testing.T) {
	s := start(t)
	a := s.get("/v1/payment_intents/" + sample(t, "payment_intent.created", events.Latest)["data"].(map[string]any)["object"].(map[string]any)["id"].(string))
	newest := members{"created": 0.0}
	for _, kind := range []string{"amount_capturable_updated", "canceled", "created", "partially_funded", "payment_failed", "processing", "requires_action", "succeeded"} {
		if e := sample(t, "payment_intent."+kind, events.Latest); e["created"].(float64) > newest["created"].(float64) {
			newest = e
		}
	}
	if diff := cmp.Diff(newest["data"].(map[string]any)["object"], map[string]any(parsed(t, []byte(a.raw)))); diff != "" {
		t.Errorf("%s: %s", newest["type"], diff)
	}
}

func TestSampleObjectsHaveTheVersionThatIsAskedFor(t *testing.T) {
	s := start(t)
	path := "/v1/subscriptions/" + sample(t, "customer.subscription.updated", events.Go)["data"].(map[string]any)["object"].(map[string]any)["id"].(string)
	for version, old := range map[string]bool{events.Go: true, events.Latest: false, "": false, "2019-01-01": false} {
		a := s.get(path, "Stripe-Version", version)
		if _, has := parsed(t, []byte(a.raw))["current_period_end"]; has != old {
			t.Errorf("%q: %.100s", version, a.raw)
		}
	}
}
