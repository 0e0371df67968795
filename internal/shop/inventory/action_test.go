package inventory_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
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
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// depot is the action with a Stripe of its own.
type depot struct {
	*actiontest.Rig
	stripe  *fakestripe.API
	key     string
	restock bool
}

func newDepot(t testing.TB) *depot {
	t.Helper()
	d := &depot{stripe: &fakestripe.API{}, key: `{"live":"rk_live_1","test":"rk_test_1"}`}
	srv := httptest.NewServer(d.stripe)
	t.Cleanup(srv.Close)
	client := &stripeapi.Client{Base: srv.URL, Now: func() time.Time { return d.Now }, Secret: func(context.Context) (string, error) {
		if d.key == "" {
			return "", event.ErrNotConfigured
		}
		return d.key, nil
	}}
	d.Rig = actiontest.New(t, func(ctx context.Context, e *action.Event[facts.Event]) error {
		return inventory.Keeper{Stripe: lookup.Stripe{Client: client}}.Adjust(ctx, e)
	})
	return d
}

// live is the scope of the tests' events.
var live = event.Scope{Livemode: true}

const (
	at = 1790000000
)

// has puts a session of two tees and a cap into Stripe.
func (d *depot) has(t testing.TB, session string) {
	t.Helper()
	err := d.stripe.Put("",
		json.RawMessage(fmt.Sprintf(`{"id":%q,"object":"checkout.session","livemode":true}`, session)),
		json.RawMessage(fmt.Sprintf(`{"id":"li_1%s","object":"item","_session":%q,"quantity":2,"price":{"id":"price_tee","object":"price","type":"one_time"}}`, session, session)),
		json.RawMessage(fmt.Sprintf(`{"id":"li_2%s","object":"item","_session":%q,"quantity":1,"price":{"id":"price_cap","object":"price","type":"one_time"}}`, session, session)))
	if err != nil {
		t.Fatal(err)
	}
}

// posted is an event about an object.
func posted(id, kind string, version facts.Version, object string) []byte {
	return stripetest.Event{
		ID: id, Type: kind, Version: version, Scope: live, Created: time.Unix(at, 0), Object: json.RawMessage(object),
	}.Body()
}

func session(id, kind string, version facts.Version, status string) []byte {
	return posted("evt_"+id+"_"+kind, "checkout.session."+kind, version,
		fmt.Sprintf(`{"id":%q,"object":"checkout.session","mode":"payment","payment_status":%q,"payment_intent":"pi_%s"}`, id, status, id))
}

// levels is on hand, reserved and back-ordered of each item.
func (d *depot) levels(t interface {
	Fatal(...any)
	Context() context.Context
},
) map[string][3]int64 {
	ls, err := inventory.Levels(t.Context(), d.Store, inventory.Settings{Restock: d.restock})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][3]int64{}
	for _, l := range ls {
		all[strings.TrimPrefix(l.Text()+"/"+l.Item, "live/own/")] = [3]int64{l.OnHand, l.Reserved, l.BackOrdered}
	}
	return all
}

func (d *depot) wants(t *testing.T, tee, caps [3]int64) {
	t.Helper()
	if diff := cmp.Diff(map[string][3]int64{"price_tee": tee, "price_cap": caps}, d.levels(t)); diff != "" {
		t.Errorf("on hand, reserved, back-ordered (-want +got):\n%s", diff)
	}
}

