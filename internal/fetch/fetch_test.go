package fetch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/webhook"
)

const (
	chargeID = "evt_3OChargeSucceeded01"
	charge   = `{"id":"evt_3OChargeSucceeded01","object":"event","type":"charge.succeeded","created":1793534400,"livemode":false,"api_version":"2026-08-26.dahlia",` +
		`"data":{"object":{"id":"ch_1","object":"charge","amount":2000,"currency":"usd","customer":"cus_1","payment_intent":"pi_1","status":"succeeded"}}}`
)

func TestThinEventIsFetchedOnceBeforeItsSevenSubscribersRun(t *testing.T) {
	for _, named := range []bool{true, false} {
		r := newRig(t, seven...)
		thin := r.twins([]byte(charge), named)
		r.post(thin)
		if ds := r.run(); len(ds) != 1 || ds[0].State != event.Done {
			t.Fatalf("fetched as %+v", ds)
		}
		r.want(chargeID)
		if want := []string{"event", "snapshot"}; !slices.Equal(r.source.calls, want) {
			t.Errorf("named %t: Stripe was asked for %v, expected %v", named, r.source.calls, want)
		}
		s := r.get(chargeID)
		if !bytes.Equal(s.Body, thin) || string(s.Payload()) != charge {
			t.Errorf("stored as %s with the payload %s", s.Body, s.Payload())
		}
		if s.SentAs != "v1.charge.succeeded" || s.Subject != "pi_1" || s.Customer != "cus_1" || s.Amount == nil || *s.Amount != 2000 || s.Created.Unix() != 1793534400 || s.APIVersion != "2026-08-26.dahlia" {
			t.Errorf("facts are %+v", s.Facts)
		}
		if s.Pending || !slices.Equal(s.Subscribers, seven) {
			t.Errorf("pending %t, subscribers %v", s.Pending, s.Subscribers)
		}
	}
}

func TestThinEventWithoutSubscribersIsNeverFetched(t *testing.T) {
	r := newRig(t)
	f, _ := r.post(r.twins([]byte(charge), true))
	ds := r.run()
	if s := r.get(f.ID); s.Pending || len(ds)+len(r.source.calls) > 0 {
		t.Errorf("pending %t, fetched as %+v, Stripe was asked for %v", s.Pending, ds, r.source.calls)
	}
	// It is the same where dispatch could not list them, and fetch is asked to look.
	d := r.deliver(f.ID)
	if d.State != event.Done || !d.Withheld || len(r.source.calls) > 0 {
		t.Errorf("delivery %+v, Stripe was asked for %v", d, r.source.calls)
	}
}

// Acceptance row 55.
func TestStripesErrorsWaitOrPark(t *testing.T) {
	missing := event.Permanent(fmt.Errorf("Stripe answered 404: %w", event.ErrNotFound)) //nolint:staticcheck // as the client says it
	for name, tc := range map[string]struct {
		err   error
		state event.State
		says  string
	}{
		"429":      {event.RetryAfter(errors.New("Stripe answered 429"), 7*time.Second), event.Waiting, "429"},
		"500":      {event.RetryAfter(errors.New("Stripe answered 500"), 0), event.Waiting, "500"},
		"timeout":  {event.RetryAfter(errors.New("call Stripe: timeout"), 0), event.Waiting, "timeout"},
		"no key":   {fmt.Errorf("no Stripe API key is configured for test mode: %w", event.ErrNotConfigured), event.Parked, "no Stripe API key"},
		"403":      {event.Permanent(fmt.Errorf("Stripe answered 403: needs rak_event_read: %w", event.ErrDenied)), event.Parked, "rak_event_read"}, //nolint:staticcheck // as the client says it
		"404":      {missing, event.Parked, "gone: Stripe has it for 30 days"},
		"not JSON": {nil, event.Parked, "no thin event"},
	} {
		for _, named := range []bool{true, false} {
			r := newRig(t, seven...)
			r.source.answer = func(_ string, _ []byte, _ error) ([]byte, error) { return []byte("<html>"), tc.err }
			f, _ := r.post(r.twins([]byte(charge), named))
			ds := r.run()
			if len(ds) != 1 || ds[0].State != tc.state || !strings.Contains(ds[0].Error, tc.says) {
				t.Errorf("%s: %+v", name, ds)
			}
			r.want()
			if s := r.get(f.ID); !s.Pending || !s.Unfetched() {
				t.Errorf("%s: pending %t, unfetched %t", name, s.Pending, s.Unfetched())
			}
			// Once Stripe answers, it continues.
			r.source.answer = nil
			r.now = r.now.Add(time.Hour)
			if tc.state == event.Parked {
				if err := r.store.Reopen(t.Context(), ds[0].Ref(), r.now, false); err != nil {
					t.Fatal(err)
				}
			}
			r.deliver(f.ID)
			r.run()
			r.want(chargeID)
		}
	}
}

