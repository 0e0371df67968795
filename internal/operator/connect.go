package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// SigningSecrets are the signing secrets of the stack's endpoints.
type SigningSecrets interface {
	// Name is what the endpoint's secret is called.
	Name(endpoint string) string
	Get(ctx context.Context, endpoint string) ([]string, error)
	Put(ctx context.Context, endpoint string, secrets []string) error
}

// TestEvents causes events in test mode.
type TestEvents interface {
	// Cause causes an event of one of the types; event.ErrNotFound if there is none
	// among them that can be caused.
	Cause(ctx context.Context, types []string) (kind, id string, err error)
}

// Connector registers a stack at Stripe, and compares what is registered.
type Connector struct {
	*Operator
	Destinations event.Destinations
	Others       event.Destinations // those of the other of Stripe's two calls
	Secrets      SigningSecrets
	Tests        TestEvents
	// Settle is how long ingest may refuse a new secret, Grace how long Stripe may still
	// deliver to an endpoint after it was disabled, Patience how long a test event may take.
	Settle, Grace, Patience time.Duration
	// Progress is called before each step and while one takes long; nil is none.
	Progress func(text string)
}

// Connection is how the stack is to be registered at Stripe.
type Connection struct {
	Endpoint string // of /webhooks/{endpoint}, and its row in the parameter Endpoints
	Owner    string // whose it is, for a note that Stripe keeps
	Livemode bool
	URL      string // of a webhook
	// Anywhere: the owner's endpoint is the one, wherever it leads.
	Anywhere  bool
	Thin      bool
	Connected bool   // of connected accounts
	Version   string // of snapshots
	Types     []string
	LeftOut   []string // subscribed, and not delivered in this way
	// AWSAccount and AWSRegion are those of an EventBridge destination, Source its
	// partner event source as the stack has been deployed with it.
	AWSAccount, AWSRegion, Source string
	// Keep are secrets of the endpoint that are not Stripe's: they stay.
	Keep []string
}

// ConnectResult is what was done, or would be.
type ConnectResult struct {
	Endpoint    string   `json:"endpoint,omitempty"` // its id at Stripe
	URL         string   `json:"url,omitempty"`
	Mode        string   `json:"mode"`
	Version     string   `json:"api_version,omitempty"`
	Types       []string `json:"types"`
	LeftOut     []string `json:"left_out,omitempty"`
	Changed     bool     `json:"changed"`
	Would       []string `json:"would,omitempty"` // what --yes does
	Differences []string `json:"differences,omitempty"`
	Event       string   `json:"event,omitempty"` // the test event, and its status
	Status      string   `json:"status,omitempty"`
	Source      string   `json:"source,omitempty"` // partner event source of an EventBridge destination
	Next        []string `json:"next,omitempty"`   // what to do
}

// MaxDestinations is how many endpoints Stripe allows an account in each mode.
const MaxDestinations = 16

// bridge reports whether it is an EventBridge destination.
func (c Connection) bridge() bool { return c.AWSAccount != "" }

func (c Connection) mode() string { return event.Scope{Livemode: c.Livemode}.Mode() }

// destination is what is created for it.
func (c Connection) destination() event.Destination {
	d := event.Destination{
		Name: "payhooks " + c.Owner, Thin: c.Thin, Version: c.Version, Types: c.Types, URL: c.URL,
		AWSAccount: c.AWSAccount, AWSRegion: c.AWSRegion, Notes: map[string]string{noteOwner: c.Owner},
	}
	if c.Thin {
		d.Version = ""
	}
	if c.Connected {
		d.From = []string{event.FromAccounts}
	}
	return d
}

func (c Connection) result(d *event.Destination) ConnectResult {
	r := ConnectResult{URL: c.URL, Mode: c.mode(), Version: c.destination().Version, Types: c.Types, LeftOut: c.LeftOut}
	if d != nil {
		r.Endpoint, r.Source = d.ID, d.PartnerSource()
	}
	return r
}