func (d *depot) supply(t *testing.T) {
	t.Helper()
	for _, item := range []string{"price_tee", "price_cap"} {
		if err := inventory.SetSupply(t.Context(), d.Store, live, item, 10); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNothingLeavesTheStockBeforeItIsPaid(t *testing.T) {
	d := newDepot(t)
	d.has(t, "cs_1")
	d.supply(t)
	if got := d.Post(session("cs_1", "completed", stripetest.Latest, "unpaid")); got.State != event.Done {
		t.Fatalf("delivery is %s: %s", got.State, got.Error)
	}
	d.wants(t, [3]int64{10, 2, 0}, [3]int64{10, 1, 0})
	d.Post(session("cs_1", "async_payment_succeeded", stripetest.Latest, "paid"))
	d.wants(t, [3]int64{8, 0, 0}, [3]int64{9, 0, 0})
}

func TestAFailedPaymentAndAnExpiryGiveBackWhatWasReserved(t *testing.T) {
	for _, end := range []string{"async_payment_failed", "expired"} {
		d := newDepot(t)
		d.has(t, "cs_1")
		d.supply(t)
		if err := inventory.Reserve(t.Context(), d.Store, live, "cs_1", []inventory.Line{{Item: "price_tee", Quantity: 2}, {Item: "price_cap", Quantity: 1}}); err != nil {
			t.Fatal(err)
		}
		d.wants(t, [3]int64{10, 2, 0}, [3]int64{10, 1, 0})
		d.Post(session("cs_1", end, stripetest.Latest, "unpaid"))
		d.wants(t, [3]int64{10, 0, 0}, [3]int64{10, 0, 0})
		if n := d.stripe.Calls(); n != 0 {
			t.Errorf("%s: asked Stripe %d times for what no longer counts", end, n)
		}
	}
}

func TestOneIDInThreeScopesIsThreeSessions(t *testing.T) {
	d := newDepot(t)
	d.has(t, "cs_1")
	d.Post(session("cs_1", "completed", stripetest.Latest, "unpaid"))
	theirs := string(posted("evt_2", "payment_intent.canceled", stripetest.Latest, `{"id":"pi_cs_1","object":"payment_intent","status":"canceled"}`))
	d.Post([]byte(strings.Replace(theirs, `"livemode"`, `"account":"acct_1","livemode"`, 1)))
	d.Post([]byte(strings.NewReplacer("evt_2", "evt_3", `"livemode":true`, `"livemode":false`).Replace(theirs)))
	d.Post([]byte(strings.Replace(string(session("cs_1", "expired", stripetest.Latest, "unpaid")), `"livemode":true`, `"livemode":false`, 1)))
	if err := inventory.Reserve(t.Context(), d.Store, event.Scope{Account: "acct_1"}, "cs_1", []inventory.Line{{Item: "price_tee", Quantity: 7}}); err != nil {
		t.Fatal(err)
	}
	want := map[string][3]int64{"price_tee": {0, 2, 0}, "price_cap": {0, 1, 0}, "test/acct_1/price_tee": {0, 7, 0}}
	if diff := cmp.Diff(want, d.levels(t)); diff != "" {
		t.Errorf("stock (-want +got):\n%s", diff)
	}
}

func TestStripeIsAskedOncePerSession(t *testing.T) {
	d := newDepot(t)
	d.has(t, "cs_1")
	d.Post(session("cs_1", "completed", stripetest.Latest, "unpaid"))
	d.Post(session("cs_1", "async_payment_succeeded", stripetest.Latest, "paid"))
	d.Deliver("evt_cs_1_completed")
	if n := d.stripe.Calls(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

func TestAFullRefundRestocksOnlyIfTheStackSaysSo(t *testing.T) {
	refund := posted("evt_r", "charge.refunded", stripetest.Older, `{"id":"ch_1","object":"charge","status":"succeeded","payment_intent":"pi_cs_1","amount":900,"amount_captured":900,"captured":true,"amount_refunded":900,"currency":"eur"}`)
	d := newDepot(t)
	d.has(t, "cs_1")
	d.supply(t)
	// Before the session: order does not matter.
	if got := d.Post(refund); got.State != event.Done || strings.HasPrefix(got.Outcome, "skipped") {
		t.Errorf("delivery is %s: %s %s", got.State, got.Outcome, got.Error)
	}
	d.Post(session("cs_1", "completed", stripetest.Older, "paid"))
	for _, restock := range []bool{true, false, true} { // whenever it is changed
		want := [3]int64{8, 0, 0}
		if d.restock = restock; restock {
			want = [3]int64{10, 0, 0}
		}
		if tee := d.levels(t)["price_tee"]; tee != want {
			t.Errorf("restock %v: tees are %v, want %v", restock, tee, want)
		}
	}
}

func TestWithoutAKeyASaleParksUntilThereIsOne(t *testing.T) {
	d := newDepot(t)
	d.has(t, "cs_1")
	d.key = ""
	got := d.Post(session("cs_1", "completed", stripetest.Latest, "paid"))
	if got.State != event.Parked || !strings.Contains(got.Error, "no Stripe API key is configured") {
		t.Fatalf("delivery is %s: %q", got.State, got.Error)
	}
	if got := d.Post(session("cs_1", "expired", stripetest.Latest, "unpaid")); got.State != event.Done {
		t.Errorf("an expiry is %s: %s, want it done: it needs no line items", got.State, got.Error)
	}
	d.key, d.Now = "rk_live_1", d.Now.Add(10*time.Minute)
	if got := d.DeliverStale("evt_cs_1_completed"); got.State != event.Done {
		t.Fatalf("delivery is %s: %q", got.State, got.Error)
	}
	d.wants(t, [3]int64{0, 0, 2}, [3]int64{0, 0, 1})
}

func TestUnknownSessionParksAndStripeOutageWaits(t *testing.T) {
	d := newDepot(t)
	d.stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
		fakestripe.Fail(w, http.StatusNotFound, "invalid_request_error", "resource_missing", "No such checkout.session")
		return true
	}
	if got := d.Post(session("cs_1", "completed", stripetest.Latest, "paid")); got.State != event.Parked || !strings.Contains(got.Error, "does not know cs_1") {
		t.Errorf("delivery is %s: %q", got.State, got.Error)
	}
	d.stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
		fakestripe.Fail(w, http.StatusTooManyRequests, "invalid_request_error", "rate_limit", "slow down")
		return true
	}
	if got := d.Post(session("cs_2", "completed", stripetest.Latest, "paid")); got.State != event.Waiting {
		t.Errorf("delivery is %s: %q", got.State, got.Error)
	}
}

// lives are two sessions and a refund as each version reports them.
func lives(version facts.Version) [][]byte {
	charge := `{"id":"ch_2","object":"charge","status":"succeeded","payment_intent":"pi_cs_2","amount":900,"amount_captured":900,"captured":true,"amount_refunded":900,"currency":"eur"}`
	refund := `{"id":"re_2","object":"refund","charge":"ch_2","payment_intent":"pi_cs_2","amount":900,"currency":"eur","status":"succeeded","created":1790000000}`
	all := [][]byte{
		session("cs_1", "completed", version, "unpaid"), session("cs_1", "async_payment_succeeded", version, "paid"),
		session("cs_2", "completed", version, "paid"), session("cs_3", "completed", version, "unpaid"),
		posted("evt_r", "charge.refunded", version, charge),
		posted("evt_s", "payment_intent.succeeded", version, `{"id":"pi_cs_1","object":"payment_intent","status":"succeeded","amount":900,"amount_received":900,"currency":"eur"}`),
	}
	if version == stripetest.Latest {
		return append(all, posted("evt_c", "refund.created", version, refund), posted("evt_u", "refund.updated", version, refund))
	}
	return append(all, posted("evt_u", "charge.refund.updated", version, refund))
}

func TestEveryOrderAndRepetitionInBothVersionsEndsInTheSameStock(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := newDepot(t)
		for _, id := range []string{"cs_1", "cs_2", "cs_3"} {
			d.has(t, id)
		}
		d.restock = rapid.Bool().Draw(r, "restock")
		all := lives(rapid.SampledFrom(stripetest.Versions).Draw(r, "version"))
		all = append(all, rapid.SliceOfN(rapid.SampledFrom(all), 0, 5).Draw(r, "repeats")...)
		for _, body := range rapid.Permutation(all).Draw(r, "order") {
			if got := d.Post(body); got.State != event.Done {
				r.Fatalf("delivery is %s: %s", got.State, got.Error)
			}
		}
		want := map[string][3]int64{"price_tee": {0, 2, 4}, "price_cap": {0, 1, 2}}
		if d.restock {
			want = map[string][3]int64{"price_tee": {0, 2, 2}, "price_cap": {0, 1, 1}}
		}
		if diff := cmp.Diff(want, d.levels(r)); diff != "" {
			r.Fatalf("on hand, reserved, back-ordered (-want +got):\n%s", diff)
		}
	})
}

