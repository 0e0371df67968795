package journal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// desk is the action with a Stripe of its own.
type desk struct {
	*actiontest.Rig
	stripe *fakestripe.API
	key    string
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{stripe: &fakestripe.API{}, key: `{"live":"rk_live_1","test":"rk_test_1"}`}
	srv := httptest.NewServer(d.stripe)
	t.Cleanup(srv.Close)
	client := &stripeapi.Client{Base: srv.URL, Now: time.Now, Secret: func(context.Context) (string, error) {
		if d.key == "" {
			return "", event.ErrNotConfigured
		}
		return d.key, nil
	}}
	p := &journal.Poster{Stripe: lookup.Stripe{Client: client}}
	d.Rig = actiontest.New(t, func(ctx context.Context, e *action.Event[facts.Event]) error { return p.Post(ctx, e) })
	p.Book.Rows = d.Store
	return d
}

// has puts objects into Stripe.
func (d *desk) has(t interface{ Fatal(...any) }, account string, objects ...string) {
	for _, o := range objects {
		if err := d.stripe.Put(account, json.RawMessage(o)); err != nil {
			t.Fatal(err)
		}
	}
}

const at = 1790000000

func txn(id, category, source string, amount, fee int64) string {
	return fmt.Sprintf(`{"id":%q,"object":"balance_transaction","amount":%d,"fee":%d,"net":%d,"currency":"eur","created":%d,"type":%q,"reporting_category":%q,"source":%q,"status":"available"}`,
		id, amount, fee, amount-fee, at, category, category, source)
}

// sent is an event about an object.
func sent(id, kind string, version facts.Version, object string) []byte {
	return stripetest.Event{
		ID: id, Type: kind, Version: version, Scope: event.Scope{Livemode: true}, Created: time.Unix(at, 0), Object: json.RawMessage(object),
	}.Body()
}

const (
	charge = `{"id":"ch_1","object":"charge","amount":1300,"amount_captured":1300,"captured":true,"currency":"usd","balance_transaction":"txn_1"}`
)

// lines is the journal as text: fact, then account and signed amount.
func (d *desk) lines(t interface {
	Fatal(...any)
	Context() context.Context
},
) map[string]string {
	all, sum := map[string]string{}, int64(0)
	for row, err := range d.Store.Scan(t.Context(), journal.Table) {
		var p journal.Posting
		if err != nil || json.Unmarshal(row.Data, &p) != nil {
			t.Fatal(err, row)
		}
		var text []string
		for _, e := range p.Entries {
			text = append(text, fmt.Sprintf("%s %+d", e.Account, e.Debit-e.Credit))
			sum += e.Debit - e.Credit
		}
		all[strings.TrimPrefix(row.Key, "live/own/transaction/")] = strings.Join(text, ", ")
	}
	if sum != 0 {
		t.Fatal("the books do not balance: ", sum)
	}
	return all
}

func (d *desk) wants(t *testing.T, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, d.lines(t)); diff != "" {
		t.Errorf("journal (-want +got):\n%s", diff)
	}
}

func TestAChargeIsPostedWithWhatTheCustomerSawAsAMemo(t *testing.T) {
	d := newDesk(t)
	d.has(t, "", txn("txn_1", "charge", "ch_1", 1200, 60))
	if got := d.Post(sent("evt_1", "charge.succeeded", stripetest.Older, charge)); got.State != event.Done || !strings.HasPrefix(got.Outcome, "posted txn_1: sales ") {
		t.Fatalf("delivery is %s: %s %s", got.State, got.Outcome, got.Error)
	}
	var p journal.Posting
	if !d.State(journal.Table, journal.Kind, "txn_1", &p) {
		t.Fatal("nothing is posted")
	}
	if p.Currency != "eur" || !p.Livemode || p.At.Unix() != at || p.Memo.Seen == nil || *p.Memo.Seen != (journal.Seen{Amount: 1300, Currency: "usd"}) {
		t.Errorf("posting is %+v, want the settlement's currency and time with 1300 usd seen", p)
	}
	d.wants(t, map[string]string{"txn_1": "stripe_balance +1140, sales -1200, fees +60"})
}

