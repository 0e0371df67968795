package events_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
)

var now = time.Unix(1763856000, 0)

func counting() events.Fresh {
	n := 0
	return events.Fresh{Now: now, Random: func(length int) string {
		n++
		return fmt.Sprintf("%0*d", length, n)
	}}
}

func fresh(t *testing.T, f events.Fresh, kind, version string, overrides ...string) (string, map[string]any) {
	t.Helper()
	sample, err := events.Sample(kind, version)
	if err != nil {
		t.Fatal(err)
	}
	var all []events.Override
	for _, text := range overrides {
		o, err := events.ParseOverride(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	id, body, err := f.Event(sample, all...)
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(body, &e); err != nil || e["id"] != id {
		t.Fatalf("id %q: %v", id, err)
	}
	return string(body), e
}

func object(e map[string]any) map[string]any {
	o, _ := e["data"].(map[string]any)["object"].(map[string]any)
	return o
}

func TestFreshEventsShareNoIDs(t *testing.T) {
	f := counting()
	_, a := fresh(t, f, "charge.dispute.created", events.Go)
	_, b := fresh(t, f, "charge.dispute.created", events.Go)
	for _, key := range []string{"id", "charge"} {
		if object(a)[key] == object(b)[key] {
			t.Errorf("%s is %v twice", key, object(a)[key])
		}
	}
	if a["id"] == b["id"] || !strings.HasPrefix(a["id"].(string), "evt_") {
		t.Errorf("event ids %v and %v", a["id"], b["id"])
	}
}

func TestAnIDIsReplacedTheSameEverywhere(t *testing.T) {
	body, e := fresh(t, counting(), "payment_intent.succeeded", events.Latest)
	id := object(e)["id"].(string)
	if strings.Contains(body, "pi_1PgafyB7WZ01zgkWSjxsAJo3") || !strings.HasPrefix(id, "pi_0") {
		t.Errorf("the sample's id is left, or the new one is odd: %s", id)
	}
	if secret := object(e)["client_secret"].(string); !strings.HasPrefix(secret, id+"_secret_") {
		t.Errorf("client_secret %s of %s", secret, id)
	}
}

func TestWhatAShopSetsUpOnceKeepsItsID(t *testing.T) {
	_, e := fresh(t, counting(), "price.created", events.Go)
	if id := object(e)["id"]; id != "price_1OPouiJN5vQBdWExAQaqTooZ" {
		t.Errorf("price %v", id)
	}
	_, e = fresh(t, counting(), "payment_intent.succeeded", events.Go)
	if kind := object(e)["object"]; kind != "payment_intent" || object(e)["status"] != "succeeded" {
		t.Errorf("words were taken for ids: %v", kind)
	}
}

func TestTimesAreNowAndKeepTheirDistances(t *testing.T) {
	_, e := fresh(t, counting(), "customer.subscription.updated", events.Latest)
	if e["created"] != float64(now.Unix()) || object(e)["created"] != float64(now.Unix()) {
		t.Errorf("created %v, object's %v", e["created"], object(e)["created"])
	}
	_, e = fresh(t, counting(), "reserve.hold.created", events.Latest)
	if object(e)["amount"] != float64(1413853096) {
		t.Errorf("an amount was taken for a time: %v", object(e)["amount"])
	}
}

func TestOverrides(t *testing.T) {
	_, e := fresh(t, counting(), "charge.succeeded", events.Latest,
		"amount=500", "currency=jpy", "metadata.order_id=A-1", "event.livemode=true", "event.account=acct_1",
		"payment_intent=pi_1", `receipt_email="a@example.com"`, "data.object.paid=false", "billing_details.address.city=Oslo", "customer=null")
	o := object(e)
	for key, want := range map[string]any{"amount": 500.0, "currency": "jpy", "payment_intent": "pi_1", "receipt_email": "a@example.com", "paid": false, "customer": nil} {
		if o[key] != want {
			t.Errorf("%s = %v, want %v", key, o[key], want)
		}
	}
	if o["metadata"].(map[string]any)["order_id"] != "A-1" || e["livemode"] != true || e["account"] != "acct_1" {
		t.Errorf("metadata %v, livemode %v, account %v", o["metadata"], e["livemode"], e["account"])
	}
	_, e = fresh(t, counting(), "payment_intent.succeeded", events.Latest, "payment_method_types.0=ideal", "event.id=evt_mine")
	if types := object(e)["payment_method_types"].([]any); types[0] != "ideal" || e["id"] != "evt_mine" {
		t.Errorf("%v, %v", types, e["id"])
	}
}

func TestBadOverridesAreErrors(t *testing.T) {
	for _, bad := range []string{"", "amount", "=5", "event.=5", "a..b=5", "event=5"} {
		if _, err := events.ParseOverride(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	o, err := events.ParseOverride("payment_method_types.9=x")
	if err != nil {
		t.Fatal(err)
	}
	sample, err := events.Sample("payment_intent.succeeded", events.Latest)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := counting().Event(sample, o); err == nil {
		t.Error("a position that is not there")
	}
}

func TestEverySampleCanBeMadeFresh(t *testing.T) {
	f := counting()
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range types {
			if _, e := fresh(t, f, kind, version); e["type"] != kind || e["api_version"] != version {
				t.Errorf("%s %s became %v %v", version, kind, e["type"], e["api_version"])
			}
		}
	}
}
