package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Connection is what a person says about a connection to Stripe.
type Connection struct {
	Endpoint, URL, Version string
	Thin, EventBridge      bool
}

// Connected is a stack with all that connecting it needs.
type Connected struct {
	*operator.Connector
	Want operator.Connection

	target *Target
	stack  stackSettings
	api    *stripeapi.Client
}

const (
	// patience is how long a test event may take, with a queue and a few retries.
	patience = 2 * time.Minute
	// grace is how long Stripe may wait for an answer to what it sends.
	grace = 30 * time.Second
)

// Connect reads the stack's settings, its event types and the mode of the key. It
// changes nothing.
func (t *Target) Connect(ctx context.Context, as Connection) (*Connected, error) {
	stack, err := t.settings(ctx)
	if err != nil {
		return nil, err
	}
	c := &Connected{target: t, stack: stack, api: t.StripeAPI()}
	row, err := c.row(as)
	if err != nil {
		return nil, err
	}
	keys, err := c.api.Kinds(ctx)
	if err != nil {
		return nil, keyNeeded(err)
	}
	if row, err = c.bridgeRow(as, row); err != nil {
		return nil, err
	}
	live, err := t.liveMode(row, keys)
	if err != nil {
		return nil, err
	}
	subscribed, err := t.subscribed(ctx)
	if err != nil {
		return nil, err
	}
	c.Connector = t.connector(c.api, as, stack.key)
	c.Want, err = c.want(as, row, live, subscribed)
	return c, err
}

// keyNeeded says how to give a key.
func keyNeeded(err error) error {
	if errors.Is(err, event.ErrNotConfigured) {
		return fmt.Errorf("%w: set STRIPE_API_KEY to a key that may write webhook endpoints and event destinations (rk_test_… or rk_live_…)", err)
	}
	return err
}

// row is the row of the parameter Endpoints.
func (c *Connected) row(as Connection) (webhook.Endpoint, error) {
	row, ok := c.stack.endpoints[as.Endpoint]
	if !ok && as.EventBridge {
		return webhook.Endpoint{Name: as.Endpoint}, nil
	}
	if !ok {
		names := slices.Sorted(maps.Keys(c.stack.endpoints))
		return row, fmt.Errorf("the stack has no endpoint %q in its parameter Endpoints, only %s", as.Endpoint, strings.Join(names, ", "))
	}
	if !as.EventBridge && as.Endpoint == ingest.EventBridgeEndpoint && c.stack.source != "" {
		return row, fmt.Errorf("endpoint %s is for the events of StripeEventSource: use --eventbridge", as.Endpoint)
	}
	return row, nil
}

// bridgeRow gives an EventBridge destination whose row is not deployed yet the mode of
// the stack's other endpoints: no live destination belongs into a stack that expects test
// events.
func (c *Connected) bridgeRow(as Connection, row webhook.Endpoint) (webhook.Endpoint, error) {
	if !as.EventBridge || row.Expect != "" {
		return row, nil
	}
	for _, name := range slices.Sorted(maps.Keys(c.stack.endpoints)) {
		switch other := c.stack.endpoints[name].Expect; {
		case row.Expect == "" || row.Expect == webhook.ExpectAny:
			row.Expect = other
		case other != webhook.ExpectAny && other != row.Expect:
			return row, fmt.Errorf("the stack has endpoints of both modes: say which events it takes over EventBridge by deploying the row first, Endpoints=%s,eventbridge=live or eventbridge=test", c.stack.text)
		}
	}
	return row, nil
}

func (t *Target) connector(api *stripeapi.Client, as Connection, key string) *operator.Connector {
	c := &operator.Connector{
		Operator: t.Operator(), Destinations: stripeapi.Endpoints{Client: api}, Others: stripeapi.Destinations{Client: api},
		Secrets: secret.Signing{Client: secret.Manager(t.AWS, time.Now), Stack: t.Stack, KeyArn: key}, Tests: stripeapi.TestEvents{Client: api},
		// A signature that matches nothing makes an instance of ingest read the secret
		// again, but for those that did so just before.
		Settle: secret.RefreshEvery + 2*time.Second, Grace: grace, Patience: patience,
	}
	if t.FakeStripe != "" {
		c.Grace = 2 * time.Second // it delivers at once
	}
	if as.Thin || as.EventBridge {
		c.Destinations, c.Others = c.Others, c.Destinations
	}
	return c
}

func (c *Connected) want(as Connection, row webhook.Endpoint, live bool, subscribed []string) (operator.Connection, error) {
	w := operator.Connection{
		Endpoint: as.Endpoint, Livemode: live, Thin: as.Thin, Connected: row.Connect, Version: as.Version, Anywhere: as.URL == "",
		Owner: strings.Join([]string{c.stack.awsAccount, c.stack.awsRegion, c.target.Stack, as.Endpoint}, "/"),
	}
	w.Types, w.LeftOut = operator.DestinationTypes(subscribed, as.Thin)
	if len(w.Types) == 0 {
		return w, errors.New("no event type of the actions is sent in this style: see --thin")
	}
	if as.EventBridge {
		w.AWSAccount, w.AWSRegion, w.Source = c.stack.awsAccount, c.stack.awsRegion, c.stack.source
		return w, nil
	}
	if c.target.Local != nil {
		w.Keep, _ = webhook.ParseSecrets(c.target.Local.SigningSecret) // it was checked at the start
	}
	var err error
	w.URL, err = c.address(as)
	return w, err
}

// address is the URL of the endpoint. Stripe takes http for nothing but a machine of
// its own, which only fake Stripe has.
func (c *Connected) address(as Connection) (string, error) {
	text := as.URL
	if text == "" {
		text = c.stack.api
	}
	if text == "" {
		return "", Usage("--url: the address at which Stripe reaches the stack, https://…")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", Usage("--url %q: expected https://…, without a query", text)
	}
	if !strings.Contains(u.Path, "/webhooks/") {
		u = u.JoinPath("webhooks", as.Endpoint)
	}
	ip := net.ParseIP(u.Hostname())
	own := c.target.FakeStripe != "" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
	switch {
	case u.Scheme != "https" && (u.Scheme != "http" || !own):
		return "", Usage("--url %q: expected https://…; http only for a local stack with fake Stripe", text)
	case !strings.HasSuffix(u.String(), "/webhooks/"+as.Endpoint):
		return "", Usage("--url %q: the path does not end in /webhooks/%s", text, as.Endpoint)
	}
	return u.String(), nil
}

// Deploy is what the stack is to be deployed with: parameters, and the command.
func (c *Connected) Deploy(ctx context.Context, source string) (parameters []string, command string) {
	if source != "" && source != c.stack.source {
		parameters = append(parameters, "StripeEventSource="+source)
	}
	if _, ok := c.stack.endpoints[c.Want.Endpoint]; source != "" && !ok {
		mode := event.Scope{Livemode: c.Want.Livemode}.Mode()
		parameters = append(parameters, "Endpoints="+c.stack.text+","+c.Want.Endpoint+"="+mode)
	}
	// Where the key may not read its account, the parameter stays.
	if own, err := (stripeapi.Endpoints{Client: c.api}).Own(ctx, c.Want.Livemode); err == nil && own != c.stack.own {
		parameters = append(parameters, "OwnAccount="+own)
	}
	switch {
	case len(parameters) == 0:
		return nil, ""
	case c.target.Local != nil:
		return parameters, "set what deploy names in infra/local/parameters.yaml, and start the local stack again"
	}
	return parameters, "sam build && sam deploy --stack-name " + c.target.Stack + " --parameter-overrides " + strings.Join(parameters, " ")
}
