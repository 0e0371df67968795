package stripeapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhookendpoint"

	"github.com/payhooks/payhooks/internal/event"
)

var _ event.Destinations = Endpoints{}

// Endpoints are the classic webhook endpoints of the key's account: they deliver
// snapshots only.
type Endpoints struct{ Client *Client }

// List implements event.Destinations.
func (e Endpoints) List(ctx context.Context, livemode bool) (all []event.Destination, err error) {
	err = e.call(ctx, livemode, "list webhook endpoints", func(api stripe.Backend) error {
		all = nil
		pages := webhookendpoint.Client{B: api}.List(&stripe.WebhookEndpointListParams{ListParams: ListParams(ctx, "")})
		for pages.Next() {
			all = append(all, readEndpoint(pages.WebhookEndpoint()))
		}
		return pages.Err()
	})
	return all, err
}

// Create implements event.Destinations.
func (e Endpoints) Create(ctx context.Context, livemode bool, of event.Destination, key string) (made event.Destination, err error) {
	p := &stripe.WebhookEndpointParams{
		Params: Params(ctx, ""), URL: &of.URL, Description: &of.Name,
		EnabledEvents: stripe.StringSlice(of.Types), Metadata: of.Notes,
	}
	if of.Version != "" {
		p.APIVersion = &of.Version
	}
	if of.Connected() {
		p.Connect = stripe.Bool(true)
	}
	p.SetIdempotencyKey(key) // stripe-go repeats it when a reply is lost
	err = e.call(ctx, livemode, "create a webhook endpoint", func(api stripe.Backend) error {
		got, err := webhookendpoint.Client{B: api}.New(p)
		if err == nil && (got.ID == "" || got.Secret == "") {
			return &plain{errNotStripes, "its answer is not a webhook endpoint with a secret"}
		}
		if err == nil {
			made = readEndpoint(got)
			made.From = of.From
		}
		return err
	})
	return made, err
}

// Update implements event.Destinations.
func (e Endpoints) Update(ctx context.Context, livemode bool, id string, change event.DestinationChange) error {
	p := &stripe.WebhookEndpointParams{Metadata: change.Notes}
	if len(change.Types) > 0 {
		p.EnabledEvents = stripe.StringSlice(change.Types)
	}
	return e.change(ctx, livemode, id, "update", p)
}

// Enable implements event.Destinations.
func (e Endpoints) Enable(ctx context.Context, livemode bool, id string) error {
	return e.change(ctx, livemode, id, "enable", &stripe.WebhookEndpointParams{Disabled: stripe.Bool(false)})
}

// Disable implements event.Destinations.
func (e Endpoints) Disable(ctx context.Context, livemode bool, id string) error {
	return e.change(ctx, livemode, id, "disable", &stripe.WebhookEndpointParams{Disabled: stripe.Bool(true)})
}

// Ping implements event.Destinations.
func (e Endpoints) Ping(context.Context, bool, string) (string, error) {
	return "", invalid("Stripe has no ping for a classic webhook endpoint")
}

func (e Endpoints) change(ctx context.Context, livemode bool, id, verb string, p *stripe.WebhookEndpointParams) error {
	if err := objectID(id); err != nil {
		return ReadError(verb+" a webhook endpoint", err)
	}
	p.Params = Params(ctx, "")
	return e.call(ctx, livemode, verb+" webhook endpoint "+id, func(api stripe.Backend) error {
		_, err := webhookendpoint.Client{B: api}.Update(id, p)
		return err
	})
}

// call makes a call with the key of a mode, again while Stripe limits requests.
func (e Endpoints) call(ctx context.Context, livemode bool, what string, do func(stripe.Backend) error) error {
	api, err := e.Client.For(ctx, event.Scope{Livemode: livemode})
	if err == nil {
		err = e.Client.patiently(ctx, func() error { return do(api) })
	}
	if err != nil {
		return ReadError(what, err)
	}
	return nil
}

// Own is the id of the account that the key belongs to.
func (e Endpoints) Own(ctx context.Context, livemode bool) (id string, err error) {
	err = e.call(ctx, livemode, "read the account of the Stripe API key", func(api stripe.Backend) error {
		account := &stripe.Account{}
		err := api.Call(http.MethodGet, "/v1/account", "", &stripe.AccountParams{Params: Params(ctx, "")}, account)
		if err == nil && !event.IsAccount(account.ID) {
			return &plain{errNotStripes, "its answer is not an account"}
		}
		if err == nil {
			id = account.ID
		}
		return err
	})
	return id, err
}

func readEndpoint(w *stripe.WebhookEndpoint) event.Destination {
	return event.Destination{
		ID: w.ID, Name: w.Description, Version: w.APIVersion, Types: w.EnabledEvents, Enabled: w.Status == "enabled",
		URL: w.URL, Secret: w.Secret, Notes: w.Metadata, Created: time.Unix(w.Created, 0).UTC(),
	}
}

// Kinds says for which modes there is a key; event.ErrNotConfigured for none.
func (c *Client) Kinds(ctx context.Context) (Kinds, error) {
	text, err := c.Secret(ctx)
	if err != nil && !errors.Is(err, event.ErrNotConfigured) {
		return Kinds{}, &plain{err, "read the Stripe API key: " + mask(err.Error())}
	}
	k, err := KindsOf(text)
	if err == nil && !k.Live && !k.Test {
		err = fmt.Errorf("no Stripe API key: %w", event.ErrNotConfigured)
	}
	return k, err
}