// What is fetched must be what was signed: nothing of anything else is stored.
func TestAnotherEventThanWasSignedParks(t *testing.T) {
	for _, tc := range []struct{ name, of, old, with, says string }{
		{"id", "event", `"id":"evt_test`, `"id":"evt_tes`, "differs in its id"},
		{"type", "event", `v1.charge.succeeded`, `v1.charge.failed`, "type"},
		{"mode", "event", `"livemode":false`, `"livemode":true`, "livemode"},
		{"context", "event", `"context":null`, `"context":"acct_9"`, "context"},
		{"related object", "event", `"id":"ch_1"`, `"id":"ch_9"`, "related_object"},
		{"url", "event", `/v1/charges/ch_1`, `/v1/charges/ch_9`, "related_object"},
		{"time", "event", `"created":"2026`, `"created":"2025`, "created"},
		{"twin's id", "snapshot", chargeID, "evt_3OAnother", "differs in its id"},
		{"twin's type", "snapshot", "charge.succeeded", "charge.failed", "type"},
		{"twin's mode", "snapshot", `"livemode":false`, `"livemode":true`, "account or mode"},
		{"twin's account", "snapshot", `"object":"event"`, `"object":"event","account":"acct_9"`, "account or mode"},
		{"twin's object", "snapshot", `"id":"ch_1"`, `"id":"ch_9"`, "object"},
		{"type of the twin's object", "snapshot", `"object":"charge"`, `"object":"refund"`, "object's type"},
		{"a thin event as twin", "snapshot", `"object":"event"`, `"object":"v2.core.event"`, "no snapshot event"},
	} {
		r := newRig(t, seven...)
		f, _ := r.post(r.twins([]byte(charge), false))
		r.source.answer = func(what string, body []byte, err error) ([]byte, error) {
			if what != tc.of {
				return body, err
			}
			changed := bytes.ReplaceAll(body, []byte(tc.old), []byte(tc.with))
			if bytes.Equal(changed, body) {
				t.Errorf("%s: %s has no %s", tc.name, body, tc.old)
			}
			return changed, err
		}
		ds := r.run()
		if len(ds) != 1 || ds[0].State != event.Parked || !strings.Contains(ds[0].Error, tc.says) {
			t.Errorf("%s: %+v", tc.name, ds)
		}
		r.want()
		if _, err := r.store.Get(t.Context(), chargeID); !errors.Is(err, event.ErrNotFound) || !r.get(f.ID).Unfetched() {
			t.Errorf("%s: something is stored: %v", tc.name, err)
		}
	}
}

func TestTypedActionsGetTheObjectInTheirVersion(t *testing.T) {
	r := newRig(t, seven...)
	r.fetcher.Versions = []facts.Version{"2023-10-16", "2026-05-27.dahlia"}
	r.post(r.twins([]byte(charge), true))
	r.run()
	if want := []string{"event", "snapshot", "object 2023-10-16"}; !slices.Equal(r.source.calls, want) {
		t.Errorf("Stripe was asked for %v, expected %v: dahlia is there", r.source.calls, want)
	}
	s := r.get(event.RenderingID(chargeID, "2023-10-16"))
	var e facts.Event
	if err := e.DecodeEvent(s.Facts, s.Body); err != nil || s.APIVersion != "2023-10-16" || e.Charge == nil || e.Charge.ID != "ch_1" || e.ID == "" {
		t.Errorf("rendering %s: %v", s.Body, err)
	}
}

