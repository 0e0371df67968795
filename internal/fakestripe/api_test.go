package fakestripe_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/fakestripe"
)

type server struct {
	t   *testing.T
	api *fakestripe.API
	url string
	now time.Time
}

func start(t *testing.T) *server {
	s := &server{t: t, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	s.api = &fakestripe.API{Now: func() time.Time { return s.now }}
	srv := httptest.NewServer(s.api)
	t.Cleanup(srv.Close)
	s.url = srv.URL
	return s
}

// answer is a response of the fake.
type answer struct {
	status int
	body   struct {
		ID      string
		Object  string
		HasMore bool `json:"has_more"`
		Data    []map[string]any
		Error   struct{ Type, Code, Message string }
	}
	raw string
}

func (s *server) get(path string, header ...string) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk_test_1")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return s.do(req)
}

func (s *server) do(req *http.Request) (a answer) {
	s.t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	a.status = res.StatusCode
	var text json.RawMessage
	if res.StatusCode != http.StatusNoContent {
		if err := json.NewDecoder(res.Body).Decode(&text); err != nil {
			s.t.Fatal(err)
		}
		if err := json.Unmarshal(text, &a.body); err != nil && !strings.HasSuffix(a.body.Object, "event") { // whose data is no list
			s.t.Fatal(err)
		}
	}
	a.raw = string(text)
	return a
}

func (s *server) ids(path string, header ...string) []string {
	s.t.Helper()
	a := s.get(path, header...)
	if a.status != 200 {
		s.t.Fatalf("%s: %d %s", path, a.status, a.raw)
	}
	ids := []string{}
	for _, o := range a.body.Data {
		ids = append(ids, fmt.Sprint(o["id"]))
	}
	return ids
}

