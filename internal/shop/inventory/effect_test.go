package inventory_test

import (
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestEffectNamesTheGoods(t *testing.T) {
	d := newDepot(t)
	d.has(t, "cs_1")
	d.has(t, "cs_2")
	session := func(id, kind, payment string) []byte {
		return stripetest.Event{ID: "evt_" + id + kind + payment, Type: "checkout.session." + kind, Scope: live, Object: stripetest.Object{
			"id": id, "object": "checkout.session", "mode": "payment", "payment_status": payment, "payment_intent": "pi_1",
		}}.Body()
	}
	intent := stripetest.Event{ID: "evt_pi", Type: "payment_intent.canceled", Scope: live, Object: stripetest.Object{"id": "pi_1", "object": "payment_intent"}}.Body()
	for _, c := range []struct {
		body []byte
		want string
	}{
		{session("cs_1", "completed", "unpaid"), "1 × price_cap, 2 × price_tee reserved"},
		{session("cs_1", "completed", "paid"), "1 × price_cap, 2 × price_tee sold"},
		{session("cs_1", "expired", "unpaid"), "stock stays as it is"},
		{session("cs_2", "expired", "unpaid"), "what cs_2 reserved is free again"},
		{intent, "goods of pi_1 free again"},
	} {
		if got := d.Post(c.body); got.State != event.Done || got.Outcome != c.want {
			t.Errorf("%s %q %s, want %q", got.State, got.Outcome, got.Error, c.want)
		}
	}
}
