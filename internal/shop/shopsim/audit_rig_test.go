package shopsim_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/shop/order"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

// whole is the shop's actions that keep state, over one store and a fake Stripe.
type whole struct {
	t        *testing.T
	store    *memory.Store
	api      *fakestripe.API
	handlers map[string]*delivery.Handler
	types    map[string][]string
	now      time.Time

	key   string
	mu    sync.Mutex
	asked map[string]int // requests by kind of list
	// answer replaces Stripe's; nil is as it is.
	answer func(w http.ResponseWriter, r *http.Request)
}

func newWhole(t *testing.T) *whole {
	s := &whole{
		t: t, store: memory.New(), api: &fakestripe.API{}, handlers: map[string]*delivery.Handler{}, types: types(t),
		now: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), key: `{"live":"rk_live_1","test":"rk_test_1"}`, asked: map[string]int{},
	}
	secret := func(context.Context) (string, error) { return s.key, nil }
	stripe := lookup.Stripe{Client: &stripeapi.Client{Secret: secret, Base: "http://127.0.0.1", Now: s.clock, Transport: s}}
	for name, fn := range map[string]action.Function[facts.Event]{
		"update-order":     order.Updater{Stripe: stripe}.Update,
		"grant-access":     access.Granter{Stripe: stripe}.Grant,
		"flag-fraud":       fraud.Flagger{}.Flag,
		"adjust-inventory": inventory.Keeper{Stripe: stripe}.Adjust,
		"post-journal":     journal.Poster{Stripe: stripe, Book: journal.Book{Rows: s.store, Writers: 1}}.Post,
	} {
		s.handlers[name] = s.handler(name, action.New(fn))
	}
	return s
}

func (s *whole) clock() time.Time { return s.now }

func (s *whole) handler(name string, h *delivery.Handler) *delivery.Handler {
	h.Action, h.Store, h.Ledger, h.Now = name, s.store, s.store, s.clock
	h.Rand, h.Owner = func() float64 { return 0.5 }, func() string { return "owner" }
	h.Pause = func(context.Context, time.Duration) error { return nil }
	h.Log = slog.New(slog.DiscardHandler)
	return h
}

// RoundTrip is Stripe, without a network.
func (s *whole) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range lists {
		if strings.Contains(r.URL.Path, list) {
			s.asked[list]++
		}
	}
	s.asked["all"]++
	rec := httptest.NewRecorder()
	if s.answer != nil {
		s.answer(rec, r)
	} else {
		s.api.ServeHTTP(rec, r)
	}
	return rec.Result(), nil
}

// lists are what the shop reads at Stripe.
var lists = []string{"/subscription_items", "/active_entitlements", "/line_items", "/invoice_payments", "/refunds", "/balance_transactions"}

// post stores the event and delivers it to every action that its type is for.
func (s *whole) post(body []byte) {
	f, reason := webhook.Parse(body)
	if reason != "" {
		s.t.Fatalf("%s: %s", body, reason)
	}
	f.Received, f.Endpoint = s.now, "default"
	var to []string
	for name := range s.handlers {
		if slices.Contains(s.types[name], f.Type) {
			to = append(to, name)
		}
	}
	ctx := s.t.Context()
	_, err := s.store.Put(ctx, event.Event{Facts: f, Body: body}, s.now.AddDate(1, 0, 0))
	if err == nil {
		err = s.store.MarkPublished(ctx, f.ID, to)
	}
	for _, name := range to {
		if err == nil {
			_, err = s.handlers[name].Deliver(ctx, f.ID, true)
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// audit fails the test if it finds anything or asks Stripe.
func (s *whole) audit(what string) *operator.AuditResult {
	s.t.Helper()
	before := s.asked["all"]
	functions, rules := memory.Functions{}, map[string][]string{}
	for name, h := range s.handlers {
		functions[name], rules[name] = func(ctx context.Context, in json.RawMessage) (any, error) { return h.Invoke(ctx, in) }, nil
	}
	o := &operator.Operator{
		Store: s.store, Ledger: s.store, Bus: &memory.Bus{Selects: rules}, Functions: functions, Now: s.clock,
		Since: func(context.Context) (time.Time, error) { return s.now, nil },
		Sleep: func(context.Context, time.Duration) error { return nil },
	}
	r, err := o.Audit(s.t.Context(), operator.Audit{Repair: true})
	if err != nil {
		s.t.Fatal(err)
	}
	if n := s.asked["all"] - before; n != 0 {
		s.t.Errorf("%s: the audit asked Stripe %d times", what, n)
	}
	for _, f := range r.Findings {
		s.t.Errorf("%s: %s %s is %s: %s\nis %s\nby its events %s", what, f.Table, f.Key, f.Verdict, f.Error, f.Actual, f.Recomputed)
	}
	return r
}

// fails answers every request with an error of Stripe's.
func fails(w http.ResponseWriter, _ *http.Request) {
	fakestripe.Fail(w, http.StatusInternalServerError, "api_error", "", "down")
}

// otherwise answers as Stripe would had everything changed since: what is listed has
// other numbers, products and features, and each list is shorter.
func (s *whole) otherwise(w http.ResponseWriter, r *http.Request) {
	rec := httptest.NewRecorder()
	s.api.ServeHTTP(rec, r)
	var o map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &o); err != nil {
		s.t.Fatal(err)
	}
	change(o)
	w.WriteHeader(rec.Code)
	if err := json.NewEncoder(w).Encode(o); err != nil {
		s.t.Fatal(err)
	}
}

func change(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			change(member)
			switch k {
			case "amount", "net", "quantity", "amount_paid":
				v[k] = 7
			case "product", "lookup_key", "price", "payment_intent":
				v[k] = fmt.Sprint(k, "_other")
			}
		}
		if all, ok := v["data"].([]any); ok && len(all) > 1 {
			v["data"] = all[1:]
		}
	case []any:
		for _, one := range v {
			change(one)
		}
	}
}
