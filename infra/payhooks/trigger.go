package main

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/webhook"
)

// triggerFlags are what to send, how often and where.
type triggerFlags struct {
	count, duplicate               int
	version, secret, url, endpoint string
	via                            string
	overrides                      []string
	list, envelope, thin           bool
}

func triggerCommand() *cobra.Command {
	var f triggerFlags
	cmd := &cobra.Command{
		Use:   "trigger TYPE",
		Short: "Send sample events, correctly signed, with fresh ids and times",
		Example: `  payhooks trigger payment_intent.succeeded
  payhooks trigger charge.succeeded --override amount=500 --override event.livemode=true
  payhooks trigger charge.succeeded --count 1000 --duplicate 1 --json
  payhooks trigger charge.succeeded --thin
  payhooks trigger v1.customer.subscription.past_due
  payhooks trigger charge.succeeded --via eventbridge
  payhooks trigger charge.succeeded --url https://….amazonaws.com --secret whsec_…
  payhooks trigger charge.succeeded --envelope > event.json && sam local invoke Ingest -e event.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := f.checkVia(cmd); err != nil {
				return err
			}
			return f.check(args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.list {
				return f.listSamples(cmd)
			}
			return f.run(cmd, args[0])
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&f.count, "count", 1, "how many events")
	flags.IntVar(&f.duplicate, "duplicate", 0, "how often each event is sent again")
	flags.StringVar(&f.version, "api-version", events.Latest, "API version of the sample: "+strings.Join(events.Versions(), " or "))
	flags.StringVar(&f.secret, "secret", "", "signing secret (default: the local stack's; with --url $STRIPE_WEBHOOK_SECRET)")
	flags.StringVar(&f.url, "url", "", "URL of the API (default: the running local stack)")
	flags.StringVar(&f.endpoint, "endpoint", "default", "the endpoint of /webhooks/{endpoint}")
	flags.StringVar(&f.via, "via", "webhook", "how to send: webhook, or eventbridge for the partner bus of the running local stack")
	flags.StringArrayVar(&f.overrides, "override", nil, "set a field of the object, or with event. of the event: path=value (repeatable)")
	flags.BoolVar(&f.thin, "thin", false, "send thin events; so are those of a type that begins with v1. or v2.")
	flags.BoolVar(&f.list, "list", false, "list the event types that there is a sample of, with --thin those of thin events")
	flags.BoolVar(&f.envelope, "envelope", false, "print the API Gateway event for sam local invoke instead of posting")
	return cmd
}

// check finds mistakes of usage.
func (f *triggerFlags) check(args []string) error {
	f.thin = f.thin || len(args) == 1 && (strings.HasPrefix(args[0], "v1.") || strings.HasPrefix(args[0], "v2."))
	types, err := f.types()
	switch {
	case err != nil:
		return cli.Usage("--api-version: %v", err)
	case f.list && len(args) == 0:
		return nil
	case len(args) != 1:
		return cli.Usage("expected one event type, for example payhooks trigger payment_intent.succeeded; --list shows all")
	case f.count < 1 || f.duplicate < 0:
		return cli.Usage("--count must be 1 or more and --duplicate 0 or more")
	case f.thin && f.count > maxPut:
		return cli.Usage("--count must be at most %d for thin events: fake Stripe keeps what they refer to in memory", maxPut)
	case slices.Contains(types, f.name(args[0])):
		return nil
	}
	if near := cli.Nearest(args[0], types); len(near) > 0 {
		return cli.Usage("there is no sample of %q in API version %s; did you mean %s?", args[0], f.version, strings.Join(near, ", "))
	}
	return cli.Usage("there is no sample of %q in API version %s; --list shows all", args[0], f.version)
}

// types are those that there is a sample of.
func (f *triggerFlags) types() ([]string, error) {
	types, err := events.Types(f.version)
	if f.thin {
		types = thinTypes(types)
	}
	return types, err
}

// name is the type under which what was typed is sent.
func (f *triggerFlags) name(kind string) string {
	if f.thin {
		return thinName(kind)
	}
	return kind
}

func (f *triggerFlags) run(cmd *cobra.Command, kind string) error {
	kind = f.name(kind)
	next, err := f.source(kind)
	if err != nil {
		return err
	}
	if f.via == viaBus {
		bus, err := openBus(cmd.Context())
		if err != nil {
			return err
		}
		return f.post(cmd, kind, bus.source, bus.send, next)
	}
	target, secret, err := f.target()
	if err != nil {
		return err
	}
	if f.envelope {
		m, err := next()
		if err != nil {
			return err
		}
		return printEnvelope(cmd.OutOrStdout(), f.endpoint, m.body, webhook.Sign(m.body, secret, time.Now()))
	}
	w := newWebhookPost(target, secret)
	defer w.client.CloseIdleConnections()
	return f.post(cmd, kind, target, w.send, next)
}

func (f *triggerFlags) post(cmd *cobra.Command, kind, to string, send sender, next func() (made, error)) error {
	p := newPoster(cmd, kind, f.count*(1+f.duplicate))
	p.to, p.send, p.fakeStripe = to, send, f.fakeStripe()
	return p.run(cmd.Context(), f.count, f.duplicate, next)
}

// source returns what makes the next event.
func (f *triggerFlags) source(kind string) (func() (made, error), error) {
	if f.thin {
		return f.thinSource(kind)
	}
	return f.snapshotSource(kind)
}

func (f *triggerFlags) snapshotSource(kind string) (func() (made, error), error) {
	sample, err := events.Sample(kind, f.version)
	if err != nil {
		return nil, err
	}
	var overrides []events.Override
	for _, text := range f.overrides {
		o, err := events.ParseOverride(text)
		if err != nil {
			return nil, cli.Usage("%v", err)
		}
		overrides = append(overrides, o)
	}
	return func() (made, error) {
		fresh := events.Fresh{Now: time.Now(), Random: letters}
		id, body, err := fresh.Event(sample, overrides...)
		return made{id: id, body: body, event: body}, err
	}, nil
}

// letters are random: base32 of the system's randomness.
func letters(n int) string {
	text := rand.Text()
	for len(text) < n {
		text += rand.Text()
	}
	return text[:n]
}

// maxPut is how many events are put into fake Stripe, which keeps them in memory.
const maxPut = 1000

// fakeStripe is where the local stack's functions ask for the objects of events,
// if that is fake Stripe.
func (f *triggerFlags) fakeStripe() string {
	if f.url != "" || f.count > maxPut {
		return ""
	}
	run, err := local.Find(cli.DataDir())
	if err != nil {
		return ""
	}
	return run.FakeStripe
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (f *triggerFlags) listSamples(cmd *cobra.Command) error {
	version := f.version
	types, err := f.types()
	if err != nil {
		return err
	}
	out := cli.NewRows(cmd, "TYPE", "API VERSION")
	for _, kind := range types {
		row := struct {
			Type       string `json:"type"`
			APIVersion string `json:"api_version"`
		}{kind, version}
		if err := out.Add(row, kind, version); err != nil {
			return err
		}
	}
	return out.Flush("no samples")
}