// An event of another version does not say what the customer saw.
func TestTheMemoKeepsWhatWasPresented(t *testing.T) {
	seen := strings.Replace(charge, `"object":"charge"`, `"object":"charge","presentment_details":{"presentment_amount":1100,"presentment_currency":"gbp"}`, 1)
	events := []string{charge, seen}
	for range events {
		events[0], events[1] = events[1], events[0]
		d := newDesk(t)
		d.has(t, "", txn("txn_1", "charge", "ch_1", 1200, 60))
		for i, body := range events {
			d.Post(sent(fmt.Sprint("evt_", i), "charge.updated", stripetest.Latest, body))
		}
		var p journal.Posting
		if !d.State(journal.Table, journal.Kind, "txn_1", &p) || *p.Memo.Seen != (journal.Seen{Amount: 1100, Currency: "gbp", Presented: true}) {
			t.Errorf("memo is %+v, want 1100 gbp", p.Memo.Seen)
		}
	}
}

func TestALateCaptureIsPostedWithItsUpdate(t *testing.T) {
	d := newDesk(t)
	d.has(t, "", txn("txn_1", "charge", "ch_1", 1200, 60))
	got := d.Post(sent("evt_1", "charge.succeeded", stripetest.Older, strings.ReplaceAll(charge, `"txn_1"`, `null`)))
	if got.State != event.Done || !strings.Contains(got.Outcome, "no balance transaction yet") {
		t.Fatalf("delivery is %s: %s", got.State, got.Outcome)
	}
	d.Post(sent("evt_2", "charge.updated", stripetest.Older, charge))
	d.wants(t, map[string]string{"txn_1": "stripe_balance +1140, sales -1200, fees +60"})
}

func TestADisputeWonIsPostedBothWaysWithItsFee(t *testing.T) {
	d := newDesk(t)
	d.has(t, "", txn("txn_2", "dispute", "dp_1", -1200, 1500), txn("txn_3", "dispute_reversal", "dp_1", 1200, 0))
	// Either as ids or whole, as the version has them.
	d.Post(sent("evt_1", "charge.dispute.funds_withdrawn", stripetest.Older, `{"id":"dp_1","object":"dispute","amount":1300,"currency":"usd","balance_transactions":[{"id":"txn_2","object":"balance_transaction"}]}`))
	d.Post(sent("evt_2", "charge.dispute.funds_reinstated", stripetest.Latest, `{"id":"dp_1","object":"dispute","amount":1300,"currency":"usd","balance_transactions":["txn_2","txn_3"]}`))
	d.wants(t, map[string]string{
		"txn_2": "stripe_balance -2700, disputes +1200, fees +1500",
		"txn_3": "stripe_balance +1200, disputes -1200",
	})
}

func TestFailuresArePostedToo(t *testing.T) {
	d := newDesk(t)
	d.has(t, "", txn("txn_1", "charge", "py_1", 1200, 60), txn("txn_2", "charge_failure", "py_1", -1200, 0),
		txn("txn_3", "refund", "re_1", -500, 0), txn("txn_4", "refund_failure", "re_1", 500, 0),
		txn("txn_5", "payout", "po_1", -640, 0), txn("txn_6", "payout_reversal", "po_1", 640, 0))
	d.Post(sent("evt_1", "charge.failed", stripetest.Older, `{"id":"py_1","object":"charge","amount":1200,"currency":"eur","balance_transaction":"txn_1","failure_balance_transaction":"txn_2"}`))
	d.Post(sent("evt_2", "refund.failed", stripetest.Latest, `{"id":"re_1","object":"refund","amount":500,"currency":"eur","balance_transaction":"txn_3","failure_balance_transaction":"txn_4"}`))
	d.Post(sent("evt_3", "payout.failed", stripetest.Latest, `{"id":"po_1","object":"payout","amount":640,"currency":"eur","status":"failed","balance_transaction":"txn_5","failure_balance_transaction":"txn_6"}`))
	d.wants(t, map[string]string{
		"txn_1": "stripe_balance +1140, sales -1200, fees +60", "txn_2": "stripe_balance -1200, sales +1200",
		"txn_3": "stripe_balance -500, refunds +500", "txn_4": "stripe_balance +500, refunds -500",
		"txn_5": "stripe_balance -640, bank +640", "txn_6": "stripe_balance +640, bank -640",
	})
	var p journal.Payout
	if !d.State(journal.PayoutTable, journal.PayoutKind, "po_1", &p) || p.Status != "failed" {
		t.Errorf("payout is %+v, want failed", p)
	}
}

