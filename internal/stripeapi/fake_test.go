package stripeapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// both are the two ways to the same fake: over the wire, and without.
type both struct {
	fake *fakestripe.API
	wire *stripeapi.Client
}

func fakes(t *testing.T) both {
	t.Helper()
	b := both{fake: &fakestripe.API{Clock: func() time.Time { return time.Unix(1790000000, 0) }}}
	srv := httptest.NewServer(b.fake)
	t.Cleanup(srv.Close)
	b.wire = at(srv.URL, `{"live":"rk_live_1","test":"rk_test_1"}`)
	return b
}

func (b both) put(t rapid.TB, account string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		if err := b.fake.PutEvents(account, json.RawMessage(body)); err != nil {
			t.Fatal(err)
		}
	}
}

// pages reads a list to its end.
func pages(t rapid.TB, from event.ThinLister, l event.ThinListing) (all []string) {
	t.Helper()
	for range 100 {
		bodies, next, err := from.ThinEvents(context.Background(), l)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range bodies {
			all = append(all, string(body))
		}
		if l.Page = next; next == "" {
			return all
		}
	}
	t.Fatal("the list does not end")
	return nil
}

func TestListsOfThinEventsAreCompleteInAnyPages(t *testing.T) {
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		b, begin := fakes(t), int64(1790000000)
		seconds := rapid.SliceOfN(rapid.Int64Range(0, 20), 0, 12).Draw(r, "seconds")
		for i, s := range seconds {
			b.put(r, "", fmt.Sprintf(`{"id":"evt_%d","object":"event","type":"charge.succeeded","created":%d,"livemode":false,"data":{"object":{"id":"ch_1","object":"charge"}}}`, i, begin+s))
		}
		from, to := rapid.Int64Range(-1, 21).Draw(r, "from"), rapid.Int64Range(-1, 21).Draw(r, "to")
		l := event.ThinListing{Types: []string{"v1.charge.succeeded"}, From: time.Unix(begin+from, 0), To: time.Unix(begin+to, 0)}
		whole := pages(r, b.wire, l)
		b.fake.PageSize = rapid.IntRange(1, 5).Draw(r, "page size")
		if diff := cmp.Diff(whole, pages(r, b.fake, l)); diff != "" {
			r.Fatal(diff)
		}
		inside := slices.DeleteFunc(slices.Clone(seconds), func(s int64) bool { return s < from || s >= to })
		if len(whole) != len(inside) {
			r.Fatalf("listed %d of %d", len(whole), len(inside))
		}
		lives++
	})
	t.Logf("%d lives", lives)
}

func TestSourceIsTheSameOverTheWire(t *testing.T) {
	b := fakes(t)
	b.put(t, "", `{"id":"evt_1","object":"event","type":"charge.succeeded","created":1790000000,"livemode":true,"account":"acct_1","data":{"object":{"id":"ch_1","object":"charge","livemode":true}}}`)
	id := fakestripe.ThinID("evt_1", true)
	for name, call := range map[string]func(event.ThinSource) ([]byte, error){
		"thin event": func(s event.ThinSource) ([]byte, error) { return s.ThinEvent(t.Context(), true, "acct_0/acct_1", id) },
		"snapshot":   func(s event.ThinSource) ([]byte, error) { return s.Snapshot(t.Context(), true, "acct_1", "evt_1") },
		"object": func(s event.ThinSource) ([]byte, error) {
			return s.Object(t.Context(), true, "acct_1", "/v1/charges/ch_1?x=y", "")
		},
		"the event by a path": func(s event.ThinSource) ([]byte, error) {
			return s.Object(t.Context(), true, "acct_1", "/v2/core/events/"+id, "")
		},
	} {
		wire, err := call(b.wire)
		fake, direct := call(b.fake)
		if err != nil || direct != nil || len(wire) == 0 || string(wire) != string(fake) {
			t.Errorf("%s: %s %v, without HTTP %s %v", name, wire, err, fake, direct)
		}
	}
	for name, c := range map[string]struct {
		call func(event.ThinSource) ([]byte, error)
		is   error
	}{
		"own thin event": {func(s event.ThinSource) ([]byte, error) { return s.ThinEvent(t.Context(), true, "", id) }, event.ErrNotFound},
		"test mode":      {func(s event.ThinSource) ([]byte, error) { return s.Snapshot(t.Context(), false, "acct_1", "evt_1") }, event.ErrNotFound},
		"no object": {func(s event.ThinSource) ([]byte, error) {
			return s.Object(t.Context(), true, "", "/v1/charges/ch_1", "")
		}, event.ErrNotFound},
		"hostile path": {func(s event.ThinSource) ([]byte, error) { return s.Object(t.Context(), true, "", "/v1/../x", "") }, event.ErrInvalid},
		"another host": {func(s event.ThinSource) ([]byte, error) { return s.Object(t.Context(), true, "", "//x/v1/y", "") }, event.ErrInvalid},
	} {
		for way, s := range map[string]event.ThinSource{"wire": b.wire, "fake": b.fake} {
			if _, err := c.call(s); !errors.Is(err, c.is) || !parks(err) {
				t.Errorf("%s, %s: %v, want %v that parks", name, way, err, c.is)
			}
		}
	}
}

