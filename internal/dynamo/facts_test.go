package dynamo_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
)

func stored() event.Stored {
	amount := int64(-5)
	return event.Stored{Pending: true, Subscribers: []string{"a"}, Event: event.Event{Facts: event.Facts{
		ID: "evt_1", Type: "charge.refunded", Created: time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC),
		Scope: event.Scope{Account: "acct_1", Livemode: true}, APIVersion: "2023-10-16", Endpoint: "default", Object: "ch_1", ObjectType: "charge", Subject: "pi_1",
		Customer: "cus_1", Amount: &amount, Currency: "usd", Status: "succeeded", Received: time.Date(2026, 11, 22, 1, 2, 4, 5e6, time.UTC),
	}}}
}

func TestAPendingEventIsReadFromItsImage(t *testing.T) {
	thin, fetched := stored(), stored()
	thin.SentAs, thin.ByFetch, thin.ToFetch = "v1.charge.refunded", true, true
	fetched.SentAs, fetched.ByFetch, fetched.FetchedAt = thin.SentAs, true, thin.Received.Add(time.Second)
	for name, want := range map[string]event.Stored{"snapshot": stored(), "thin": thin, "fetched": fetched} {
		got, err := dynamo.FromImage(dynamo.NewImage(want))
		want.Subscribers = nil
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestImageWithAWrongOrMissingAttributeIsInvalid(t *testing.T) {
	wrong := map[string]events.DynamoDBAttributeValue{
		"number": events.NewNumberAttribute("1.5"), "text": events.NewStringAttribute("x"), "null": events.NewNullAttribute(),
		"binary": events.NewBinaryAttribute([]byte("x")), "list": events.NewListAttribute(nil), "map": events.NewMapAttribute(nil),
		"set": events.NewStringSetAttribute([]string{"x"}), "nothing": {},
	}
	for name := range dynamo.NewImage(stored()) {
		for kind, value := range wrong {
			image := dynamo.NewImage(stored())
			image[name] = value
			_, err := dynamo.FromImage(image)
			text := value.DataType() == events.DataTypeString && name != "created" && name != "received" && name != "livemode" && name != "amount"
			if name == "wanted" || text {
				continue
			}
			if !errors.Is(err, event.ErrInvalid) {
				t.Errorf("%s as %s: error is %v", name, kind, err)
			}
		}
	}
	for _, name := range []string{"id", "type", "created", "pending"} {
		image := dynamo.NewImage(stored())
		delete(image, name)
		if _, err := dynamo.FromImage(image); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("without %s: error is %v", name, err)
		}
	}
	if _, err := dynamo.FromImage(nil); !errors.Is(err, event.ErrInvalid) {
		t.Errorf("no image: error is %v", err)
	}
}
