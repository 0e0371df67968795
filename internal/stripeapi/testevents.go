package stripeapi

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/customer"
	"github.com/stripe/stripe-go/v76/paymentintent"
	"github.com/stripe/stripe-go/v76/product"

	"github.com/payhooks/payhooks/internal/event"
)

// TestEvents causes events in test mode. A classic endpoint takes no ping, and no
// call resends an event: only an object that changes makes Stripe send one.
type TestEvents struct{ Client *Client }

// occasion makes an object that Stripe sends an event of the type about, and removes it
// again where that is possible.
type occasion struct {
	kind   string
	object func(ctx context.Context, api stripe.Backend) (id string, err error)
	undo   func(ctx context.Context, api stripe.Backend, id string) error
}

// occasions are in the order in which they are tried: first what no action would take
// for business.
var occasions = []occasion{
	{"product.created", newProduct, deleteProduct},
	{"customer.created", newCustomer, deleteCustomer},
	{"payment_intent.created", newIntent(""), cancelIntent},
	{"payment_intent.succeeded", newIntent("pm_card_visa"), nil},
	{"charge.succeeded", newIntent("pm_card_visa"), nil},
}

// listWait is how long Stripe may take to list an event.
const listWait = 20 * time.Second

// Cause causes an event of one of the types in test mode and returns it.
// event.ErrNotFound if none of the types can be caused without a customer.
func (t TestEvents) Cause(ctx context.Context, types []string) (kind, id string, err error) {
	i := slices.IndexFunc(occasions, func(c occasion) bool { return slices.Contains(types, c.kind) })
	if i < 0 {
		return "", "", fmt.Errorf("none of the event types can be caused by a call: %w", event.ErrNotFound)
	}
	c := occasions[i]
	what := "cause a test event " + c.kind
	api, err := t.Client.For(ctx, event.Scope{})
	if err != nil {
		return c.kind, "", ReadError(what, err)
	}
	object, err := c.object(ctx, api)
	if err != nil {
		return c.kind, "", ReadError(what, err)
	}
	id, err = t.find(ctx, c, object)
	if c.undo != nil {
		err = errors.Join(err, c.remove(context.WithoutCancel(ctx), api, object))
	}
	return c.kind, id, err
}

func (c occasion) remove(ctx context.Context, api stripe.Backend, id string) error {
	if err := c.undo(ctx, api, id); err != nil {
		return ReadError("remove "+id+" of the test event", err)
	}
	return nil
}

// find waits until Stripe lists the event about the object.
func (t TestEvents) find(ctx context.Context, c occasion, object string) (id string, err error) {
	begin := t.Client.Now()
	for {
		bodies, _, err := t.Client.Events(ctx, event.Listing{Types: []string{c.kind}, From: begin.Add(-time.Minute), To: begin.Add(time.Hour)})
		if err != nil {
			return "", err
		}
		for _, body := range bodies {
			var e struct {
				ID   string
				Data struct{ Object struct{ ID string } }
			}
			if json.Unmarshal(body, &e) == nil && (e.Data.Object.ID == object || chargeOf(body) == object) {
				return e.ID, nil
			}
		}
		if t.Client.Now().Sub(begin) > listWait {
			return "", fmt.Errorf("no event %s about %s in the list of Stripe after %v: look in Stripe's dashboard: %w", c.kind, object, listWait, event.ErrNotFound)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(time.Second / 2):
		}
	}
}

// chargeOf is the payment intent of a charge in an event.
func chargeOf(body []byte) string {
	var e struct {
		Data struct {
			Object struct {
				Intent string `json:"payment_intent"`
			}
		}
	}
	_ = json.Unmarshal(body, &e) // expanded or absent: not this one
	return e.Data.Object.Intent
}

// testParams mark what is made, and make it once.
func testParams(ctx context.Context) stripe.Params {
	p := Params(ctx, "")
	p.SetIdempotencyKey("payhooks-test-" + rand.Text())
	return p
}

const testName = "Test event of payhooks connect"

func newProduct(ctx context.Context, api stripe.Backend) (string, error) {
	p, err := product.Client{B: api}.New(&stripe.ProductParams{Params: testParams(ctx), Name: stripe.String(testName)})
	if err != nil {
		return "", err
	}
	return p.ID, nil
}

func deleteProduct(ctx context.Context, api stripe.Backend, id string) error {
	_, err := product.Client{B: api}.Del(id, &stripe.ProductParams{Params: Params(ctx, "")})
	return err
}

func newCustomer(ctx context.Context, api stripe.Backend) (string, error) {
	c, err := customer.Client{B: api}.New(&stripe.CustomerParams{Params: testParams(ctx), Description: stripe.String(testName)})
	if err != nil {
		return "", err
	}
	return c.ID, nil
}

func deleteCustomer(ctx context.Context, api stripe.Backend, id string) error {
	_, err := customer.Client{B: api}.Del(id, &stripe.CustomerParams{Params: Params(ctx, "")})
	return err
}

// newIntent makes a payment intent: with a payment method of Stripe's for tests a
// paid one.
func newIntent(method string) func(context.Context, stripe.Backend) (string, error) {
	return func(ctx context.Context, api stripe.Backend) (string, error) {
		p := &stripe.PaymentIntentParams{
			Params: testParams(ctx), Amount: stripe.Int64(100), Currency: stripe.String("usd"),
			Description: stripe.String(testName), PaymentMethodTypes: stripe.StringSlice([]string{"card"}),
		}
		if method != "" {
			p.PaymentMethod, p.Confirm = &method, stripe.Bool(true)
		}
		i, err := paymentintent.Client{B: api}.New(p)
		if err != nil {
			return "", err
		}
		return i.ID, nil
	}
}

func cancelIntent(ctx context.Context, api stripe.Backend, id string) error {
	_, err := paymentintent.Client{B: api}.Cancel(id, &stripe.PaymentIntentCancelParams{Params: Params(ctx, "")})
	return err
}