// Connect creates the endpoint, or gives one that exists the types of the stack's
// actions. Without yes it only says what it would do.
func (c *Connector) Connect(ctx context.Context, want Connection, yes bool) (ConnectResult, error) {
	all, err := c.list(ctx, want)
	if err != nil {
		return ConnectResult{}, err
	}
	found := want.current(all)
	switch {
	case len(found) > 1:
		return want.result(nil), fmt.Errorf("%d endpoints at Stripe are this stack's (%s): finish what began with payhooks connect --roll, or disable one in Stripe's dashboard", len(found), registeredIDs(found))
	case len(found) == 0:
		return c.create(ctx, want, all, yes)
	case found[0].unfinished():
		return c.complete(ctx, want, all, found[0].Destination, yes)
	}
	return c.update(ctx, want, found[0].Destination, yes)
}

func (c *Connector) create(ctx context.Context, want Connection, all []event.Destination, yes bool) (ConnectResult, error) {
	r := want.result(nil)
	if len(all) >= MaxDestinations {
		return r, fmt.Errorf("the account has %d endpoints, and Stripe allows %d: delete one in Stripe's dashboard that is not needed any more%s", len(all), MaxDestinations, disabled(all))
	}
	if r.Would = c.creates(want); !yes {
		return r, nil
	}
	c.say(r.Would[0])
	made, err := c.make(ctx, want, all, want.destination(), nil)
	if err != nil {
		return r, err
	}
	return c.created(ctx, want, made)
}

// complete goes on where a run ended before the secret was stored.
func (c *Connector) complete(ctx context.Context, want Connection, all []event.Destination, half event.Destination, yes bool) (ConnectResult, error) {
	r := want.result(&half)
	if r.Would = []string{"ask Stripe again for the secret of " + half.ID + ", which was created and whose secret was not stored", c.stores(want)}; !yes {
		return r, nil
	}
	c.say(r.Would[0])
	made, err := c.make(ctx, want, all, half, &half)
	if err != nil {
		return r, err
	}
	return c.created(ctx, want, made)
}

// created finishes what make began: the answer says that something was changed,
// whatever becomes of the test event.
func (c *Connector) created(ctx context.Context, want Connection, made event.Destination) (ConnectResult, error) {
	r := want.result(&made)
	r.Changed = true
	if want.bridge() {
		return r, nil
	}
	if err := c.Sleep(ctx, c.Settle); err != nil {
		return r, err
	}
	err := c.test(ctx, want, made, &r)
	return r, err
}

func (c *Connector) update(ctx context.Context, want Connection, d event.Destination, yes bool) (ConnectResult, error) {
	r := want.result(&d)
	secrets, err := c.secrets(ctx, want)
	if err != nil {
		return r, err
	}
	r.Differences, r.Next = want.differences(d, secrets, c.secretName(want))
	changes := want.changes(d)
	for _, s := range changes {
		r.Would = append(r.Would, s.says)
	}
	if !yes {
		return r, nil
	}
	for _, s := range changes {
		c.say(s.says)
		if err := s.do(ctx, c.Destinations); err != nil {
			return r, explain(err)
		}
		r.Changed = true
	}
	if r.Would = nil; r.Changed {
		d.Types, d.Enabled = want.Types, true
		r.Differences, r.Next = want.differences(d, secrets, c.secretName(want))
	}
	return r, nil
}

func (c *Connector) list(ctx context.Context, want Connection) ([]event.Destination, error) {
	all, err := c.Destinations.List(ctx, want.Livemode)
	return all, explain(err)
}

func (c *Connector) say(text string) {
	if c.Progress != nil {
		c.Progress(text)
	}
}

// explain says what key a call needs that Stripe refused.
func explain(err error) error {
	if errors.Is(err, event.ErrDenied) {
		return fmt.Errorf("%w\nconnect needs a key that may write webhook endpoints and event destinations: STRIPE_API_KEY=rk_… payhooks connect …", err)
	}
	if errors.Is(err, event.ErrNotConfigured) {
		return fmt.Errorf("%w\nor for this command only: STRIPE_API_KEY=rk_… payhooks connect …", err)
	}
	return err
}