func TestRefundsThatTheEventDoesNotNameAreListed(t *testing.T) {
	d := newDesk(t)
	d.has(t, "", txn("txn_1", "charge", "ch_1", 1300, 60), txn("txn_2", "refund", "re_1", -400, 0),
		`{"id":"re_1","object":"refund","charge":"ch_1","amount":400,"currency":"usd","status":"succeeded","balance_transaction":"txn_2"}`)
	d.Post(sent("evt_1", "charge.refunded", stripetest.Older, charge))
	d.wants(t, map[string]string{"txn_1": "stripe_balance +1240, sales -1300, fees +60", "txn_2": "stripe_balance -400, refunds +400"})
}

// Some events carry an empty list of refunds that calls itself complete.
func TestRefundsThatAnEmptyListHidesAreListed(t *testing.T) {
	d := newDesk(t)
	d.has(t, "", txn("txn_1", "charge", "ch_1", 1300, 60), txn("txn_2", "refund", "re_1", -400, 0),
		`{"id":"re_1","object":"refund","charge":"ch_1","amount":400,"currency":"usd","status":"succeeded","balance_transaction":"txn_2"}`)
	d.Post(sent("evt_1", "charge.refunded", stripetest.Older, strings.Replace(charge, `{`, `{"amount_refunded":400,"refunds":{"object":"list","data":[],"has_more":false},`, 1)))
	d.wants(t, map[string]string{"txn_1": "stripe_balance +1240, sales -1300, fees +60", "txn_2": "stripe_balance -400, refunds +400"})
}

func TestAnUncapturedChargeIsNoSale(t *testing.T) {
	d := newDesk(t)
	d.has(t, "", txn("txn_1", "charge", "ch_1", 1200, 60))
	held := strings.NewReplacer(`"captured":true`, `"captured":false,"status":"succeeded"`, `"amount_captured":1300`, `"amount_captured":0`).Replace(charge)
	for n, kind := range []string{"charge.succeeded", "charge.updated", "charge.expired"} {
		d.Post(sent(fmt.Sprint("evt_", n), kind, stripetest.Older, held))
	}
	d.wants(t, map[string]string{})
	d.Post(sent("evt_3", "charge.captured", stripetest.Older, held)) // the type beats the object
	d.wants(t, map[string]string{"txn_1": "stripe_balance +1140, sales -1200, fees +60"})
}

func TestAPayoutIsComparedWithWhatStripeSaysIsInIt(t *testing.T) {
	const payout = `{"id":"po_1","object":"payout","amount":1140,"currency":"eur","status":"in_transit","automatic":true,"created":1790000000,"balance_transaction":"txn_9"}`
	in := func(raw string) string { return strings.Replace(raw, `{`, `{"_payout":"po_1",`, 1) }
	d := newDesk(t)
	d.has(t, "", in(txn("txn_1", "charge", "ch_1", 1200, 60)), in(txn("txn_2", "fee", "", -20, 0)), in(txn("txn_9", "payout", "po_1", -1140, 0)))
	d.Post(sent("evt_1", "payout.created", stripetest.Latest, payout))
	got := d.Post(sent("evt_2", "payout.reconciliation_completed", stripetest.Latest, payout))
	if !strings.HasPrefix(got.Outcome, "does not reconcile") {
		t.Errorf("outcome is %q, want the difference of 20", got.Outcome)
	}
	d.wants(t, map[string]string{ // what was not posted yet is now
		"txn_1": "stripe_balance +1140, sales -1200, fees +60", "txn_2": "stripe_balance -20, fees +20", "txn_9": "stripe_balance -1140, bank +1140",
	})
	var p journal.Payout
	want := journal.Payout{Payout: "po_1", Scope: event.Scope{Livemode: true}, Currency: "eur", Amount: 1140, At: time.Unix(at, 0).UTC(), Automatic: true, Status: "in_transit", Settles: &journal.Settled{Transactions: 2, Net: 1120}}
	if d.State(journal.PayoutTable, journal.PayoutKind, "po_1", &p); !cmp.Equal(want, p) {
		t.Errorf("payout (-want +got):\n%s", cmp.Diff(want, p))
	}
}

