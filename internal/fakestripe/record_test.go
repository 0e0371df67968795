package fakestripe_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/fakestripe"
)

func (s *server) record(kind, object string) {
	s.t.Helper()
	if err := s.api.Record([]byte(`{"id":"evt_1","object":"event","api_version":"2026-08-26.dahlia","type":"` + kind + `","created":50,"livemode":false,"data":{"object":` + object + `}}`)); err != nil {
		s.t.Fatal(err)
	}
}

func TestBalanceTransactionsOfASignedEventAreRecorded(t *testing.T) {
	s := start(t)
	s.record("charge.succeeded", `{"id":"ch_1","object":"charge","amount":1000,"amount_captured":1000,"captured":true,"currency":"eur","created":7,"livemode":false,"balance_transaction":"txn_1"}`)
	s.record("charge.captured", `{"id":"ch_2","object":"charge","amount":500,"amount_captured":0,"captured":false,"currency":"eur","created":8,"livemode":false,"balance_transaction":"txn_2"}`)
	s.record("charge.succeeded", `{"id":"ch_3","object":"charge","amount":500,"amount_captured":0,"captured":false,"currency":"eur","created":8,"livemode":false,"balance_transaction":"txn_held"}`)
	s.record("refund.failed", `{"id":"re_1","object":"refund","charge":"ch_1","amount":400,"currency":"eur","created":9,"balance_transaction":"txn_3","failure_balance_transaction":"txn_4"}`)
	s.record("payout.failed", `{"id":"po_1","object":"payout","amount":300,"currency":"eur","created":10,"livemode":false,"balance_transaction":"txn_5","failure_balance_transaction":"txn_6"}`)
	s.record("charge.dispute.closed", `{"id":"dp_1","object":"dispute","charge":"ch_1","amount":1000,"currency":"eur","created":11,"livemode":false,"balance_transactions":["txn_7",{"id":"txn_8","object":"balance_transaction","amount":1100,"fee":0,"net":1100,"currency":"usd","created":12}]}`)
	for id, want := range map[string]string{
		"txn_1": `"amount":1000 "fee":59 "source":"ch_1" "created":7`, "txn_2": `"amount":500 "fee":44`,
		"txn_3": `"amount":-400 "reporting_category":"refund" "created":9`, "txn_4": `"amount":400 "reporting_category":"refund_failure" "created":50`,
		"txn_5": `"amount":-300 "reporting_category":"payout"`, "txn_6": `"amount":300 "reporting_category":"payout_reversal"`,
		"txn_7": `"amount":-1000 "fee":1500 "reporting_category":"dispute"`, "txn_8": `"amount":1100 "currency":"usd"`,
	} {
		a := s.get("/v1/balance_transactions/" + id)
		for _, piece := range strings.Fields(want) {
			if !strings.Contains(a.raw, piece) {
				t.Errorf("%s is %s, want %s", id, a.raw, piece)
			}
		}
	}
	if a := s.get("/v1/balance_transactions/txn_held"); a.status != 404 {
		t.Error("an authorisation is on the balance:", a.raw)
	}
	if diff := cmp.Diff([]string{"re_1"}, s.ids("/v1/refunds?charge=ch_1")); diff != "" {
		t.Error(diff)
	}
	live := s.ids("/v1/balance_transactions", "Authorization", "Bearer rk_live_1")
	if all := s.ids("/v1/balance_transactions"); len(all) != 8 || len(live) != 0 {
		t.Errorf("test mode has %v, live mode %v, want all 8 of the events in test mode", all, live)
	}
}

func TestPutObjectsPrecedeRecordedOnesAndFirstRecordedStays(t *testing.T) {
	s := start(t)
	charge := func(captured, txn string) string {
		return `{"id":"ch_1","object":"charge","amount":1000,"amount_captured":` + captured + `,"captured":true,"currency":"eur","created":7,"balance_transaction":"` + txn + `"}`
	}
	s.put("", `{"id":"txn_1","object":"balance_transaction","amount":1,"livemode":false}`)
	s.record("charge.captured", charge("1000", "txn_1"))
	s.record("charge.captured", charge("300", "txn_2"))
	s.record("charge.captured", charge("500", "txn_2"))
	for id, want := range map[string]string{"txn_1": `"amount":1,`, "txn_2": `"amount":300,`} {
		if a := s.get("/v1/balance_transactions/" + id); !strings.Contains(a.raw, want) {
			t.Errorf("%s is %s, want %s", id, a.raw, want)
		}
	}
}

func TestRefundsOfVersionsThatReportSomeAreNotListed(t *testing.T) {
	s := start(t)
	err := s.api.Record([]byte(`{"type":"charge.refund.updated","api_version":"2023-10-16","created":50,"data":{"object":{"id":"re_1","object":"refund","charge":"ch_1","amount":400,"currency":"eur","balance_transaction":"txn_1"}}}`))
	if got := s.ids("/v1/refunds?charge=ch_1"); err != nil || len(got) > 0 {
		t.Errorf("listed %v, %v, want none: others are not known", got, err)
	}
	if got := s.ids("/v1/balance_transactions"); len(got) != 1 {
		t.Errorf("transactions are %v, want that of the refund", got)
	}
}

func TestNewestStateOfCustomerIsRecorded(t *testing.T) {
	s := start(t)
	customer := func(at, email string) {
		if err := s.api.Record([]byte(`{"type":"customer.updated","created":` + at + `,"data":{"object":{"id":"cus_1","object":"customer","email":"` + email + `","livemode":false}}}`)); err != nil {
			t.Fatal(err)
		}
	}
	customer("50", "new@example.com")
	customer("40", "old@example.com")
	if a := s.get("/v1/customers/cus_1"); !strings.Contains(a.raw, "new@example.com") {
		t.Error(a.raw)
	}
}

func TestLineItemsInASessionAreRecorded(t *testing.T) {
	s := start(t)
	s.record("checkout.session.completed", `{"id":"cs_1","object":"checkout.session","amount_total":100,"line_items":{"object":"list","data":[{"quantity":2,"price":{"id":"price_tee"}},{"id":"li_9","quantity":1,"price":{"id":"price_cap"}}]}}`)
	s.record("checkout.session.completed", `{"id":"cs_2","object":"checkout.session","amount_total":100}`)
	for session, want := range map[string][]string{"cs_1": {"li_0_cs_1", "li_9"}, "cs_2": {"li_2"}} {
		if diff := cmp.Diff(want, s.ids("/v1/checkout/sessions/"+session+"/line_items")); diff != "" {
			t.Errorf("%s: %s", session, diff)
		}
	}
}

func TestRecordedObjectsAreSavedAndLoaded(t *testing.T) {
	s := start(t)
	var saved []fakestripe.Object
	s.api.Save = func(all []fakestripe.Object) error { saved = append(saved, all...); return nil }
	s.record("refund.created", `{"id":"re_1","object":"refund","charge":"ch_1","amount":400,"currency":"eur","created":9,"balance_transaction":"txn_3"}`)
	again := start(t)
	if err := again.api.Load(saved); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/refunds?charge=ch_1", "/v1/balance_transactions"} {
		if got := again.ids(path); len(got) != 1 {
			t.Errorf("%s has %v after a restart", path, got)
		}
	}
}

func TestSignedThinEventHoldsNoObject(t *testing.T) {
	s := start(t)
	if err := s.api.Record([]byte(`{"id":"evt_test_65a","object":"v2.core.event","type":"v1.charge.succeeded","created":"2026-11-22T12:00:00.000Z"}`)); err != nil {
		t.Fatal(err)
	}
}
