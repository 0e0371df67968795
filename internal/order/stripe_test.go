package order

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

const (
	v2023  = "2023-10-16"
	dahlia = "2026-08-26.dahlia"
)

type object = map[string]any

// stripe tells the life of one payment as Stripe does in one API version: what
// it sends, with which fields, at which second. Tests read like the story.
type stripe struct {
	t       testing.TB
	version string
	now     int64
	events  []facts.Event

	upgrade int // the endpoint moves to dahlia after so many events; 0 never

	pi, ch   object
	refunds  map[string]object
	captured int64 // of the charge
	returned int64 // of it, by refunds that stand
	released int64 // of it, when the last part was captured
}

func newStripe(t testing.TB, version string) *stripe {
	return &stripe{t: t, version: version, now: 1_790_000_000, refunds: map[string]object{}}
}

// send adds an event and lets a minute pass.
func (s *stripe) send(kind string, o object) {
	s.at(kind, o)
	s.now += 60
}

// at adds an event without letting time pass.
func (s *stripe) at(kind string, o object) {
	s.t.Helper()
	id := fmt.Sprintf("evt_%d", len(s.events)+1)
	body, err := json.Marshal(object{"id": id, "type": kind, "api_version": s.version, "data": object{"object": o}})
	if err != nil {
		s.t.Fatal(err)
	}
	var e facts.Event
	f := event.Facts{ID: id, Type: kind, APIVersion: s.version, Created: time.Unix(s.now, 0).UTC(), Scope: event.Scope{Livemode: true}}
	if err := e.DecodeEvent(f, body); err != nil {
		s.t.Fatal(err)
	}
	s.events = append(s.events, e)
	if len(s.events) == s.upgrade {
		s.version = dahlia
	}
}

// charge is the charge as the version of the day renders it.
func (s *stripe) charge() object {
	refunded := s.returned
	if facts.Version(s.version).CountsReleaseAsRefund() {
		refunded += s.released
	}
	return with(s.ch, "amount_refunded", refunded)
}

// forget drops the events whose type begins so, as if the endpoint had not asked
// for them.
func (s *stripe) forget(kind string) {
	s.events = slices.DeleteFunc(s.events, func(e facts.Event) bool {
		return strings.HasPrefix(e.Type, kind)
	})
}

func with(o object, kv ...any) object {
	out := object{}
	for k, v := range o {
		out[k] = v
	}
	for i := 0; i < len(kv); i += 2 {
		out[kv[i].(string)] = kv[i+1]
	}
	return out
}

// intent begins a payment of the amount, with a reference in its metadata.
func (s *stripe) intent(amount int64) *stripe {
	s.pi = object{
		"object": "payment_intent", "id": "pi_1", "amount": amount, "amount_received": 0, "currency": "eur",
		"status": "requires_payment_method", "metadata": object{"order_id": "A-1"}, "latest_charge": nil,
	}
	s.send("payment_intent.created", s.pi)
	return s
}

func (s *stripe) newCharge(id string, amount int64) {
	s.captured, s.returned, s.released = 0, 0, 0
	s.ch = object{
		"object": "charge", "id": id, "amount": amount, "amount_captured": 0, "amount_refunded": 0, "captured": false,
		"currency": "eur", "paid": true, "status": "succeeded", "payment_intent": nil, "metadata": object{},
	}
	if s.pi != nil {
		s.ch["payment_intent"], s.ch["metadata"] = "pi_1", s.pi["metadata"]
		s.pi["latest_charge"] = id
	}
	if facts.Version(s.version).CountsReleaseAsRefund() {
		s.ch["invoice"] = nil
	}
}

func (s *stripe) fail(id string) *stripe {
	s.newCharge(id, s.pi["amount"].(int64))
	s.at("charge.failed", with(s.ch, "status", "failed", "paid", false, "failure_code", "card_declined"))
	s.send("payment_intent.payment_failed", with(s.pi, "last_payment_error", object{"code": "card_declined", "charge": id}))
	return s
}