func TestDeliveryWithoutKeyIsDoneAndPostedLater(t *testing.T) {
	d := newDesk(t)
	d.key = ""
	got := d.Post(sent("evt_1", "charge.succeeded", stripetest.Older, charge))
	if got.State != event.Done || !strings.Contains(got.Outcome, "no Stripe API key") || !strings.Contains(got.Outcome, "txn_1") {
		t.Errorf("delivery is %s: %q %q", got.State, got.Outcome, got.Error)
	}
	d.wants(t, map[string]string{})
}

func TestATransactionThatStripeDoesNotKnowIsNamedInTheOutcome(t *testing.T) {
	d := newDesk(t)
	got := d.Post(sent("evt_1", "charge.succeeded", stripetest.Older, charge))
	if got.State != event.Done || !strings.Contains(got.Outcome, "does not know txn_1") {
		t.Errorf("delivery is %s: %q %q", got.State, got.Outcome, got.Error)
	}
}

func TestAnAuditPostsNothingThatStripeDidNotKnow(t *testing.T) {
	d := newDesk(t)
	d.has(t, "", txn("txn_1", "charge", "ch_1", 1200, 60))
	refunded := strings.Replace(charge, `"balance_transaction"`, `"amount_refunded":300,"refunds":{"object":"list","has_more":false,"data":[{"id":"re_1","object":"refund","amount":300,"currency":"usd","charge":"ch_1","status":"succeeded","balance_transaction":"txn_2"}]},"balance_transaction"`, 1)
	got := d.Post(sent("evt_1", "charge.refunded", "2020-08-27", refunded))
	if !strings.Contains(got.Outcome, "posted txn_1") || !strings.Contains(got.Outcome, "does not know txn_2") {
		t.Fatalf("delivery is %s: %q %q", got.State, got.Outcome, got.Error)
	}
	d.has(t, "", txn("txn_2", "refund", "re_1", -300, 0))
	reply, err := d.Handler.Audit(t.Context(), delivery.AuditRequest{Events: []string{"evt_1"}})
	want := []delivery.AuditTouched{{Rows: [][2]string{{journal.Table, d.Scope.Key(journal.Kind, "txn_1")}}}}
	if diff := cmp.Diff(want, reply.Touched); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestOneIDInThreeScopesIsThreePostings(t *testing.T) {
	d := newDesk(t)
	d.has(t, "acct_1", txn("txn_1", "charge", "ch_1", 1300, 60))
	d.has(t, "", txn("txn_1", "charge", "ch_1", 500, 20))
	d.Post(sent("evt_0", "charge.succeeded", stripetest.Older, charge))
	d.Post([]byte(strings.Replace(string(sent("evt_1", "charge.succeeded", stripetest.Older, charge)), `"livemode"`, `"account":"acct_1","livemode"`, 1)))
	var p journal.Posting
	if d.State(journal.Table, journal.Kind, "txn_1", &p); p.Account != "acct_1" {
		t.Errorf("posting is %+v, want it in the books of acct_1", p)
	}
	d.Post([]byte(strings.Replace(string(sent("evt_2", "charge.succeeded", stripetest.Older, charge)), `"livemode":true`, `"livemode":false`, 1)))
	d.wants(t, map[string]string{
		"txn_1": "stripe_balance +480, sales -500, fees +20", "live/acct_1/transaction/txn_1": "stripe_balance +1240, sales -1300, fees +60",
		"test/own/transaction/txn_1": "stripe_balance +480, sales -500, fees +20",
	})
}

// month is a customer's story as each version reports it: paid, refunded in part,
// the refund failed, disputed and won, paid out.
func month(version facts.Version) (events [][]byte, objects []string) {
	objects = []string{
		txn("txn_1", "charge", "ch_1", 1200, 60), txn("txn_2", "refund", "re_1", -400, 0), txn("txn_3", "refund_failure", "re_1", 400, 0),
		txn("txn_4", "dispute", "dp_1", -1200, 1500), txn("txn_5", "dispute_reversal", "dp_1", 1200, -1500), txn("txn_6", "payout", "po_1", -1140, 0),
		`{"id":"re_1","object":"refund","charge":"ch_1","amount":400,"currency":"usd","status":"failed","balance_transaction":"txn_2","failure_balance_transaction":"txn_3"}`,
	}
	add := func(kind, object string) {
		events = append(events, sent(fmt.Sprintf("evt_%d", len(events)), kind, version, object))
	}
	refund := `{"id":"re_1","object":"refund","charge":"ch_1","amount":400,"currency":"usd","balance_transaction":"txn_2","failure_balance_transaction":"txn_3"}`
	add("charge.succeeded", strings.ReplaceAll(charge, `"txn_1"`, "null"))
	add("charge.updated", charge)
	add("charge.refunded", charge)
	if version == stripetest.Latest {
		add("refund.created", strings.ReplaceAll(refund, `"txn_3"`, "null"))
		add("refund.failed", refund)
		add("charge.dispute.funds_reinstated", `{"id":"dp_1","object":"dispute","amount":1300,"currency":"usd","balance_transactions":["txn_4","txn_5"]}`)
	} else {
		add("charge.refund.updated", refund)
		add("charge.dispute.funds_withdrawn", `{"id":"dp_1","object":"dispute","amount":1300,"currency":"usd","balance_transactions":[{"id":"txn_4"}]}`)
		add("charge.dispute.funds_reinstated", `{"id":"dp_1","object":"dispute","amount":1300,"currency":"usd","balance_transactions":[{"id":"txn_4"},{"id":"txn_5"}]}`)
	}
	payout := `{"id":"po_1","object":"payout","amount":1140,"currency":"eur","status":"%s","automatic":true,"created":1790000000,"balance_transaction":"txn_6"}`
	add("payout.created", fmt.Sprintf(payout, "pending"))
	add("payout.paid", fmt.Sprintf(payout, "paid"))
	return events, objects
}

// rows is all state, as it is stored.
func (d *desk) rows(t *rapid.T) map[string]string {
	all := map[string]string{}
	for _, table := range []string{journal.Table, journal.PayoutTable} {
		for row, err := range d.Store.Scan(t.Context(), table) {
			if err != nil {
				t.Fatal(err)
			}
			all[row.Key] = string(row.Data)
		}
	}
	return all
}

func TestBooksConvergeAndBalanceInBothVersions(t *testing.T) {
	var want map[string]string
	rapid.Check(t, func(r *rapid.T) {
		version := rapid.SampledFrom(stripetest.Versions).Draw(r, "version")
		events, objects := month(version)
		d := newDesk(t)
		d.has(r, "", objects...)
		order := rapid.Permutation(append(events, rapid.SliceOfN(rapid.SampledFrom(events), 0, 5).Draw(r, "repeats")...)).Draw(r, "order")
		for _, body := range order {
			if got := d.Post(body); got.State != event.Done {
				r.Fatalf("delivery is %s: %s", got.State, got.Error)
			}
			d.lines(r) // balances
		}
		got := d.rows(r)
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("version %s: %s", version, diff)
		}
	})
}

func TestEverySampleEventIsDoneWithoutAnError(t *testing.T) {
	d := newDesk(t)
	for name, body := range stripetest.Samples() {
		if err := d.stripe.PutEvents("", body); err != nil {
			t.Fatal(err)
		}
		if got := d.Post(body); got.State != event.Done || got.Error != "" {
			t.Errorf("%s: delivery is %s: %s", name, got.State, got.Error)
		}
	}
	d.lines(t)
}