func TestTypedActionsGetTheirVersionAlthoughTheTableFailed(t *testing.T) {
	r := newRig(t, seven...)
	r.fetcher.Versions = []facts.Version{"2023-10-16"}
	rendering := event.RenderingID(chargeID, "2023-10-16")
	r.store.Fault = func(op memory.Op) memory.Fault {
		if op == (memory.Op{Name: "Get", Key: rendering}) {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	f, _ := r.post(r.twins([]byte(charge), true))
	if ds := r.run(); len(ds) != 1 || ds[0].State != event.Waiting {
		t.Fatalf("fetched as %+v", ds)
	}
	r.store.Fault = nil
	r.now = r.now.Add(time.Hour)
	if d := r.deliver(f.ID); d.State != event.Done {
		t.Errorf("fetched as %+v", d)
	}
	if s := r.get(rendering); s.APIVersion != "2023-10-16" {
		t.Errorf("kept is %s", s.Body)
	}
}

func TestTypedActionsGetNoOtherObject(t *testing.T) {
	for _, object := range []string{`{"id":"ch_9","object":"charge"}`, `{"id":"ch_1","object":"refund"}`} {
		r := newRig(t, seven...)
		r.fetcher.Versions = []facts.Version{"2023-10-16"}
		r.source.answer = func(what string, body []byte, err error) ([]byte, error) {
			if what == "object 2023-10-16" {
				return []byte(object), nil
			}
			return body, err
		}
		f, _ := r.post(r.twins([]byte(charge), true))
		if ds := r.run(); len(ds) != 1 || ds[0].State != event.Parked || !r.get(f.ID).Unfetched() {
			t.Errorf("%s: fetched as %+v", object, ds)
		}
		r.want()
	}
}

// Acceptance row 53.
func TestEverySampleIsFetchedAndFannedOutUnderItsName(t *testing.T) {
	for _, kind := range events.ThinTypes() {
		r := newRig(t, seven...)
		body, err := events.ThinSample(kind)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := r.post(body)
		ds := r.run()
		if kind == event.ThinPing {
			if s := r.get(f.ID); s.Pending || len(ds)+len(s.Subscribers)+len(r.source.calls) > 0 {
				t.Errorf("the ping is %+v, fetched as %+v", s, ds)
			}
			r.want()
			continue
		}
		if len(ds) != 1 || ds[0].State != event.Done {
			t.Errorf("%s: %+v", kind, ds)
			continue
		}
		s := r.get(f.ID)
		if s.Occurrence != "" {
			s = r.get(s.Occurrence)
		}
		var p struct {
			Data struct{ Object json.RawMessage }
		}
		if err := json.Unmarshal(s.Payload(), &p); err != nil || p.Data.Object == nil || s.Type != facts.SnapshotType(kind) {
			t.Errorf("%s: %s, %v", kind, s.Payload(), err)
		}
		r.want(s.ID)
	}
}

func TestAFetchThatCouldNotPublishFetchesNothingAgain(t *testing.T) {
	for _, named := range []bool{true, false} {
		r := newRig(t, seven...)
		publish := r.fetcher.Publish
		r.fetcher.Publish = func(context.Context, event.Stored) error { return errors.New("the bus is down") }
		f, _ := r.post(r.twins([]byte(charge), named))
		if ds := r.run(); len(ds) != 1 || ds[0].State != event.Waiting {
			t.Fatalf("fetched as %+v", ds)
		}
		r.want()
		calls := len(r.source.calls)
		r.fetcher.Publish = publish
		r.now = r.now.Add(time.Hour)
		for range 2 {
			if d := r.deliver(f.ID); d.State != event.Done {
				t.Errorf("fetched as %+v", d)
			}
		}
		r.run()
		r.want(chargeID)
		if len(r.source.calls) != calls {
			t.Errorf("Stripe was asked again: %v", r.source.calls)
		}
	}
}

func TestSubscribersThatCannotBeListedAreRecordedLater(t *testing.T) {
	r := newRig(t, seven...)
	f, _ := r.post(r.twins([]byte(charge), false))
	r.bus.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Subscribers" {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	if ds := r.run(); len(ds) != 1 || ds[0].State != event.Waiting {
		t.Fatalf("fetched as %+v", ds)
	}
	r.want(chargeID) // the bus has its rules all the same
	r.bus.Fault = nil
	r.now = r.now.Add(time.Hour)
	if d := r.deliver(f.ID); d.State != event.Done {
		t.Errorf("fetched as %+v", d)
	}
	r.want(chargeID)
	if s := r.get(chargeID); s.Pending || !slices.Equal(s.Subscribers, seven) {
		t.Errorf("pending %t, subscribers %v", s.Pending, s.Subscribers)
	}
}

func TestFetchOnDemand(t *testing.T) {
	for _, named := range []bool{true, false} {
		r := newRig(t) // nothing subscribes when it comes
		f, _ := r.post(r.twins([]byte(charge), named))
		r.run()
		for range 2 {
			reply, err := r.fetcher.OnDemand(t.Context(), f.ID)
			if err != nil || reply.Event != chargeID || reply.Error != "" {
				t.Errorf("%+v, %v", reply, err)
			}
		}
		if s := r.get(chargeID); s.Unfetched() || len(r.source.calls) != 2 {
			t.Errorf("unfetched %t after %v", s.Unfetched(), r.source.calls)
		}
	}
	r := newRig(t, seven...) // its fetch is parked, and it is pending
	f, _ := r.post(r.twins([]byte(charge), true))
	r.source.answer = func(string, []byte, error) ([]byte, error) { return nil, event.Permanent(event.ErrDenied) }
	r.run()
	if reply, err := r.fetcher.OnDemand(t.Context(), f.ID); err != nil || reply.Error == "" {
		t.Errorf("%+v, %v", reply, err)
	}
	r.source.answer = func(string, []byte, error) ([]byte, error) { return nil, event.RetryAfter(errors.New("429"), 0) }
	if reply, err := r.fetcher.OnDemand(t.Context(), f.ID); err == nil {
		t.Errorf("%+v, expected an error", reply)
	}
	r.source.answer = nil
	if reply, err := r.fetcher.OnDemand(t.Context(), f.ID); err != nil || reply.Event != chargeID {
		t.Errorf("%+v, %v", reply, err)
	}
	r.run()
	r.want(chargeID)
}

func TestContextOfAListedEventIsThatOfTheList(t *testing.T) {
	r := newRig(t, seven...)
	snapshot := strings.Replace(charge, `"object":"event"`, `"object":"event","account":"acct_1"`, 1)
	thin := r.twins([]byte(snapshot), false)
	if err := r.stripe.PutEvents("acct_1", json.RawMessage(snapshot)); err != nil {
		t.Fatal(err)
	}
	bare := bytes.Replace(thin, []byte(`"context":"acct_1"`), []byte(`"context":null`), 1)
	from := ingest.Arrival{Endpoint: webhook.Endpoint{Name: event.EndpointListed, Expect: webhook.ExpectAny, Connect: true}, Account: "acct_1", Received: r.now}
	if _, _, reason, err := r.intake.Accept(t.Context(), from, bare); err != nil || reason != "" {
		t.Fatal(reason, err)
	}
	if ds := r.run(); len(ds) != 1 || ds[0].State != event.Done {
		t.Errorf("fetched as %+v", ds)
	}
	r.want(chargeID)
}
