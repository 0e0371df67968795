package fraud

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

type object = map[string]any

// begin is when every story begins.
var begin = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// minute is the time so many minutes after begin.
func minute(n int) time.Time { return begin.Add(time.Duration(n) * time.Minute) }

// stripe tells a story on Stripe's own samples of one API version, one event a
// minute.
type stripe struct {
	t       testing.TB
	version string
	now     time.Time
	events  []facts.Event
}

func newStripe(t testing.TB, version string) *stripe {
	return &stripe{t: t, version: version, now: begin}
}

func (s *stripe) send(kind string, over object) *stripe {
	s.t.Helper()
	sample, err := events.Sample(kind, s.version)
	if err != nil {
		s.t.Fatal(err)
	}
	var e struct {
		Data struct {
			Object object `json:"object"`
		} `json:"data"`
	}
	if err := json.Unmarshal(sample, &e); err != nil {
		s.t.Fatal(err)
	}
	maps.Copy(e.Data.Object, over)
	body, err := json.Marshal(e)
	if err != nil {
		s.t.Fatal(err)
	}
	var out facts.Event
	id := fmt.Sprintf("evt_%d", len(s.events)+1)
	if err := out.DecodeEvent(event.Facts{ID: id, Type: kind, APIVersion: s.version, Created: s.now, Scope: event.Scope{Livemode: true}}, body); err != nil {
		s.t.Fatal(err)
	}
	s.events = append(s.events, out)
	s.now = s.now.Add(time.Minute)
	return s
}

func (s *stripe) wait(minutes int) *stripe {
	s.now = s.now.Add(time.Duration(minutes) * time.Minute)
	return s
}

func (s *stripe) warn(kind, id string, actionable bool) *stripe {
	return s.send("radar.early_fraud_warning."+kind, object{
		"id": id, "charge": "ch_1", "payment_intent": "pi_1", "actionable": actionable, "created": begin.Unix(),
	})
}

// review tells of a review; an open one has no reason to be closed.
func (s *stripe) review(kind string, why any) *stripe {
	return s.send("review."+kind, object{
		"id": "prv_1", "charge": "ch_1", "payment_intent": "pi_1", "open": why == nil, "closed_reason": why, "created": begin.Unix(),
	})
}

// dispute tells of one whose evidence is due so many minutes after the story
// began; 0 is never.
func (s *stripe) dispute(kind, id, status string, due int) *stripe {
	evidence := object{"due_by": nil}
	if due > 0 {
		evidence["due_by"] = minute(due).Unix()
	}
	created := s.now.Unix()
	for _, e := range s.events {
		if e.Dispute != nil && e.Dispute.ID == id {
			created = e.Dispute.Created.Unix()
			break
		}
	}
	return s.send("charge.dispute."+kind, object{
		"id": id, "charge": "ch_1", "payment_intent": "pi_1", "status": status, "evidence_details": evidence, "created": created,
	})
}

// charge tells of an attempt to pay the order with the card, by the customer.
func (s *stripe) charge(kind, id, order, card string, customer any) *stripe {
	status := map[string]string{"failed": "failed", "succeeded": "succeeded"}[kind]
	return s.send("charge."+kind, object{
		"id": id, "payment_intent": order, "customer": customer, "status": status, "created": s.now.Unix(),
		"payment_method_details": object{"type": "card", "card": object{"brand": "visa", "last4": "4242", "fingerprint": card}},
	})
}

// failures are n attempts for n orders, from the given one on.
func (s *stripe) failures(from, n int, card string, customer any) *stripe {
	for i := from; i < from+n; i++ {
		s.charge("failed", fmt.Sprintf("ch_%d", i), fmt.Sprintf("pi_%d", i), card, customer)
	}
	return s
}

// rule of the tests: three within ten minutes.
var rule = Rule{Limit: 3, Window: 10 * time.Minute}

// rows are what the events make of both kinds of rows, in JSON as stored.
func rows(t testing.TB, told []facts.Event) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, e := range told {
		kind, id, err := Key(e)
		if err != nil {
			continue
		}
		change(t, all, e.Key(kind, id), func(o Order) Order { return Merge(o, id, e) })
		for _, source := range Sources(e) {
			change(t, all, e.Key(SourceKey(source)), func(s Source) Source { return Add(s, source, e, rule) })
		}
	}
	return all
}

func change[T any](t testing.TB, all map[string]string, key string, fn func(T) T) {
	t.Helper()
	var row T
	if old := all[key]; old != "" {
		if err := json.Unmarshal([]byte(old), &row); err != nil {
			t.Fatal(err)
		}
	}
	data, err := json.Marshal(fn(row))
	if err != nil {
		t.Fatal(err)
	}
	all[key] = string(data)
}

// held are the holds of all rows, as they are listed.
func held(t testing.TB, all map[string]string) []Hold {
	t.Helper()
	var holds []Hold
	for _, data := range all {
		var row struct {
			Holds []Hold `json:"holds"`
		}
		if err := json.Unmarshal([]byte(data), &row); err != nil {
			t.Fatal(err)
		}
		holds = append(holds, row.Holds...)
	}
	return List(holds)
}
