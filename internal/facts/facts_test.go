package facts

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

func decode(t *testing.T, object, previous string) (Event, error) {
	t.Helper()
	if previous == "" {
		previous = "null"
	}
	var e Event
	err := e.DecodeEvent(event.Facts{ID: "evt_1"}, []byte(`{"data":{"object":`+object+`,"previous_attributes":`+previous+`}}`))
	return e, err
}

func mustDecode(t *testing.T, object string) Event {
	t.Helper()
	e, err := decode(t, object, "")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func samples(t testing.TB) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"../../events/*.json", "../../events/2023-10-16/*.json"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, paths...)
	}
	if len(all) < 500 {
		t.Fatalf("found %d samples, want all of both API versions", len(all))
	}
	return all
}

func TestEverySampleOfBothVersionsIsRead(t *testing.T) {
	viewed := 0
	for _, path := range samples(t) {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var e Event
		if err := e.DecodeEvent(event.Facts{ID: path}, body); err != nil {
			t.Error(err)
		}
		if e.hasView() {
			viewed++
		}
	}
	if viewed < 110 {
		t.Errorf("%d samples have a view, want every payment, refund, dispute, review, warning, session, invoice and subscription", viewed)
	}
}

func (e Event) hasView() bool {
	return e.PaymentIntent != nil || e.Charge != nil || e.Refund != nil || e.Dispute != nil || e.Review != nil || e.Warning != nil ||
		e.Session != nil || e.Invoice != nil || e.InvoicePayment != nil || e.Subscription != nil || e.Entitlements != nil || e.Payout != nil
}

