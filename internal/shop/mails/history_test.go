package mails

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/sms"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// post is a mailbox that keeps what it gets, or fails as ordered.
type post struct {
	mu   sync.Mutex
	sent []mail.Mail
	err  error
}

func (p *post) Send(_ context.Context, m mail.Mail) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return "", p.err
	}
	p.sent = append(p.sent, m)
	return fmt.Sprint("m-", len(p.sent)), nil
}

// phones is a carrier that keeps what it gets, or fails as ordered.
type phones struct {
	mu   sync.Mutex
	sent []sms.Text
	err  error
}

func (p *phones) Send(_ context.Context, text sms.Text) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return "", p.err
	}
	p.sent = append(p.sent, text)
	return fmt.Sprint("t-", len(p.sent)), nil
}

// api is a Stripe of the test's own.
type api struct {
	fakestripe.API
	url string
}

func newAPI(t testing.TB, objects ...obj) *api {
	a := &api{}
	srv := httptest.NewServer(&a.API)
	t.Cleanup(srv.Close)
	a.url = srv.URL
	a.has(t, objects...)
	return a
}

// has puts objects into Stripe.
func (a *api) has(t testing.TB, objects ...obj) {
	t.Helper()
	for _, o := range objects {
		body, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Put("", body); err != nil {
			t.Fatal(err)
		}
	}
}

const bothKeys = `{"live":"rk_live_1","test":"rk_test_1"}`

// shop is the action under test with its mailbox and clock.
type shop struct {
	*actiontest.Rig
	post   *post
	phones *phones
	key    string // the secret with Stripe's API key; none is ""
	stripe *stripeapi.Client
	late   time.Duration // how far the action's clock is past the events'
	t      testing.TB
}

var always = Settings{
	Mode: modeAlways, From: "Acme <shop@example.com>", Shop: "owner@example.com",
	TestRecipient: toCustomer, ShopName: "Acme", PayLink: "https://shop.example.com/pay",
}

func open(t testing.TB, cfg Settings) *shop {
	s := &shop{post: &post{}, phones: &phones{}, t: t}
	s.stripe = &stripeapi.Client{Now: func() time.Time { return s.Now }, Secret: func(context.Context) (string, error) {
		if s.key == "" {
			return "", event.ErrNotConfigured
		}
		return s.key, nil
	}}
	now := func() time.Time { return s.Now.Add(s.late) }
	s.Rig = actiontest.New(t, Sender{Settings: cfg, Mail: s.post, SMS: s.phones, Stripe: lookup.Stripe{Client: s.stripe}, Now: now}.Send)
	s.Now = noon.Add(time.Hour)
	return s
}

// asks gives the shop a key for the API.
func (s *shop) asks(a *api) *shop {
	s.stripe.Base, s.key = a.url, bothKeys
	return s
}

// forgets lets so much time pass that a key is read again.
func (s *shop) forgets() { s.Now = s.Now.Add(10 * time.Minute) }

// deliver stores an event and runs the action for it.
func (s *shop) deliver(body []byte) event.Delivery {
	s.t.Helper()
	return s.Deliver(s.store(body))
}

// store keeps an event as ingest would, a moment after the last.
func (s *shop) store(body []byte) (id string) {
	s.t.Helper()
	f, reason := webhook.Parse(body)
	if reason != "" {
		s.t.Fatalf("ingest would quarantine this event: %s", reason)
	}
	s.Now = s.Now.Add(10 * time.Millisecond)
	f.Received, f.Endpoint = s.Now, "default"
	if _, err := s.Store.Put(s.t.Context(), event.Event{Facts: f, Body: body}, s.Now.Add(time.Hour*9000)); err != nil {
		s.t.Fatal(err)
	}
	return f.ID
}

// mails are what went out, in order: kind, key, amount in the subject or text.
func (s *shop) mails() (all []string) {
	for _, m := range s.post.sent {
		_, amount, _ := strings.Cut(m.Text, "Amount: ")
		amount, _, _ = strings.Cut(amount, "\n")
		all = append(all, strings.TrimSpace(m.Key+" "+amount+" → "+m.To))
	}
	return all
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type obj map[string]any

// with returns o with some fields changed.
func (o obj) with(changes obj) obj {
	c := maps.Clone(o)
	maps.Copy(c, changes)
	return c
}

const (
	before2024 = stripetest.Older
	today      = stripetest.Latest
)

// posted is one event; after is how long past noon it was created.
func posted(id, kind string, version facts.Version, after time.Duration, object, previous obj) []byte {
	return stripetest.Event{ID: id, Type: kind, Version: version, Created: noon.Add(after), Object: object, Previous: previous}.Body()
}

func card() obj {
	return obj{"type": "card", "card": obj{"brand": "visa", "last4": "4242"}}
}

func chargeOf(pi string) obj {
	return obj{
		"id": "ch_1", "object": "charge", "payment_intent": pi, "status": "succeeded", "paid": true, "captured": true,
		"amount": 10000, "amount_captured": 10000, "amount_refunded": 0, "currency": "usd", "created": noon.Unix(),
		"billing_details": obj{"email": "jenny@example.com"}, "payment_method_details": card(),
		"metadata": obj{"order_id": "A-17"},
	}
}

func refundOf(id string, amount int, status string) obj {
	return obj{
		"id": id, "object": "refund", "charge": "ch_1", "payment_intent": "pi_1", "status": status,
		"amount": amount, "currency": "usd", "created": noon.Add(time.Hour).Unix(),
	}
}

func intent(status string, received int) obj {
	return obj{
		"id": "pi_1", "object": "payment_intent", "status": status, "amount": 10000, "amount_received": received,
		"currency": "usd", "latest_charge": "ch_1", "created": noon.Unix(),
	}
}