func (s *server) put(account string, objects ...string) {
	s.t.Helper()
	for _, o := range objects {
		if err := s.api.Put(account, json.RawMessage(o)); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *server) event(id, kind string, at time.Time, object string, more ...string) {
	s.t.Helper()
	body := fmt.Sprintf(`{"id":%q,"object":"event","type":%q,"created":%d,"livemode":false,%s"data":{"object":%s}}`, id, kind, at.Unix(), strings.Join(more, ""), object)
	if err := s.api.PutEvents("", json.RawMessage(body)); err != nil {
		s.t.Fatal(err)
	}
}

func TestListPagesInBothDirections(t *testing.T) {
	s := start(t)
	for i := range 25 {
		s.event(fmt.Sprintf("evt_%02d", i), "charge.succeeded", s.now.Add(time.Duration(i-60)*time.Second), `{"id":"ch_1","object":"charge"}`)
	}
	for _, c := range []struct {
		query       string
		first, last string
		n           int
		more        bool
	}{
		{"", "evt_24", "evt_15", 10, true},
		{"limit=100", "evt_24", "evt_00", 25, false},
		{"limit=5&starting_after=evt_20", "evt_19", "evt_15", 5, true},
		{"limit=5&starting_after=evt_05", "evt_04", "evt_00", 5, false},
		{"limit=5&ending_before=evt_10", "evt_15", "evt_11", 5, true},
		{"limit=5&ending_before=evt_19", "evt_24", "evt_20", 5, false},
		{fmt.Sprintf("created[gte]=%d&created[lt]=%d", s.now.Unix()-50, s.now.Unix()-45), "evt_14", "evt_10", 5, false},
		{fmt.Sprintf("ending_before=evt_00&limit=2&created[gt]=%d", s.now.Unix()-50), "evt_12", "evt_11", 2, true},
	} {
		a := s.get("/v1/events?" + c.query)
		d := a.body.Data
		if len(d) != c.n || d[0]["id"] != c.first || d[len(d)-1]["id"] != c.last || a.body.HasMore != c.more {
			t.Errorf("%s: %s", c.query, a.raw)
		}
	}
}

func TestListFailsLikeStripe(t *testing.T) {
	s := start(t)
	s.event("evt_1", "charge.succeeded", s.now, `{"id":"ch_1","object":"charge"}`)
	many := url.Values{}
	for i := range 21 {
		many.Set(fmt.Sprintf("types[%d]", i), "charge.succeeded")
	}
	for query, status := range map[string]int{
		"limit=101": 400, "limit=0": 400, "limit=x": 400,
		"starting_after=evt_gone": 400, "ending_before=evt_gone": 400,
		"starting_after=evt_1&ending_before=evt_1": 400,
		"types[]=a&type=b":                         400,
		"created[gte]=yesterday":                   400,
		many.Encode():                              400,
		"types[]=charge.succeeded":                 200,
	} {
		if a := s.get("/v1/events?" + query); a.status != status {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
}

func TestMissingObjectIsStripesError(t *testing.T) {
	s := start(t)
	a := s.get("/v1/charges/ch_none")
	if a.status != 404 || a.body.Error.Code != "resource_missing" || a.body.Error.Message != "No such charge: 'ch_none'" || a.body.Error.Type != "invalid_request_error" {
		t.Fatal(a.raw)
	}
	for _, path := range []string{"/v1/nonsense/x", "/v1/nonsense", "/"} {
		if a := s.get(path); a.status != 404 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	for _, key := range []string{"", "Bearer ", "Bearer pk_test_1", "Bearer nonsense", "Basic x"} {
		if a := s.get("/v1/charges", "Authorization", key); a.status != 401 || a.body.Error.Message == "" {
			t.Errorf("%q: %d %s", key, a.status, a.raw)
		}
	}
}

func TestEventsAreFilteredByTypeDeliveryAndAge(t *testing.T) {
	s := start(t)
	object := `{"id":"ch_1","object":"charge"}`
	s.event("evt_old", "charge.succeeded", s.now.Add(-31*24*time.Hour), object)
	s.event("evt_a", "charge.succeeded", s.now.Add(-3*time.Hour), object)
	s.event("evt_b", "charge.refunded", s.now.Add(-2*time.Hour), object, `"_delivery_success":false,`)
	s.event("evt_c", "invoice.paid", s.now.Add(-time.Hour), object)
	for query, want := range map[string][]string{
		"":                                 {"evt_c", "evt_b", "evt_a"},
		"type=charge.*":                    {"evt_b", "evt_a"},
		"type=invoice.paid":                {"evt_c"},
		"types[]=invoice.paid&types[]=x.y": {"evt_c"},
		"types[0]=invoice.paid&types[1]=charge.refunded": {"evt_c", "evt_b"},
		"delivery_success=false":                         {"evt_b"},
		"delivery_success=true":                          {"evt_c", "evt_a"},
	} {
		if diff := cmp.Diff(want, s.ids("/v1/events?"+query)); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	if a := s.get("/v1/events/evt_b"); a.status != 200 || strings.Contains(a.raw, "_delivery") {
		t.Error(a.raw)
	}
	if a := s.get("/v1/events/evt_old"); a.status != 404 {
		t.Error(a.raw)
	}
}

func TestObjectsAreListedByTheirOwner(t *testing.T) {
	s := start(t)
	s.put("",
		`{"id":"re_1","object":"refund","charge":"ch_1","payment_intent":"pi_1","created":1}`,
		`{"id":"re_2","object":"refund","charge":{"id":"ch_1","object":"charge"},"created":2}`,
		`{"id":"re_3","object":"refund","charge":"ch_2","created":3}`,
		`{"id":"ent_1","object":"entitlements.active_entitlement","_customer":"cus_1"}`,
		`{"id":"txn_1","object":"balance_transaction","type":"charge","source":"ch_1","created":5,"_payout":"po_1"}`,
		`{"id":"txn_2","object":"balance_transaction","type":"refund","source":"re_1","created":6}`,
		`{"id":"issfr_1","object":"radar.early_fraud_warning","charge":"ch_1"}`,
	)
	for path, want := range map[string][]string{
		"/v1/refunds?charge=ch_1":                             {"re_2", "re_1"},
		"/v1/refunds?payment_intent=pi_1":                     {"re_1"},
		"/v1/entitlements/active_entitlements?customer=cus_1": {"ent_1"},
		"/v1/entitlements/active_entitlements?customer=cus_2": {},
		"/v1/balance_transactions?type=refund":                {"txn_2"},
		"/v1/balance_transactions?payout=po_1":                {"txn_1"},
		"/v1/balance_transactions?created[gte]=6":             {"txn_2"},
		"/v1/radar/early_fraud_warnings?charge=ch_1":          {"issfr_1"},
	} {
		if diff := cmp.Diff(want, s.ids(path)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestNewestObjectOfPutEventsIsServed(t *testing.T) {
	s := start(t)
	state := func(status string) string {
		return fmt.Sprintf(`{"id":"pi_1","object":"payment_intent","status":%q}`, status)
	}
	has := func(want string) {
		t.Helper()
		if a := s.get("/v1/payment_intents/pi_1"); !strings.Contains(a.raw, want) {
			t.Fatalf("%s, want %s", a.raw, want)
		}
	}
	s.event("evt_2", "payment_intent.succeeded", s.now, state("succeeded"))
	s.event("evt_1", "payment_intent.created", s.now.Add(-time.Minute), state("requires_payment_method"))
	has("succeeded")
	s.put("", state("by_hand"))
	has("by_hand")
	s.event("evt_3", "payment_intent.canceled", s.now, state("canceled"))
	has("canceled")
}

func TestAccountsAndModesAreApart(t *testing.T) {
	s := start(t)
	s.put("", `{"id":"ch_1","object":"charge","livemode":false}`, `{"id":"ch_live","object":"charge","livemode":true}`)
	s.put("acct_1", `{"id":"ch_2","object":"charge","livemode":false}`)
	live := []string{"Authorization", "Bearer rk_live_1"}
	theirs := []string{"Stripe-Account", "acct_1"}
	for _, c := range []struct {
		header []string
		want   []string
	}{{nil, []string{"ch_1"}}, {live, []string{"ch_live"}}, {theirs, []string{"ch_2"}}} {
		if diff := cmp.Diff(c.want, s.ids("/v1/charges", c.header...)); diff != "" {
			t.Error(c.header, diff)
		}
	}
	s.put("", `{"id":"re_1","object":"refund","charge":"ch_live"}`, `{"id":"txn_1","object":"balance_transaction","source":"re_1"}`)
	for path, id := range map[string]string{"/v1/refunds": "re_1", "/v1/balance_transactions": "txn_1"} {
		if diff := cmp.Diff([]string{id}, s.ids(path, live...)); diff != "" || len(s.ids(path)) > 0 {
			t.Error("what belongs to a live charge:", diff, s.ids(path))
		}
	}
	if a := s.get("/v1/charges/ch_live"); a.status != 404 {
		t.Error(a.raw)
	}
}

func TestExpandPutsObjectsInPlaceOfTheirIDs(t *testing.T) {
	s := start(t)
	s.put("",
		`{"id":"pi_1","object":"payment_intent","latest_charge":"ch_1"}`,
		`{"id":"ch_1","object":"charge","balance_transaction":"txn_1"}`,
		`{"id":"txn_1","object":"balance_transaction","fee":59}`)
	for _, path := range []string{
		"/v1/payment_intents/pi_1?expand[]=latest_charge.balance_transaction",
		"/v1/payment_intents?expand[0]=data.latest_charge.balance_transaction",
	} {
		if a := s.get(path); !strings.Contains(a.raw, `"fee":59`) {
			t.Error(a.raw)
		}
	}
}

func TestMissingObjectsAreDerived(t *testing.T) {
	s := start(t)
	s.put("",
		`{"id":"cs_1","object":"checkout.session","amount_total":2500,"currency":"eur","livemode":false}`,
		`{"id":"cs_2","object":"checkout.session","amount_total":1,"currency":"eur","livemode":false}`,
		`{"id":"li_1","object":"item","quantity":3,"_session":"cs_2"}`,
		`{"id":"ch_1","object":"charge","amount":1000,"amount_captured":1000,"currency":"usd","created":7,"balance_transaction":"txn_9"}`,
		`{"id":"re_1","object":"refund","amount":400,"currency":"usd","created":8,"balance_transaction":"txn_8"}`,
		`{"id":"sub_1","object":"subscription","items":{"object":"list","data":[{"id":"si_1","object":"subscription_item"}]}}`)
	if a := s.get("/v1/checkout/sessions/cs_1/line_items"); len(a.body.Data) != 1 || a.body.Data[0]["amount_total"] != 2500.0 {
		t.Error(a.raw)
	}
	if diff := cmp.Diff([]string{"li_1"}, s.ids("/v1/checkout/sessions/cs_2/line_items")); diff != "" {
		t.Error(diff)
	}
	if a := s.get("/v1/checkout/sessions/cs_3/line_items"); len(a.body.Data) != 1 {
		t.Error(a.raw)
	}
	if a := s.get("/v1/checkout/sessions/ch_1/line_items"); a.status != http.StatusNotFound {
		t.Error(a.raw)
	}
	a := s.get("/v1/balance_transactions/txn_9")
	for _, want := range []string{`"amount":1000`, `"fee":59`, `"net":941`, `"source":"ch_1"`, `"type":"charge"`} {
		if !strings.Contains(a.raw, want) {
			t.Errorf("%s has no %s", a.raw, want)
		}
	}
	if diff := cmp.Diff([]string{"txn_8", "txn_9"}, s.ids("/v1/balance_transactions")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"si_1"}, s.ids("/v1/subscription_items?subscription=sub_1")); diff != "" {
		t.Error(diff)
	}
	s.put("", `{"id":"txn_9","object":"balance_transaction","fee":1}`)
	if a := s.get("/v1/balance_transactions/txn_9"); !strings.Contains(a.raw, `"fee":1`) || strings.Contains(a.raw, "941") {
		t.Error("the object that was put does not precede:", a.raw)
	}
}

func TestUnusableObjectsAreRejected(t *testing.T) {
	s := start(t)
	for path, body := range map[string]string{
		"/_stand-in/objects": `[{"object":"charge"}]`,
		"/_stand-in/events":  `[{"id":"ch_1","object":"charge"}]`,
		"/_stand-in/object":  `[]`,
	} {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, s.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if a := s.do(req); a.status < 400 || a.body.Error.Message == "" {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
}
