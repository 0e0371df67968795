package facts

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

// rendered is the view of an object in an API version.
func rendered(t *testing.T, version, object string) Event {
	t.Helper()
	var e Event
	if err := e.DecodeEvent(event.Facts{APIVersion: version}, []byte(`{"data":{"object":`+object+`}}`)); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestChargeThatSucceededReadsTheSameInEveryVersion(t *testing.T) {
	for version, c := range map[string]struct{ object, want string }{
		"2015-02-18":       {`{"object":"charge","status":"succeeded","paid":true}`, "succeeded"},
		"2015-01-26":       {`{"object":"charge","status":"paid","paid":true}`, "succeeded"},
		"without a status": {`{"object":"charge","paid":true}`, "succeeded"},
		"failed":           {`{"object":"charge","paid":false,"failure_code":"card_declined"}`, "failed"},
		"neither":          {`{"object":"charge","paid":false}`, ""},
	} {
		if got := mustDecode(t, c.object).Charge.Status; got != c.want {
			t.Errorf("%s: status is %q, want %q", version, got, c.want)
		}
	}
}

func TestRefundsThatAreAnArrayAreTheWholeList(t *testing.T) {
	c := mustDecode(t, `{"object":"charge","id":"ch_1","refunds":[{"object":"refund","amount":400,"balance_transaction":"txn_1"}]}`).Charge
	if len(c.Refunds) != 1 || !c.RefundsComplete {
		t.Fatalf("refunds are %+v, complete %t, want the only one", c.Refunds, c.RefundsComplete)
	}
	if r := c.Refunds[0]; r.ID != "" || r.Amount != 400 || r.Status != "succeeded" || r.BalanceTransaction != "txn_1" {
		t.Errorf("refund is %+v, want 400 that succeeded, without an id", r)
	}
	if c := mustDecode(t, `{"object":"charge","refunds":[]}`).Charge; len(c.Refunds) != 0 || !c.RefundsComplete {
		t.Errorf("an empty array reads as %+v, complete %t", c.Refunds, c.RefundsComplete)
	}
	if _, err := decode(t, `{"object":"charge","refunds":[3]}`, ""); err == nil {
		t.Error("an array of numbers is read as refunds")
	}
}

func TestDisputeReadsTheSameInOldVersions(t *testing.T) {
	older := mustDecode(t, `{"object":"dispute","id":"dp_1","status":"lost","balance_transaction":"txn_1","evidence_due_by":100}`)
	newer := mustDecode(t, `{"object":"dispute","id":"dp_1","status":"lost","balance_transactions":["txn_1"],"evidence_details":{"due_by":100}}`)
	if diff := cmp.Diff(older, newer); diff != "" {
		t.Errorf("views differ (-older +newer):\n%s", diff)
	}
}

func TestDisputeOfARefundedChargeIsWonInOldVersionsAndEndsAnInquiryLater(t *testing.T) {
	for version, want := range map[string]string{"2014-11-05": "won", "2014-11-20": "charge_refunded", "2023-10-16": "charge_refunded"} {
		if got := rendered(t, version, `{"object":"dispute","id":"dp_1","status":"charge_refunded"}`).Dispute.Status; got != want {
			t.Errorf("%s: status is %q, want %q", version, got, want)
		}
	}
}

func TestFirstInvoiceOfASubscriptionIsKnownInEveryVersion(t *testing.T) {
	const start, later = 100, 200
	for _, c := range []struct {
		version, reason, subscription string
		end                           int
		want                          bool
	}{
		{"2023-10-16", "subscription_create", "sub_1", start, true},
		{"2023-10-16", "subscription_create", "", start, false},
		{"2023-10-16", "subscription_update", "sub_1", start, false},
		{"2023-10-16", "subscription_cycle", "sub_1", later, false},
		{"2018-09-24", "subscription_update", "sub_1", start, true},
		{"2018-09-24", "subscription_update", "sub_1", later, false},
		{"2018-02-28", "subscription", "sub_1", start, true},
		{"2018-02-28", "subscription", "sub_1", later, false},
		{"2018-02-28", "manual", "sub_1", start, false},
	} {
		e := rendered(t, c.version, fmt.Sprintf(`{"object":"invoice","id":"in_1","subscription":%q,"billing_reason":%q,"period_start":%d,"period_end":%d}`,
			c.subscription, c.reason, start, c.end))
		if got := e.BeginsSubscription(); got != c.want {
			t.Errorf("%+v: first is %t", c, got)
		}
	}
}

func TestInvoiceOfOldVersionsHasItsDate(t *testing.T) {
	if got := mustDecode(t, `{"object":"invoice","id":"in_1","date":100}`).Invoice.Created; got.Unix() != 100 {
		t.Errorf("created at %v, want second 100", got)
	}
}

func TestCardOfAChargeReadsTheSameInOldVersions(t *testing.T) {
	want := mustDecode(t, `{"object":"charge","id":"ch_1","payment_method_details":{"type":"card","card":{"brand":"visa","last4":"4242","fingerprint":"fp_1"}}}`)
	for _, object := range []string{
		`{"object":"charge","id":"ch_1","source":{"object":"card","id":"card_1","brand":"visa","last4":"4242","fingerprint":"fp_1"}}`,
		`{"object":"charge","id":"ch_1","card":{"object":"card","id":"card_1","brand":"visa","last4":"4242","fingerprint":"fp_1"}}`,
	} {
		if diff := cmp.Diff(want, mustDecode(t, object)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", object, diff)
		}
	}
	if c := mustDecode(t, `{"object":"charge","id":"ch_1","source":{"object":"source","id":"src_1","type":"ideal"}}`).Charge; c.Method != "" || c.Fingerprint != "" {
		t.Errorf("a source that is no card reads as %+v", c)
	}
}
