package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/paymentintent"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

func TestConnectRegistersTheStackAndRollsItsSecret(t *testing.T) {
	o := newOperator(t)
	t.Setenv("STRIPE_API_KEY", "rk_live_not_for_the_fake")
	if r := o.connect(0, "--json"); r.Changed || len(r.Would) != 3 || r.Endpoint != "" || len(r.Types) < 50 {
		t.Errorf("without --yes: %+v", r)
	}
	if r := o.connect(1, "--check", "--json"); len(r.Differences) != 1 || !strings.Contains(strings.Join(r.Next, ""), "connect --url") {
		t.Errorf("before: %+v", r)
	}
	made := o.connect(0, "--yes", "--json")
	if !made.Changed || made.Endpoint == "" || made.Status != string(event.StatusDone) {
		t.Fatalf("%+v", made)
	}
	if r := o.connect(0, "--check", "--json"); len(r.Differences) > 0 || r.Endpoint != made.Endpoint || !slices.Contains(r.Parameters, "OwnAccount="+fakestripe.OwnAccount) {
		t.Errorf("%+v", r)
	}
	if out := o.run("connect", "--check").out; !made.Fake || !strings.Contains(out, "nothing is changed at Stripe") {
		t.Errorf("fake Stripe passes for Stripe: %s", out)
	}
	t.Run("a changed template is a difference", func(t *testing.T) { changedTemplate(o.in(t)) })
	t.Run("a roll loses and refuses nothing", func(t *testing.T) { rolled(o.in(t), made.Endpoint) })
	t.Run("a thin destination", func(t *testing.T) { connectedThin(o.in(t)) })
	t.Run("an address that is not encrypted", func(t *testing.T) {
		if r := o.in(t).run("connect", "--url", "http://shop.example.com"); r.code != 2 || !strings.Contains(r.err, "expected https") {
			t.Errorf("%+v", r)
		}
	})
	t.Run("EventBridge", func(t *testing.T) {
		r := o.in(t).connect(0, "--eventbridge", "--yes", "--json")
		if !slices.Contains(r.Parameters, "StripeEventSource="+r.Source) || !strings.HasPrefix(r.Source, "aws.partner/stripe.com/ed_test_") || r.Deploy == "" {
			t.Errorf("%+v", r)
		}
		if r := o.in(t).connect(1, "--eventbridge", "--check", "--json"); !strings.Contains(strings.Join(r.Differences, ""), "StripeEventSource") {
			t.Errorf("%+v", r)
		}
	})
}

// connect runs the command, which shows no secret and no key.
func (o *rig) connect(code int, args ...string) connected {
	o.Helper()
	r := o.run(append([]string{"connect"}, args...)...)
	if r.code != code || strings.Contains(r.out+r.err, "whsec_") || strings.Contains(r.out+r.err, "rk_") {
		o.Fatalf("connect %s: exit %d, want %d: %s %s", strings.Join(args, " "), r.code, code, r.out, r.err)
	}
	return object[connected](o.T, r.out)
}

func changedTemplate(o *rig) {
	dir := copyProject(o.T)
	text, err := os.ReadFile(dir + "/template.yaml")
	if err != nil {
		o.Fatal(err)
	}
	const is, becomes = "payment_intent.created,", "product.created,"
	if !strings.Contains(string(text), is) {
		o.Fatalf("no action takes %s", is)
	}
	if err := os.WriteFile(dir+"/template.yaml", []byte(strings.ReplaceAll(string(text), is, becomes)), 0o600); err != nil {
		o.Fatal(err)
	}
	o.Chdir(dir)
	r := o.connect(1, "--check", "--json")
	if len(r.Differences) != 1 || !strings.Contains(r.Differences[0], "not sent: product.created; sent and not wanted: payment_intent.created") {
		o.Errorf("%q", r.Differences)
	}
}

// rolled rolls the secret while Stripe sends events.
func rolled(o *rig, first string) {
	before := o.secretsOf("default")
	ctx, stop := context.WithCancel(o.Context())
	var sent []string
	var posting sync.WaitGroup
	posting.Go(func() { sent = o.intents(ctx) })
	r := o.connect(0, "--roll", "--yes", "--json")
	stop()
	posting.Wait()
	if !r.Changed || r.Endpoint == first || r.Endpoint == "" {
		o.Errorf("%+v", r)
	}
	after := o.secretsOf("default")
	if len(before) != 2 || len(after) != 2 || after[0] != demoSecret || after[1] == before[1] {
		o.Errorf("%d secrets before, %d after: want the stack's own and another of Stripe's", len(before), len(after))
	}
	if len(sent) < 10 {
		o.Errorf("%d payment intents made during the roll", len(sent))
	}
	o.allStored(sent)
	if out := o.must("refused", "--json"); out != "" {
		o.Errorf("refused: %s", out)
	}
	if r := o.connect(0, "--check", "--json"); r.Endpoint == first || len(r.Differences) > 0 {
		o.Errorf("%+v", r)
	}
}

// intents makes payment intents at fake Stripe until ctx ends.
func (o *rig) intents(ctx context.Context) (ids []string) {
	api, err := o.StripeAPI().For(o.Context(), event.Scope{})
	if err != nil {
		o.Error(err)
		return nil
	}
	for ctx.Err() == nil {
		i, err := paymentintent.Client{B: api}.New(&sdk.PaymentIntentParams{Params: stripeapi.Params(o.Context(), ""), Amount: sdk.Int64(100), Currency: sdk.String("usd")})
		if err != nil {
			o.Error(err)
			return ids
		}
		ids = append(ids, i.ID)
		time.Sleep(300 * time.Millisecond)
	}
	return ids
}

// allStored fails for an object without a stored event.
func (o *rig) allStored(objects []string) {
	o.Helper()
	for _, id := range objects {
		o.eventually("the event about "+id+" is stored", func() bool {
			all, err := o.StripeAPI().List(o.Context(), event.Scope{}, "/v1/events", "2023-10-16", map[string]string{"type": "payment_intent.created"})
			if err != nil {
				o.Fatal(err)
			}
			for _, body := range all {
				if !strings.Contains(string(body), id) {
					continue
				}
				_, err := o.Tables.Get(o.Context(), idOf(o.T, body))
				return err == nil
			}
			return false
		})
	}
}

func (o *rig) secretsOf(endpoint string) []string {
	o.Helper()
	c, err := o.Connect(o.Context(), cli.Connection{Endpoint: endpoint})
	if err != nil {
		o.Fatal(err)
	}
	all, err := c.Secrets.Get(o.Context(), endpoint)
	if err != nil {
		o.Fatal(err)
	}
	return all
}

func connectedThin(o *rig) {
	r := o.connect(0, "--thin", "--yes", "--json")
	if !r.Changed || r.Status != string(event.StatusIgnored) || !slices.Contains(r.Types, "v1.payment_intent.created") {
		o.Errorf("%+v", r)
	}
	if r := o.connect(0, "--thin", "--check", "--json"); len(r.Differences) > 0 {
		o.Errorf("%+v", r)
	}
}