func TestEverySampleEventIsDoneWithoutAnError(t *testing.T) {
	d := newDepot(t)
	d.restock = true
	for name, body := range stripetest.Samples() {
		if err := d.stripe.PutEvents("", body); err != nil {
			t.Fatal(err)
		}
		if got := d.Post(body); got.State != event.Done || got.Error != "" {
			t.Errorf("%s: delivery is %s: %s", name, got.State, got.Error)
		}
	}
	d.levels(t)
}

func TestAuditFindsNoDifferenceBesidesReservation(t *testing.T) {
	d := newDepot(t)
	d.restock = true
	d.supply(t)
	var ids []string
	for _, id := range []string{"cs_1", "cs_2", "cs_3"} {
		d.has(t, id)
		if err := inventory.Reserve(t.Context(), d.Store, live, id, []inventory.Line{{Item: "price_tee", Quantity: 9}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, body := range lives(stripetest.Older) {
		ids = append(ids, d.Post(body).Event)
	}
	d.key = "" // it asks nobody
	asked, err := d.Handler.Audit(t.Context(), delivery.AuditRequest{Events: ids})
	if err != nil {
		t.Fatal(err)
	}
	rows := map[[2]string][]string{}
	for i, touched := range asked.Touched {
		for _, row := range touched.Rows {
			rows[row] = append(rows[row], ids[i])
		}
	}
	if len(rows) != 5 {
		t.Fatalf("%d rows touched, want 3 sessions and 2 payments", len(rows))
	}
	for row, by := range rows {
		got, err := d.Handler.Audit(t.Context(), delivery.AuditRequest{Folds: []delivery.AuditFold{{Table: row[0], Key: row[1], Events: by}}})
		if err != nil {
			t.Fatal(err)
		}
		var actual, recomputed any
		_, kind, id, err := event.ParseKey(row[1])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(got.Folded[0], &recomputed); err != nil || !d.State(row[0], kind, id, &actual) {
			t.Fatalf("row %v: %v", row, err)
		}
		if diff := cmp.Diff(recomputed, actual); diff != "" {
			t.Errorf("row %v is not as its events make it:\n%s", row, diff)
		}
	}
}