func TestExpiredPageIsNotFoundEitherWay(t *testing.T) {
	b := fakes(t)
	b.put(t, "", `{"id":"evt_1","object":"event","type":"charge.succeeded","created":1790000000,"livemode":false,"data":null}`,
		`{"id":"evt_2","object":"event","type":"charge.succeeded","created":1790000001,"livemode":false,"data":null}`)
	b.fake.PageSize = 1
	_, next, err := b.fake.ThinEvents(t.Context(), event.ThinListing{})
	if err != nil || next == "" {
		t.Fatal(next, err)
	}
	b.fake.ExpirePages()
	for way, l := range map[string]event.ThinLister{"wire": b.wire, "fake": b.fake} {
		if _, _, err := l.ThinEvents(t.Context(), event.ThinListing{Page: next}); !errors.Is(err, event.ErrNotFound) {
			t.Errorf("%s: %v", way, err)
		}
	}
}

func TestFakeKeepsDestinations(t *testing.T) {
	b := fakes(t)
	d := stripeapi.Destinations{Client: b.wire}
	ask := event.Destination{Name: "shop", Thin: true, Types: []string{"v1.charge.succeeded"}, From: []string{"other_accounts"}, URL: "http://127.0.0.1/x"}
	made, err := d.Create(t.Context(), false, ask, "key_1")
	again, repeat := d.Create(t.Context(), false, ask, "key_1")
	if err != nil || repeat != nil || made.Secret == "" || made.ID == "" || !cmp.Equal(made, again) {
		t.Fatalf("%+v %v, again %+v %v", made, err, again, repeat)
	}
	bus, err := d.Create(t.Context(), false, event.Destination{Name: "bus", Version: "2023-10-16", Types: []string{"*"}, AWSAccount: "123456789012", AWSRegion: "eu-west-1"}, "key_2")
	if err != nil || bus.SourceStatus != "pending" || bus.EventSource != "arn:aws:events:eu-west-1::event-source/aws.partner/stripe.com/"+bus.ID {
		t.Fatalf("%+v %v", bus, err)
	}
	id, err := d.Ping(t.Context(), false, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.wire.ThinEvent(t.Context(), false, "", id); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Disable(t.Context(), false, made.ID); err != nil {
			t.Fatal(err)
		}
	}
	want := made
	want.Secret, want.Enabled, want.Reason, want.From = "", false, "user", []string{"@accounts"}
	all, err := d.List(t.Context(), false)
	slices.SortFunc(all, func(a, _ event.Destination) int { return map[bool]int{true: -1, false: 1}[a.Name == "shop"] })
	if diff := cmp.Diff([]event.Destination{want, bus}, all); diff != "" || err != nil {
		t.Fatal(err, diff)
	}
	if live, err := d.List(t.Context(), true); err != nil || len(live) > 0 {
		t.Fatal(live, err)
	}
}

func TestFakeRefusesDestinationsAsStripeDoes(t *testing.T) {
	b := fakes(t)
	d := stripeapi.Destinations{Client: b.wire}
	thin := event.Destination{Name: "shop", Thin: true, Types: []string{"v1.charge.succeeded"}, URL: "https://shop.example"}
	if _, err := d.Create(t.Context(), false, thin, "key_1"); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*event.Destination){
		"wildcard": func(d *event.Destination) { d.Types = []string{"*"} }, "a snapshot's type": func(d *event.Destination) { d.Types = []string{"charge.succeeded"} },
		"no types": func(d *event.Destination) { d.Types = nil }, "no URL": func(d *event.Destination) { d.URL = "" }, "no name": func(d *event.Destination) { d.Name = "" },
		"no region": func(d *event.Destination) { d.URL, d.AWSAccount = "", "1" }, "unknown accounts": func(d *event.Destination) { d.From = []string{"@x"} },
		"the key of another": func(*event.Destination) {},
	} {
		of, key := thin, "key of "+name
		if change(&of); name == "the key of another" {
			of.Name, key = "x", "key_1"
		}
		if _, err := d.Create(t.Context(), false, of, key); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if _, err := d.Ping(t.Context(), false, "ed_test_x"); !errors.Is(err, event.ErrNotFound) {
		t.Error(err)
	}
	for i := range 16 {
		if _, err := d.Create(t.Context(), false, thin, fmt.Sprintf("key_of_%d", i)); (err == nil) != (i < 15) {
			t.Errorf("destination %d: %v", i+2, err)
		}
	}
}
