package pages_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/stripetest"
)

func TestAccessOfACustomerIsShownAndFound(t *testing.T) {
	s := open(t)
	e := stripetest.Event{Type: "customer.subscription.created", Scope: own, Created: time.Now().Add(-time.Hour), Object: stripetest.Object{
		"id": "sub_1", "object": "subscription", "status": "active", "customer": "cus_1",
		"items": stripetest.Object{"object": "list", "has_more": false, "data": []stripetest.Object{{"id": "si_1", "price": stripetest.Object{"id": "price_1", "product": "prod_Pro"}}}},
	}}.View()
	data, err := json.Marshal(access.Merge(access.Customer{}, "cus_1", e))
	if err == nil {
		err = s.desk.Memory.Write(t.Context(), event.Write{Table: access.Table, Key: own.Key(access.Kind, "cus_1"), Data: data})
	}
	if err != nil {
		t.Fatal(err)
	}
	s.wants("/state/access", "cus_1 prod_Pro yes live/own sub_1 is active")
	s.wants("/state/access/cus_1", "Access cus_1", "prod_Pro granted: sub_1 is active", "Its events are no longer stored.")
}
