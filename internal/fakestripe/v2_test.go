package fakestripe_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/fakestripe"
)

// pageV2 is a page of a list below /v2/.
type pageV2 struct {
	Data     []map[string]any `json:"data"`
	Next     string           `json:"next_page_url"`
	Previous string           `json:"previous_page_url"`
	HasMore  *bool            `json:"has_more"`
}

func (s *server) page(path string, header ...string) (p pageV2, ids []string) {
	s.t.Helper()
	a := s.get(path, header...)
	if a.status != 200 {
		s.t.Fatalf("%s: %d %s", path, a.status, a.raw)
	}
	if err := json.Unmarshal([]byte(a.raw), &p); err != nil {
		s.t.Fatal(err)
	}
	ids = []string{}
	for _, e := range p.Data {
		ids = append(ids, fmt.Sprint(e["snapshot_event"]))
	}
	return p, ids
}

func (s *server) charges(n int) {
	s.t.Helper()
	for i := range n {
		s.event(fmt.Sprintf("evt_%d", i), "charge.succeeded", s.now.Add(time.Duration(i-60)*time.Second), fmt.Sprintf(`{"id":"ch_%d","object":"charge"}`, i))
	}
}

func TestThinEventsArePagedByURL(t *testing.T) {
	s := start(t)
	s.charges(5)
	first, ids := s.page("/v2/core/events?limit=2")
	if diff := cmp.Diff([]string{"evt_4", "evt_3"}, ids); diff != "" || first.Previous != "" || first.HasMore != nil {
		t.Fatalf("%+v %s", first, diff)
	}
	second, ids := s.page(first.Next)
	if diff := cmp.Diff([]string{"evt_2", "evt_1"}, ids); diff != "" {
		t.Fatal(diff)
	}
	last, ids := s.page(second.Next)
	if diff := cmp.Diff([]string{"evt_0"}, ids); diff != "" || last.Next != "" {
		t.Fatalf("%+v %s", last, diff)
	}
	if back, ids := s.page(last.Previous); !slices.Equal(ids, []string{"evt_2", "evt_1"}) || back.Next == "" || back.Previous == "" {
		t.Fatalf("%+v", back)
	}
	s.api.ExpirePages()
	if a := s.get(first.Next); a.status != 400 || a.body.Error.Code == "" {
		t.Fatalf("an expired page: %d %s", a.status, a.raw)
	}
	if _, ids := s.page("/v2/core/events?limit=1"); len(ids) != 1 {
		t.Fatal(ids)
	}
}

func TestThinEventsAreSelected(t *testing.T) {
	s := start(t)
	s.charges(3)
	s.event("evt_none", "treasury.received_credit.created", s.now, `{"id":"rc_1","object":"treasury.received_credit"}`)
	s.event("evt_old", "charge.succeeded", s.now.Add(-31*24*time.Hour), `{"id":"ch_old","object":"charge"}`)
	s.event("evt_refund", "charge.refunded", s.now.Add(-time.Second), `{"id":"ch_1","object":"charge"}`)
	at := func(e int) string {
		thin, err := s.api.ThinEvent(t.Context(), false, "", fakestripe.ThinID(fmt.Sprintf("evt_%d", e), false))
		if err != nil {
			t.Fatal(err)
		}
		return parsed(t, thin)["created"].(string)
	}
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"", []string{"evt_refund", "evt_2", "evt_1", "evt_0"}},
		{"types[0]=v1.charge.refunded&types[1]=v1.x", []string{"evt_refund"}},
		{"types[]=v1.charge.refunded", []string{"evt_refund"}},
		{"types=v1.charge.refunded", []string{"evt_refund"}},
		{"types[0]=charge.refunded", []string{}},
		{"object_id=ch_1", []string{"evt_refund", "evt_1"}},
		{"created[gte]=" + at(1) + "&created[lt]=" + at(2), []string{"evt_1"}},
		{"created[gt]=" + at(1) + "&created[lte]=" + at(2), []string{"evt_2"}},
	} {
		if _, got := s.page("/v2/core/events?" + c.query); !cmp.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.query, got, c.want)
		}
	}
	tooMany := url.Values{}
	for i := range 21 {
		tooMany.Set(fmt.Sprintf("types[%d]", i), "v1.charge.succeeded")
	}
	for _, query := range []string{tooMany.Encode(), "limit=0", "limit=101", "created[gte]=1790000000", "created[x]=" + at(1), "starting_after=evt_1", "page=x", "delivery_success=false"} {
		if a := s.get("/v2/core/events?" + query); a.status != 400 || a.body.Error.Code == "" || a.body.Error.Message == "" {
			t.Errorf("%s: %d %s", query, a.status, a.raw)
		}
	}
}

