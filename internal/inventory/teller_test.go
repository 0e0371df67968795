package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

var versions = []string{"2023-10-16", "2026-08-26.dahlia"}

// tb is what testing.TB and rapid.T share.
type tb interface {
	Helper()
	Fatal(...any)
}

type object = map[string]any

// teller tells one checkout as Stripe does in one API version.
type teller struct {
	t       tb
	version string
	n       int // which checkout of the test
	events  []facts.Event
	made    map[string]int // when each refund was
}

func (t *teller) id() string { return fmt.Sprintf("cs_%d", t.n) }
func (t *teller) pi() string { return fmt.Sprintf("pi_%d", t.n) }

func (t *teller) send(kind string, o object) {
	t.t.Helper()
	body, err := json.Marshal(object{"data": object{"object": o}})
	if err != nil {
		t.t.Fatal(err)
	}
	f := event.Facts{ID: fmt.Sprintf("evt_%d_%d", t.n, len(t.events)), Type: kind, APIVersion: t.version, Scope: live}
	f.Created = time.Unix(1_790_000_000+60*int64(len(t.events)), 0)
	var e facts.Event
	if err := e.DecodeEvent(f, body); err != nil {
		t.t.Fatal(err)
	}
	t.events = append(t.events, e)
}

func (t *teller) session(kind, status string) {
	o := object{"id": t.id(), "object": "checkout.session", "mode": "payment", "payment_status": status, "payment_intent": t.pi()}
	if kind == "expired" || status == "no_payment_required" {
		o["payment_intent"] = nil
	}
	t.send("checkout.session."+kind, o)
}

func (t *teller) intent(kind string, received int64) {
	t.send("payment_intent."+kind, object{"id": t.pi(), "object": "payment_intent", "status": kind, "amount": 1000, "amount_received": received, "currency": "eur"})
}

func (t *teller) paid() {
	t.session("completed", "paid")
	t.intent("succeeded", 1000)
}

func (t *teller) charge(kind string, captured, refunded int64) {
	t.send("charge."+kind, object{
		"id": fmt.Sprintf("ch_%d", t.n), "object": "charge", "status": "succeeded", "payment_intent": t.pi(), "currency": "eur",
		"amount": 1000, "amount_captured": captured, "captured": captured > 0, "amount_refunded": refunded,
	})
}

// refund is one that brings the charge's sum to total.
func (t *teller) refund(id string, amount, total int64) {
	if t.version > "2024-10-28" {
		t.send("refund.created", t.re(id, amount, "pending"))
		t.charge("refunded", 1000, total)
		t.send("refund.updated", t.re(id, amount, "succeeded"))
		return
	}
	t.charge("refunded", 1000, total)
	t.send("charge.refund.updated", t.re(id, amount, "succeeded"))
}

func (t *teller) refundFailed(id string, amount int64) {
	if t.version > "2024-10-28" {
		t.send("refund.failed", t.re(id, amount, "failed"))
	}
	t.send("charge.refund.updated", t.re(id, amount, "failed"))
}

func (t *teller) re(id string, amount int64, status string) object {
	if t.made == nil {
		t.made = map[string]int{}
	}
	if t.made[id] == 0 {
		t.made[id] = 1_790_000_000 + 60*len(t.events)
	}
	return object{
		"id": fmt.Sprintf("%s_%d", id, t.n), "object": "refund", "status": status, "amount": amount, "currency": "eur",
		"charge": fmt.Sprintf("ch_%d", t.n), "payment_intent": t.pi(), "created": t.made[id],
	}
}

// toldEvent is an event, or the shop's own reservation for a session.
type toldEvent struct {
	facts.Event
	reserve string
}

// shop is a table in memory: it keeps rows as JSON, as the stores do.
type shop map[string]json.RawMessage

func (s shop) row(t tb, key string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	s[key] = data
}

// take does what the action does.
func (s shop) take(t tb, e facts.Event, restock bool, lines []Line) {
	kind, id, err := Key(e, restock)
	if err != nil {
		return
	}
	key := e.Key(kind, id)
	if e.Session == nil {
		var old Payment
		s.read(t, key, &old)
		s.row(t, key, MergePayment(old, id, e))
		return
	}
	var listed *Listing
	if Sells(e) {
		listed = &Listing{lines}
	}
	var old Session
	s.read(t, key, &old)
	s.row(t, key, MergeSession(old, e, listed))
}

func (s shop) read(t tb, key string, v any) {
	if data, ok := s[key]; ok {
		if err := json.Unmarshal(data, v); err != nil {
			t.Fatal(err)
		}
	}
}

// Scan implements Scanner.
func (s shop) Scan(context.Context, string) iter.Seq2[event.Row, error] {
	return func(yield func(event.Row, error) bool) {
		for key, data := range s {
			if !yield(event.Row{Key: key, Version: 1, Data: data}, nil) {
				break
			}
		}
	}
}

// levels is what is not zero, by item: on hand, reserved, back-ordered.
func (s shop) levels(t tb) map[string][3]int64 {
	ls, err := Levels(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string][3]int64{}
	for _, l := range ls {
		if sum := [3]int64{l.OnHand, l.Reserved, l.BackOrdered}; sum != [3]int64{} {
			sums[l.Item] = sum
		}
	}
	return sums
}

// stock is what a test expects of these sessions, two tees and a cap each.
func stock(supply map[string]int64, states ...state) map[string][3]int64 {
	sums := map[string][3]int64{}
	for item, each := range map[string]int64{"price_tee": 2, "price_cap": 1, "price_mug": 0} {
		var reserves, commits int64
		for _, s := range states {
			switch s {
			case reserved:
				reserves += each
			case committed:
				commits += each
			}
		}
		if sum := [3]int64{max(0, supply[item]-commits), reserves, max(0, commits-supply[item])}; sum != [3]int64{} {
			sums[item] = sum
		}
	}
	return sums
}
