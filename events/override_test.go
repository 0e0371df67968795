package events_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/payhooks/payhooks/events"
)

func TestOverrideOfMissingFieldIsFound(t *testing.T) {
	sample, err := events.Sample("charge.succeeded", events.Latest)
	if err != nil {
		t.Fatal(err)
	}
	for text, has := range map[string]bool{
		"amount=5": true, "data.object.amount=5": true, "event.livemode=true": true, "event.account=acct_1": true, "metadata.any=x": true,
		"billing_details.address.city=Oslo": true, "failure_code=x": true, "+amout=5": true,
		"amout=5": false, "data.objet.amount=5": false, "event.acount=acct_1": false, "payment_method_details.card.last5=1": false, "amount.cents=1": false, "account=x": false,
	} {
		o, err := events.ParseOverride(text)
		if err != nil {
			t.Fatal(err)
		}
		err = o.Check(sample)
		var none *events.NoField
		if errors.As(err, &none) == has || has && err != nil {
			t.Errorf("%s: %v, want a field: %t", text, err, has)
		}
		if none != nil && (!slices.Contains(none.Fields, "amount") || !slices.Contains(none.Fields, "event.livemode")) {
			t.Errorf("%s: the fields are %q", text, none.Fields)
		}
	}
}

func TestOverrideInListNeedsPositionThere(t *testing.T) {
	sample, err := events.Sample("payment_intent.succeeded", events.Latest)
	if err != nil {
		t.Fatal(err)
	}
	for text, has := range map[string]bool{"payment_method_types.0=x": true, "payment_method_types.9=x": false, "payment_method_types.first=x": false} {
		o, err := events.ParseOverride(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Check(sample); (err == nil) != has {
			t.Errorf("%s: %v", text, err)
		}
	}
}