func TestBothVersionsOfAnObjectGiveTheSameView(t *testing.T) {
	for _, c := range []struct{ name, older, newer string }{
		{
			"subscription period",
			`{"object":"subscription","id":"sub_1","current_period_start":100,"current_period_end":200,"items":{"data":[{"id":"si_1","price":{"id":"price_1","product":"prod_1"},"quantity":2}]}}`,
			`{"object":"subscription","id":"sub_1","items":{"data":[{"id":"si_1","price":{"id":"price_1","product":{"id":"prod_1"}},"quantity":2,"current_period_start":100,"current_period_end":200}]}}`,
		},
		{
			"invoice's intent, charge and subscription",
			`{"object":"invoice","id":"in_1","payment_intent":"pi_1","charge":"ch_1","subscription":"sub_1","paid":true}`,
			`{"object":"invoice","id":"in_1","payments":{"data":[{"payment":{"type":"payment_intent","payment_intent":"pi_1","charge":"ch_1"}}]},"parent":{"type":"subscription_details","subscription_details":{"subscription":"sub_1"}}}`,
		},
		{
			"invoice of no subscription",
			`{"object":"invoice","id":"in_1","subscription":null}`,
			`{"object":"invoice","id":"in_1","parent":null}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(mustDecode(t, c.older), mustDecode(t, c.newer)); diff != "" {
				t.Errorf("views differ (-older +newer):\n%s", diff)
			}
		})
	}
}

func TestAnExpandedObjectReadsAsItsID(t *testing.T) {
	plain := mustDecode(t, `{"object":"charge","id":"ch_1","payment_intent":"pi_1","customer":"cus_1","balance_transaction":"txn_1","invoice":"in_1"}`)
	expanded := mustDecode(t, `{"object":"charge","id":"ch_1","payment_intent":{"id":"pi_1","object":"payment_intent"},"customer":{"id":"cus_1"},"balance_transaction":{"id":"txn_1"},"invoice":{"id":"in_1"}}`)
	if diff := cmp.Diff(plain, expanded); diff != "" {
		t.Errorf("views differ (-plain +expanded):\n%s", diff)
	}
}

func TestADisputeNamesItsBalanceTransactionsPlainOrExpanded(t *testing.T) {
	d := mustDecode(t, `{"object":"dispute","balance_transactions":["txn_1",{"id":"txn_2","amount":-5}],"evidence_details":{"due_by":100}}`).Dispute
	if diff := cmp.Diff([]string{"txn_1", "txn_2"}, d.BalanceTransactions); diff != "" {
		t.Error(diff)
	}
	if !d.DueBy.Equal(time.Unix(100, 0)) {
		t.Errorf("due by %v, want second 100", d.DueBy)
	}
}

func TestAChargeHeldWholeByItsIntentIsRead(t *testing.T) {
	for name, object := range map[string]string{
		"latest_charge expanded": `{"object":"payment_intent","id":"pi_1","latest_charge":{"object":"charge","id":"ch_1","amount":5}}`,
		"list of charges":        `{"object":"payment_intent","id":"pi_1","charges":{"data":[{"object":"charge","id":"ch_1","amount":5}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			if p := mustDecode(t, object).PaymentIntent; len(p.Charges) != 1 || p.Charges[0].ID != "ch_1" || p.Charges[0].Amount != 5 {
				t.Errorf("charges are %+v, want ch_1 of 5", p.Charges)
			}
		})
	}
	if p := mustDecode(t, `{"object":"payment_intent","id":"pi_1","latest_charge":"ch_1"}`).PaymentIntent; p.LatestCharge != "ch_1" || p.Charges != nil {
		t.Errorf("a plain latest_charge reads as %q with charges %v", p.LatestCharge, p.Charges)
	}
}

func TestRefundsOfAChargeAreCompleteOnlyIfTheListSaysSo(t *testing.T) {
	for object, complete := range map[string]bool{
		`{"object":"charge"}`:                                        false,
		`{"object":"charge","refunds":null}`:                         false,
		`{"object":"charge","refunds":{}}`:                           false,
		`{"object":"charge","refunds":{"data":[],"has_more":false}}`: true,
		`{"object":"charge","refunds":{"data":[{"object":"refund","id":"re_1","amount":1}],"has_more":true}}`: false,
	} {
		if c := mustDecode(t, object).Charge; c.RefundsComplete != complete {
			t.Errorf("%s: complete is %t, want %t", object, c.RefundsComplete, complete)
		}
	}
}

func TestAnErrorOfAPaymentHasOneDigestPerError(t *testing.T) {
	digest := func(e string) string {
		return mustDecode(t, `{"object":"payment_intent","last_payment_error":`+e+`}`).PaymentIntent.LastError.Digest
	}
	a, again, b := digest(`{"code":"card_declined","charge":"ch_1"}`), digest(`{"charge":{"id":"ch_1"},"code":"card_declined"}`), digest(`{"code":"card_declined","charge":"ch_2"}`)
	if a != again || a == b {
		t.Errorf("digests are %s, %s and %s, want the first two equal", a, again, b)
	}
}

func TestUnreadableFieldIsNamedWithoutItsValue(t *testing.T) {
	for _, c := range []struct{ object, field string }{
		{`{"object":"charge","amount":"secret"}`, "data.object.amount"},
		{`{"object":"charge","amount":12.5}`, "data.object.amount"},
		{`{"object":"charge","amount":99999999999999999999}`, "data.object.amount"},
		{`{"object":"charge","captured":"secret"}`, "data.object.captured"},
		{`{"object":"charge","billing_details":"secret"}`, "data.object.billing_details"},
		{`{"object":"charge","billing_details":{"email":{"secret":1}}}`, "data.object.billing_details.email"},
		{`{"object":"charge","refunds":{"data":[{},{"amount":"secret"}]}}`, "data.object.refunds.data[1].amount"},
		{`{"object":"charge","refunds":{"data":{"secret":1}}}`, "data.object.refunds.data"},
		{`{"object":"charge","metadata":{"order_id":7}}`, "data.object.metadata"},
		{`{"object":"charge","payment_intent":["secret"]}`, "data.object.payment_intent"},
		{`{"object":"charge","payment_intent":{"object":"payment_intent"}}`, "data.object.payment_intent.id"},
		{`{"object":"dispute","balance_transactions":[7]}`, "data.object.balance_transactions[0]"},
		{`{"object":"subscription","items":{"data":[{"price":7}]}}`, "data.object.items.data[0].price"},
		{`{"object":["charge"]}`, "data.object.object"},
		{`"secret"`, "data.object"},
		{`null`, "data.object"},
	} {
		_, err := decode(t, c.object, "")
		if !errors.Is(err, event.ErrInvalid) || !strings.Contains(err.Error(), " "+c.field+": ") {
			t.Errorf("%s: error is %v, want an invalid one that names %s", c.object, err, c.field)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error contains the value: %v", c.object, err)
		}
	}
}

func TestAnObjectOfAnotherTypeHasNoView(t *testing.T) {
	for _, object := range []string{`{"object":"payment_link","amount":"x"}`, `{}`, `{"object":null}`} {
		if e := mustDecode(t, object); e.hasView() {
			t.Errorf("%s has the view %+v, want none", object, e)
		}
	}
}

func TestWhatChangedIsTold(t *testing.T) {
	e, err := decode(t, `{"object":"charge","amount_refunded":300}`, `{"amount_refunded":100,"status":null,"receipt_email":"was"}`)
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := e.Previous.Int("amount_refunded"); v != 100 || !ok {
		t.Errorf("amount_refunded was %d, %t; want 100", v, ok)
	}
	if v, ok := e.Previous.Text("receipt_email"); v != "was" || !ok {
		t.Errorf("receipt_email was %q, %t", v, ok)
	}
	if _, ok := e.Previous.Text("status"); ok || !e.Previous.Has("status") || e.Previous.Has("amount") {
		t.Error("status changed from null, and amount did not change")
	}
}

func FuzzAnyObjectIsReadOrInvalid(f *testing.F) {
	for _, kind := range []string{"payment_intent", "charge", "refund", "dispute", "review", "checkout.session", "invoice", "invoice_payment", "subscription"} {
		body, err := json.Marshal(map[string]any{"data": map[string]any{"object": map[string]any{"object": kind, "id": "x", "items": map[string]any{"data": []any{nil, "x"}}}}})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var e Event
		if err := e.DecodeEvent(event.Facts{ID: "evt_1"}, body); err != nil && !errors.Is(err, event.ErrInvalid) {
			t.Errorf("error is %v, want an invalid one", err)
		}
	})
}

func TestBodyWithoutAnObjectIsInvalid(t *testing.T) {
	for _, body := range []string{
		``, `null`, `[]`, `{`, `{"data":{"object":{"object":"subscription"}}} {}`, `{"data":1}`, `{"data":{"object":null}}`,
		`{"data":{"object":null,"previous_attributes":{"status":"trialing"}}}`, `{"data":{"object":[1],"previous_attributes":{"status":"trialing"}}}`,
	} {
		var e Event
		if err := e.DecodeEvent(event.Facts{ID: "evt_1"}, []byte(body)); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%s: %v", body, err)
		}
	}
}
