package pages_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/shop/pages"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
	"github.com/payhooks/payhooks/internal/shop/order"
	"github.com/payhooks/payhooks/internal/status"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// tables are the stack's tables in memory.
type tables struct{ *memory.Store }

func (tables) Since(context.Context) (time.Time, error) { return time.Time{}, nil }

func (tables) Copies() event.Copies { return nil }

// keyless is a Stripe without an API key.
type keyless struct{}

func (keyless) Payments(context.Context, event.Scope, string) ([]facts.InvoicePayment, error) {
	return nil, event.ErrNotConfigured
}

// site is a console of a shop in memory whose orders are kept by the real action.
type site struct {
	*consoletest.Reader
	desk   *operatortest.Desk
	orders *actiontest.Rig
}

var own = event.Scope{Livemode: true}

func open(t *testing.T) *site {
	t.Helper()
	d := operatortest.New(t, time.Now, 0, "update-order")
	rig := actiontest.New(t, order.Updater{Stripe: keyless{}}.Update)
	rig.Store = d.Memory
	rig.Handler.Store, rig.Handler.Ledger, rig.Handler.Action = d.Memory, d.Memory, "update-order"
	d.Functions = memory.Functions{"update-order": func(ctx context.Context, in json.RawMessage) (any, error) { return rig.Handler.Invoke(ctx, in) }}
	d.Since = func(context.Context) (time.Time, error) { return time.Now(), nil }
	d.Sleep = func(ctx context.Context, _ time.Duration) error { return operatortest.Sleep(ctx, time.Microsecond) }
	shop := pages.New()
	c := console.New(console.Config{
		Operator: d.Operator, Region: "eu-central-1", Mode: console.Local, Pages: shop.Pages(), References: []console.Reference{shop.Find},
		Target:  &cli.Target{Stack: "memory", Local: &local.Running{}, Tables: tables{d.Memory}},
		Sources: status.Sources{Store: d.Store, Ledger: d.Ledger, Quarantine: d.Quarantine, Bus: d.Bus, DeadLetters: d.DeadLetters, Now: time.Now},
	})
	return &site{consoletest.Open(t, c), d, rig}
}

// post lets an event come, an hour ago, and update-order have it.
func (s *site) event(id, kind string, scope event.Scope, object stripetest.Object) {
	s.Helper()
	e := stripetest.Event{ID: id, Type: kind, Version: stripetest.Older, Scope: scope, Created: time.Now().Add(-time.Hour), Object: object}
	if d := s.orders.Post(e.Body()); d.State != event.Done {
		s.Fatalf("%s: %s %s", id, d.State, d.Error)
	}
	if err := s.desk.Memory.MarkPublished(s.Context(), id, []string{"update-order"}); err != nil {
		s.Fatal(err)
	}
}

// paid is an event of a payment.
func (s *site) paid(id, reference, currency string, amount int64) {
	s.Helper()
	s.event("evt_"+id, "payment_intent.succeeded", own, stripetest.Object{
		"id": id, "object": "payment_intent", "status": "succeeded", "amount": amount, "amount_received": amount, "currency": currency,
		"metadata": stripetest.Object{"order_id": reference},
	})
}

// get is the main part of a page that must be there.
func (s *site) get(path string) string {
	s.Helper()
	return consoletest.Main(s.Page(path))
}

// text is a page as people read it.
func text(html string) string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, " ")), " ")
}

func (s *site) wants(path string, all ...string) {
	s.Helper()
	page := text(s.get(path))
	for _, want := range all {
		if !strings.Contains(page, want) {
			s.Errorf("%s does not say %q:\n%s", path, want, page)
		}
	}
}
