package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/arn"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/cloudformation"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

// stackSettings are what a stack was deployed with, as far as Stripe is concerned.
type stackSettings struct {
	endpoints                  webhook.Endpoints
	text                       string // the parameter Endpoints
	own, source                string // parameters OwnAccount and StripeEventSource
	key                        string // parameter KeyArn
	awsAccount, awsRegion, api string
}

// settings reads them: of the local stack from what it runs with, of a deployed one
// from CloudFormation.
func (t *Target) settings(ctx context.Context) (s stackSettings, err error) {
	if t.Local != nil {
		env := t.Local.Environment
		s = stackSettings{
			text: env["ingest"]["ENDPOINTS"], own: env["ingest"]["OWN_ACCOUNT"], source: env["ingest-eventbridge"]["EVENT_SOURCE"],
			awsAccount: t.Local.Account, awsRegion: t.Local.Region,
		}
		if t.FakeStripe != "" { // any other Stripe does not reach this machine
			s.api = t.Local.API
		}
	} else if s, err = t.deployedSettings(ctx); err != nil {
		return s, err
	}
	if s.endpoints, err = webhook.ParseEndpoints(s.text); err != nil {
		return s, fmt.Errorf("the stack's parameter Endpoints: %w", err)
	}
	return s, nil
}

func (t *Target) deployedSettings(ctx context.Context) (s stackSettings, err error) {
	out, err := cloudformation.New(t.AWS, time.Now).DescribeStacks(ctx, t.Stack)
	if err == nil && len(out) != 1 {
		err = errors.New("there is no such stack")
	}
	if err != nil {
		return s, fmt.Errorf("read stack %s: %w", t.Stack, err)
	}
	parameters := out[0].Parameters
	s = stackSettings{text: parameters["Endpoints"], own: parameters["OwnAccount"], source: parameters["StripeEventSource"], key: parameters["KeyArn"]}
	s.api, _, _ = strings.Cut(out[0].Outputs["WebhookUrl"], "/webhooks/")
	id, err := arn.Parse(out[0].ID)
	if err != nil {
		return s, fmt.Errorf("read the ARN of stack %s: %w", t.Stack, err)
	}
	s.awsAccount, s.awsRegion = id.AccountID, id.Region
	return s, nil
}

// subscribed are the event types that actions take: of a deployed stack by its rules,
// of the local one by template.yaml as it is now.
func (t *Target) subscribed(ctx context.Context) (types []string, err error) {
	var every bool
	if t.Local == nil {
		b, ok := t.Bus.(*bus.Bus)
		if !ok {
			return nil, errors.New("the stack's bus lists no rules")
		}
		types, every, err = b.Types(ctx)
	} else {
		types, every, err = projectTypes()
	}
	switch {
	case err != nil:
		return nil, err
	case every:
		return nil, errors.New("a rule takes event types that cannot be listed, by a prefix or all of them: name each in EventTypes")
	case len(types) == 0:
		return nil, errors.New("no action subscribes to any event type: add one with payhooks new")
	}
	return types, nil
}

func projectTypes() ([]string, bool, error) {
	dir, err := ProjectDir()
	if err != nil {
		return nil, false, err
	}
	stack, err := local.ReadTemplate(dir)
	if err != nil {
		return nil, false, err
	}
	patterns := map[string]string{}
	for _, r := range stack.Rules {
		if r.Bus == stack.Name {
			patterns[r.Name] = r.Pattern
		}
	}
	types, every := bus.TypesOf(patterns)
	return types, every, nil
}

// StripeAPI is the client of Stripe's API for operators: with the key in STRIPE_API_KEY,
// else with the stack's own. Fake Stripe gets no key from outside.
func (t *Target) StripeAPI() *stripeapi.Client {
	c := stripeapi.Open(secret.StripeKey(t.AWS, t.Stack, time.Now), time.Now)
	if t.Local != nil {
		c.Base = t.Local.StripeBase
	}
	if key := os.Getenv("STRIPE_API_KEY"); key != "" && t.FakeStripe == "" {
		c.Secret, c.Refresh = func(context.Context) (string, error) { return key, nil }, nil
	}
	return c
}

// liveMode decides whose mode an endpoint is connected in: what it expects, or where it
// expects any, that of the key; test mode where the key has both.
func (t *Target) liveMode(e webhook.Endpoint, keys stripeapi.Kinds) (bool, error) {
	live := e.Expect == webhook.ExpectLive || e.Expect == webhook.ExpectAny && !keys.Test
	mode := event.Scope{Livemode: live}.Mode()
	switch {
	case live && t.Local != nil:
		return false, errors.New("the local stack takes no live events; set STRIPE_API_KEY to a key of test mode (rk_test_…)")
	case live && !keys.Live, !live && !keys.Test:
		return false, fmt.Errorf("endpoint %s expects %s events, and the Stripe API key is not of %s mode: set STRIPE_API_KEY to one that is, or change the mode in the parameter Endpoints", e.Name, mode, mode)
	}
	return live, nil
}
