package actiontest_test

import (
	"context"
	"testing"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestThinEventComesWithItsObject(t *testing.T) {
	for kind, want := range map[string]event.Facts{
		"v1.customer.subscription.past_due": {Type: "v1.customer.subscription.past_due", ObjectType: "subscription"},
		"v1.customer.subscription.deleted":  {Type: "customer.subscription.deleted", ObjectType: "subscription"},
	} {
		body, err := events.ThinSample(kind)
		if err != nil {
			t.Fatal(err)
		}
		r := actiontest.New(t, func(_ context.Context, e *action.Event[facts.Event]) error {
			if e.SentAs != kind || e.Type != want.Type || e.Object.Subscription == nil || e.Object.Subscription.Status != "past_due" {
				t.Errorf("%s: %+v", kind, e)
			}
			return nil
		})
		f, _ := webhook.Parse(body)
		d := r.PostThin(body, []byte(`{"id":"`+f.Object+`","object":"subscription","status":"past_due","livemode":false}`))
		if again := r.Deliver(d.Event); d.State != event.Done || again.Attempts != 1 {
			t.Errorf("%s: %s %s, %d attempts", kind, d.State, d.Error, again.Attempts)
		}
	}
}
