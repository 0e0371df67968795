package operator

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// creates says what a creation does.
func (c *Connector) creates(want Connection) []string {
	what := fmt.Sprintf("create an endpoint in %s mode for %d event types in API version %s, to %s", want.mode(), len(want.Types), want.Version, want.URL)
	if want.Thin {
		what = fmt.Sprintf("create a thin event destination in %s mode for %d event types, to %s", want.mode(), len(want.Types), want.URL)
	}
	if want.bridge() {
		return []string{fmt.Sprintf("create an EventBridge destination in %s mode for %d event types, to AWS account %s in %s", want.mode(), len(want.Types), want.AWSAccount, want.AWSRegion)}
	}
	return []string{what, c.stores(want), c.tests(want)}
}

func (c *Connector) stores(want Connection) string {
	return "store its signing secret in " + c.secretName(want) + ", besides what is there"
}

func (c *Connector) secretName(want Connection) string { return c.Secrets.Name(want.Endpoint) }

// secrets are those of a webhook's endpoint.
func (c *Connector) secrets(ctx context.Context, want Connection) ([]string, error) {
	if want.bridge() {
		return nil, nil
	}
	return c.Secrets.Get(ctx, want.Endpoint)
}

// make creates a destination and stores its secret. half is one of which that is not
// known: the same request with the same key gets the same answer from Stripe, which
// has the secret.
func (c *Connector) make(ctx context.Context, want Connection, all []event.Destination, of event.Destination, half *event.Destination) (event.Destination, error) {
	of.Types = slices.Sorted(slices.Values(of.Types))
	of.Name, of.From = want.destination().Name, want.destination().From
	made, err := c.createOnce(ctx, want, of, creationKey(want, all, of, half))
	if err != nil {
		return made, explain(err)
	}
	if half != nil && made.ID != half.ID { // the answer of then is not kept any more
		if err := c.replaced(ctx, want, half.ID, made.ID); err != nil {
			return made, explain(err)
		}
	}
	if want.bridge() {
		return made, nil
	}
	return made, c.adopt(ctx, want, made)
}

// createOnce creates one. Stripe keeps answers for a day: the answer may be of one
// that was deleted since.
func (c *Connector) createOnce(ctx context.Context, want Connection, of event.Destination, key string) (made event.Destination, err error) {
	for range 3 {
		if made, err = c.Destinations.Create(ctx, want.Livemode, of, key); err != nil {
			return made, err
		}
		all, err := c.Destinations.List(ctx, want.Livemode)
		if err != nil || slices.ContainsFunc(all, func(d event.Destination) bool { return d.ID == made.ID }) {
			return made, err
		}
		key = hashed(key, made.ID)
	}
	return made, fmt.Errorf("created %s, and Stripe does not list it: look in Stripe's dashboard, then run this again", made.ID)
}

// creationKey names the creation: the same again as long as nothing else was created
// or deleted at the same place.
func creationKey(want Connection, all []event.Destination, of event.Destination, half *event.Destination) string {
	parts := []string{want.Owner, want.URL, want.AWSAccount, want.AWSRegion, of.Version, fmt.Sprint(want.Livemode, of.Thin, want.Connected)}
	parts = append(parts, of.Types...)
	for _, name := range slices.Sorted(maps.Keys(of.Notes)) {
		parts = append(parts, name, of.Notes[name])
	}
	var there []string
	for _, d := range all {
		if half == nil || d.ID != half.ID {
			there = append(there, d.ID)
		}
	}
	slices.Sort(there)
	return hashed(append(parts, there...)...)
}

func hashed(parts ...string) string {
	return fmt.Sprintf("payhooks-%x", sha256.Sum256([]byte(strings.Join(parts, "\n"))))
}

// adopt stores the secret, then notes that it is stored.
func (c *Connector) adopt(ctx context.Context, want Connection, made event.Destination) error {
	if made.Secret == "" {
		return fmt.Errorf("no secret of %s in the answer of Stripe: delete it in Stripe's dashboard, then run this again", made.ID)
	}
	c.say(c.stores(want))
	secrets, err := c.Secrets.Get(ctx, want.Endpoint)
	if err != nil {
		return err
	}
	if !slices.Contains(secrets, made.Secret) {
		if err := c.Secrets.Put(ctx, want.Endpoint, append(secrets, made.Secret)); err != nil {
			return fmt.Errorf("%w\n%s exists at Stripe: run this again to store its secret", err, made.ID)
		}
	}
	return explain(c.Destinations.Update(ctx, want.Livemode, made.ID, event.DestinationChange{Notes: map[string]string{noteSecret: fingerprint(made.Secret)}}))
}

// replaced disables a destination and notes what replaced it.
func (c *Connector) replaced(ctx context.Context, want Connection, id, by string) error {
	if err := c.Destinations.Disable(ctx, want.Livemode, id); err != nil {
		return err
	}
	return c.Destinations.Update(ctx, want.Livemode, id, event.DestinationChange{Notes: map[string]string{noteReplaced: by}})
}