func TestFetchedThinEventNamesItsSnapshotAndChanges(t *testing.T) {
	s := start(t)
	body := `{"id":"evt_1","object":"event","type":"invoice.upcoming","created":%d,"livemode":false,"data":{"previous_attributes":{"total":1},"object":{"object":"invoice","total":2,"customer":"cus_1","parent":{"subscription_details":{"subscription":"sub_1"}}}}}`
	if err := s.api.PutEvents("", fmt.Appendf(nil, body, s.now.Unix())); err != nil {
		t.Fatal(err)
	}
	a := s.get("/v2/core/events/" + fakestripe.ThinID("evt_1", false))
	got := parsed(t, []byte(a.raw))
	want := members{"snapshot_event": "evt_1", "changes": map[string]any{"before": map[string]any{"total": 1.0}, "after": map[string]any{"total": 2.0}}, "data": map[string]any{"customer": "cus_1", "subscription": "sub_1"}}
	for name := range want {
		if diff := cmp.Diff(want[name], got[name]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestUnknownThinEventIsNotFoundInV2Shape(t *testing.T) {
	s := start(t)
	s.charges(1)
	id := fakestripe.ThinID("evt_0", false)
	for name, a := range map[string]answer{
		"unknown": s.get("/v2/core/events/evt_test_65x"), "a snapshot's id": s.get("/v2/core/events/evt_0"), "of another account": s.get("/v2/core/events/"+id, "Stripe-Context", "acct_1"),
		"of another mode": s.get("/v2/core/events/"+id, "Authorization", "Bearer sk_live_1"), "another object": s.get("/v2/core/accounts/acct_1"), "nowhere": s.get("/v2/nothing"),
	} {
		if a.status != 404 || a.body.Error.Code != "not_found" || a.body.Error.Message == "" {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	if a := s.get("/v2/core/events/" + id); a.status != 200 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestThinEventsThatWerePutAreServedAsTheyAre(t *testing.T) {
	s := start(t)
	thin := fmt.Sprintf("{\"id\":\"evt_test_65a\", \"object\":\"v2.core.event\",\"type\":\"v1.charge.succeeded\",\"livemode\":false,\"created\":%q,\"context\":\"acct_0/acct_1\",\"snapshot_event\":\"evt_1\"}", s.now.Format("2006-01-02T15:04:05.000Z"))
	snapshot := fmt.Sprintf(`{"id":"evt_1","object":"event","type":"charge.succeeded","created":%d,"livemode":false,"account":"acct_1","data":{"object":{"id":"ch_1","object":"charge"}}}`, s.now.Unix())
	if err := fakestripe.PutEvents(t.Context(), s.url, json.RawMessage(thin), json.RawMessage(snapshot)); err != nil {
		t.Fatal(err)
	}
	if a := s.get("/v2/core/events/evt_test_65a", "Stripe-Context", "acct_1"); !cmp.Equal(parsed(t, []byte(a.raw)), parsed(t, []byte(thin))) {
		t.Error(a.raw)
	}
	p, _ := s.page("/v2/core/events", "Stripe-Context", "acct_0/acct_1")
	if len(p.Data) != 1 || p.Data[0]["id"] != "evt_test_65a" { // the snapshot has no second twin
		t.Error(p.Data)
	}
	if got := s.ids("/v1/events", "Stripe-Context", "acct_1"); !cmp.Equal(got, []string{"evt_1"}) {
		t.Error(got)
	}
}

func TestContextNamesTheAccount(t *testing.T) {
	s := start(t)
	s.put("acct_1", `{"id":"ch_1","object":"charge","livemode":false}`)
	for header, status := range map[string]int{"Stripe-Account: acct_1": 200, "Stripe-Context: acct_1": 200, "Stripe-Context: org_1/acct_0/acct_1": 200, "Stripe-Context: acct_1/acct_0": 404, "Stripe-Context: ": 404} {
		name, value, _ := strings.Cut(header, ": ")
		if a := s.get("/v1/charges/ch_1", name, value); a.status != status {
			t.Errorf("%s: %d %s", header, a.status, a.raw)
		}
	}
	if a := s.get("/v1/charges/ch_1", "Stripe-Account", "acct_1", "Stripe-Context", "acct_1"); a.status != 400 {
		t.Errorf("both headers: %d %s", a.status, a.raw)
	}
}

func TestObjectsAreAtTheirPaths(t *testing.T) {
	s := start(t)
	s.put("", `{"object":"balance","livemode":false,"pending":[]}`, `{"object":"balance","livemode":true}`, `{"object":"tax.settings","livemode":false}`,
		`{"object":"cash_balance","customer":"cus_1","livemode":false}`, `{"id":"di_1","object":"discount","customer":"cus_1"}`,
		`{"id":"acct_1","object":"v2.core.account","livemode":false,"created":"2026-11-01T00:00:00.000Z"}`, `{"id":"person_1","object":"person","account":"acct_1"}`,
		`{"id":"mtr_1","object":"billing.meter","livemode":false}`)
	for path, status := range map[string]int{
		"/v1/balance": 200, "/v1/tax/settings": 200, "/v1/customers/cus_1/cash_balance": 200, "/v1/customers/cus_1/discount": 200, "/v1/customers/cus_2/discount": 404,
		"/v2/core/accounts/acct_1?include=x": 200, "/v1/accounts/acct_1": 404, "/v1/accounts/acct_1/persons/person_1": 200, "/v1/accounts/acct_2/persons/person_1": 404,
		"/v1/billing/meters/mtr_1": 200, "/v2/billing/meters/mtr_1": 404, "/v1/nothing/mtr_1": 404,
	} {
		if a := s.get(path); a.status != status {
			t.Errorf("%s: %d %s", path, a.status, a.raw)
		}
	}
	if a := s.get("/v1/balance"); !strings.Contains(a.raw, "pending") {
		t.Errorf("the balance of the other mode: %s", a.raw)
	}
}

func TestObjectsWithoutIDsAreKeptApartWhenSaved(t *testing.T) {
	s := start(t)
	saved := map[string]fakestripe.Object{}
	s.api.Save = func(all []fakestripe.Object) error {
		for _, o := range all {
			saved[o.Account+"/"+o.ID()] = o
		}
		return nil
	}
	s.put("", `{"object":"balance","livemode":false}`, `{"object":"balance","livemode":true}`, `{"object":"balance_settings"}`)
	if len(saved) != 3 {
		t.Fatalf("saved %v", saved)
	}
}

func TestThinTwinsOutliveRestart(t *testing.T) {
	s := start(t)
	var saved []fakestripe.Object
	s.api.Save = func(all []fakestripe.Object) error { saved = append(saved, all...); return nil }
	s.charges(2)
	s.put("", fmt.Sprintf(`{"id":"evt_test_65a","object":"v2.core.event","type":"v1.charge.succeeded","livemode":false,"created":%q,"snapshot_event":"evt_0"}`, s.now.Format(time.RFC3339)))
	restarted := start(t)
	if err := restarted.api.Load(saved); err != nil {
		t.Fatal(err)
	}
	before, ids := s.page("/v2/core/events")
	after, _ := restarted.page("/v2/core/events")
	if diff := cmp.Diff(before, after); diff != "" || !cmp.Equal(ids, []string{"evt_0", "evt_1"}) {
		t.Fatal(ids, diff)
	}
}