func (s *stripe) authorize(id string, amount int64) *stripe {
	s.newCharge(id, amount)
	s.at("charge.succeeded", s.ch)
	if s.pi != nil {
		s.at("payment_intent.amount_capturable_updated", with(s.pi, "status", "requires_capture", "amount_capturable", amount))
	}
	s.now += 60
	return s
}

// capture takes one part; the last one lets the rest of the hold go.
func (s *stripe) capture(part int64, last bool) *stripe {
	s.captured += part
	s.ch = with(s.ch, "amount_captured", s.captured, "captured", true)
	if rest := s.ch["amount"].(int64) - s.captured; last && rest > 0 {
		s.released = rest
		if facts.Version(s.version).CountsReleaseAsRefund() {
			s.at("charge.refunded", s.charge())
		}
	}
	s.at("charge.captured", s.charge())
	if s.pi != nil && last {
		s.pi = with(s.pi, "status", "succeeded", "amount_received", s.captured)
		s.at("payment_intent.succeeded", s.pi)
	}
	s.now += 60
	return s
}

// pay authorises and captures at once.
func (s *stripe) pay(id string, amount int64) *stripe {
	s.newCharge(id, amount)
	s.captured = amount
	s.ch = with(s.ch, "amount_captured", amount, "captured", true)
	s.at("charge.succeeded", s.ch)
	if s.pi != nil {
		s.pi = with(s.pi, "status", "succeeded", "amount_received", amount)
		s.at("payment_intent.succeeded", s.pi)
	}
	s.now += 60
	return s
}

// release lets an authorisation go before anything was captured.
func (s *stripe) release() *stripe {
	s.at("charge.refunded", with(s.ch, "amount_refunded", s.ch["amount"], "refunded", true))
	if s.pi != nil {
		s.pi = with(s.pi, "status", "canceled")
		s.at("payment_intent.canceled", s.pi)
	}
	s.now += 60
	return s
}

func (s *stripe) refund(id string, amount int64) *stripe {
	s.returned += amount
	s.refunds[id] = object{
		"object": "refund", "id": id, "amount": amount, "charge": s.ch["id"], "payment_intent": s.ch["payment_intent"],
		"currency": "eur", "status": "succeeded", "created": s.now, "metadata": object{},
	}
	if facts.Version(s.version).ReportsEveryRefund() {
		s.at("refund.created", s.refunds[id])
	}
	s.send("charge.refunded", s.charge())
	return s
}

func (s *stripe) failRefund(id string) *stripe {
	failed := with(s.refunds[id], "status", "failed", "failure_reason", "expired_or_canceled_card")
	s.returned -= failed["amount"].(int64)
	s.at("charge.refund.updated", failed)
	if facts.Version(s.version).ReportsEveryRefund() {
		s.at("refund.updated", failed)
		s.at("refund.failed", failed)
	}
	s.now += 60
	return s
}

// touch sends the charge as it is now, as when its fee becomes known.
func (s *stripe) touch() *stripe {
	s.send("charge.updated", s.charge())
	return s
}

func (s *stripe) dispute(kind, id string, amount int64, status string) *stripe {
	s.send("charge.dispute."+kind, object{
		"object": "dispute", "id": id, "amount": amount, "currency": "eur", "status": status,
		"charge": s.ch["id"], "payment_intent": s.ch["payment_intent"],
	})
	return s
}

func (s *stripe) session(kind, status, payment string) *stripe {
	o := object{
		"object": "checkout.session", "id": "cs_1", "mode": "payment", "status": status, "payment_status": payment,
		"client_reference_id": "cart-1", "amount_total": 1000, "currency": "eur", "metadata": object{}, "payment_intent": nil,
	}
	if s.pi != nil {
		o["payment_intent"] = "pi_1"
	}
	s.send("checkout.session."+kind, o)
	return s
}

func (s *stripe) invoice(fields ...any) *stripe {
	o := object{"object": "invoice", "id": "in_1", "status": "paid", "currency": "eur", "metadata": object{"order_id": "B-2"}}
	s.send("invoice.paid", with(o, fields...))
	return s
}
