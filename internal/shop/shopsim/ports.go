package shopsim

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/notice"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/simtest"
	"github.com/payhooks/payhooks/internal/sms"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// mailbox counts each mail by the key that its header has.
type mailbox struct{ stack simtest.Stack }

func (m mailbox) Send(_ context.Context, one mail.Mail) (string, error) {
	return "message", m.stack.Perform("mail " + one.Key)
}

// kind of a mail, by the name under which it was performed.
func kind(performed string) string {
	key, ok := strings.CutPrefix(performed, "mail ")
	kind, _, _ := strings.Cut(key, "/")
	if !ok {
		return ""
	}
	return kind
}

// phones take text messages. Two may be equal word for word, so they are not
// counted.
type phones struct{ stack simtest.Stack }

func (p phones) Send(context.Context, sms.Text) (string, error) {
	return "message", p.stack.Read("SMS")
}

// board shows notices to the shop's staff, over one channel.
type board struct {
	stack   simtest.Stack
	channel string
}

func (b board) Send(_ context.Context, n notice.Notice) error {
	return b.stack.Perform("notice " + b.channel + ": " + n.Subject + ": " + n.Text)
}

func (b board) Configured(context.Context) (bool, error) { return true, b.stack.Read("Slack secret") }

// stripe is the real reader of Stripe's API over the schedule's fake, in this
// process. Each of its calls may fail.
type stripe struct {
	stack simtest.Stack
	api   lookup.Stripe
}

func newStripe(s simtest.Stack) stripe {
	key := func(context.Context) (string, error) { return `{"live":"rk_live_1","test":"rk_test_1"}`, nil }
	client := &stripeapi.Client{Secret: key, Base: "http://127.0.0.1", Now: s.Now, Transport: direct{s.Stripe()}}
	return stripe{s, lookup.Stripe{Client: client}}
}

// direct serves requests without a network.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	d.handler.ServeHTTP(rec, r)
	return rec.Result(), nil
}

// read makes one call, with the faults of any other.
func read[T any](s stripe, what string, call func() (T, error)) (T, error) {
	got, err := call()
	if fault := s.stack.Read(what); fault != nil {
		var nothing T
		return nothing, fault
	}
	return got, err
}

func (s stripe) Lines(ctx context.Context, scope event.Scope, session string) (inventory.Listing, error) {
	return read(s, "lines of "+session, func() (inventory.Listing, error) { return s.api.Lines(ctx, scope, session) })
}

func (s stripe) Transaction(ctx context.Context, scope event.Scope, id string) (journal.Transaction, error) {
	return read(s, id, func() (journal.Transaction, error) { return s.api.Transaction(ctx, scope, id) })
}

func (s stripe) Transactions(ctx context.Context, scope event.Scope, q journal.Query) (page []journal.Transaction, more bool, err error) {
	page, err = read(s, "transactions", func() (page []journal.Transaction, err error) {
		page, more, err = s.api.Transactions(ctx, scope, q)
		return page, err
	})
	return page, more, err
}

func (s stripe) Refunds(ctx context.Context, scope event.Scope, charge string) ([]facts.Refund, error) {
	return read(s, "refunds of "+charge, func() ([]facts.Refund, error) { return s.api.Refunds(ctx, scope, charge) })
}

func (s stripe) Payments(ctx context.Context, scope event.Scope, invoice string) ([]facts.InvoicePayment, error) {
	return read(s, "payments of "+invoice, func() ([]facts.InvoicePayment, error) { return s.api.Payments(ctx, scope, invoice) })
}

func (s stripe) InvoiceOf(ctx context.Context, scope event.Scope, intent string) (string, error) {
	return read(s, "invoice of "+intent, func() (string, error) { return s.api.InvoiceOf(ctx, scope, intent) })
}

func (s stripe) Invoice(ctx context.Context, scope event.Scope, id string) (facts.Invoice, error) {
	return read(s, id, func() (facts.Invoice, error) { return s.api.Invoice(ctx, scope, id) })
}

func (s stripe) Contact(ctx context.Context, scope event.Scope, customer string) (email, phone string, locales []string, err error) {
	email, err = read(s, customer, func() (email string, err error) {
		email, phone, locales, err = s.api.Contact(ctx, scope, customer)
		return email, err
	})
	return email, phone, locales, err
}

func (s stripe) Items(ctx context.Context, e facts.Event) ([]facts.SubscriptionItem, error) {
	return read(s, "items of "+e.ID, func() ([]facts.SubscriptionItem, error) { return s.api.Items(ctx, e) })
}

func (s stripe) Entitlements(ctx context.Context, e facts.Event) ([]facts.Entitlement, error) {
	return read(s, "entitlements of "+e.ID, func() ([]facts.Entitlement, error) { return s.api.Entitlements(ctx, e) })
}
