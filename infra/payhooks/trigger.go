package main

import (
	"crypto/rand"
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
	via, account                   string
	overrides                      []string
	list, envelope, thin           bool

	set []events.Override // the overrides, once they are checked
}

const triggerLong = `Send sample events, correctly signed, with fresh ids and times.

TYPE is an event type, of which the sample is sent: charge.succeeded, or as a thin event
v1.charge.succeeded. SCENARIO is one thing that happens to a customer, such as payment:
all events that Stripe sends about it, with the same ids and amounts, one after the
other. Several of both work. --list lists them.`

func triggerCommand() *cobra.Command {
	var f triggerFlags
	cmd := &cobra.Command{
		Use:   "trigger TYPE|SCENARIO…",
		Short: "Send sample events, correctly signed, with fresh ids and times",
		Long:  triggerLong,
		Example: `  payhooks trigger payment
  payhooks trigger payment_intent.succeeded
  payhooks trigger charge.succeeded invoice.paid
  payhooks trigger charge.succeeded --override amount=500 --override event.livemode=true
  payhooks trigger charge.succeeded --count 1000 --duplicate 1 --json
  payhooks trigger charge.succeeded --thin
  payhooks trigger v1.customer.subscription.past_due
  payhooks trigger charge.succeeded --via eventbridge
  payhooks trigger --list
  payhooks trigger charge.succeeded --url https://….amazonaws.com --secret whsec_…
  payhooks trigger charge.succeeded --envelope > event.json && sam local invoke Ingest -e event.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if err := f.checkVia(cmd); err != nil {
				return err
			}
			return f.check(args)
		},
		ValidArgsFunction: f.complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.list {
				return f.listAll(cmd)
			}
			return f.run(cmd, args)
		},
	}
	f.add(cmd)
	return cmd
}

func (f *triggerFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVar(&f.count, "count", 1, "how often each type or scenario is sent, with new ids each time")
	flags.IntVar(&f.duplicate, "duplicate", 0, "how often each event is sent again")
	flags.StringVar(&f.version, "api-version", events.Latest, "API version of the sample: "+strings.Join(events.Versions(), " or "))
	flags.StringVar(&f.secret, "secret", "", "signing secret (default: the local stack's; with --url $STRIPE_WEBHOOK_SECRET)")
	flags.StringVar(&f.url, "url", "", "URL of the API (default: the running local stack)")
	flags.StringVar(&f.endpoint, "endpoint", "default", "the endpoint of /webhooks/{endpoint}")
	flags.StringVar(&f.via, "via", "webhook", "how to send: webhook, or eventbridge for the partner bus of the running local stack")
	flags.StringVar(&f.account, "account", "", "connected account of the events: acct_… (--endpoint names one for Connect)")
	flags.StringArrayVar(&f.overrides, "override", nil, "set a field of the object, or with event. of the event: path=value, or +path=value for a field that the sample does not have (repeatable)")
	flags.BoolVar(&f.thin, "thin", false, "send thin events; so are those of a type that begins with v1. or v2.")
	flags.BoolVar(&f.list, "list", false, "list scenarios and event types, with --thin or --api-version only such types")
	flags.BoolVar(&f.envelope, "envelope", false, "print the API Gateway event for sam local invoke instead of posting")
	flags.Bool("wide", false, "list whole texts; without it a table cuts long ones, on a terminal to its width")
}

func (f *triggerFlags) run(cmd *cobra.Command, args []string) error {
	sources, err := f.sources(args)
	if err != nil {
		return err
	}
	if f.via == viaBus {
		bus, err := openBus(cmd.Context())
		if err != nil {
			return err
		}
		return f.post(cmd, bus.source, bus.send, sources)
	}
	target, secret, err := f.target()
	if err != nil {
		return err
	}
	if f.envelope {
		all, err := sources[0].next()
		if err != nil {
			return err
		}
		body := all[0].body
		return printEnvelope(cmd.OutOrStdout(), f.endpoint, body, webhook.Sign(body, secret, time.Now()))
	}
	w := newWebhookPost(target, secret)
	defer w.client.CloseIdleConnections()
	return f.post(cmd, target, w.send, sources)
}

func (f *triggerFlags) post(cmd *cobra.Command, to string, send sender, sources []source) error {
	p := newPoster(cmd, f.total(sources)*(1+f.duplicate))
	p.to, p.send, p.fakeStripe, p.account = to, send, f.fakeStripe(sources), f.account
	return p.run(cmd.Context(), f.count, f.duplicate, sources)
}

// total is how many events are sent, each counted once.
func (f *triggerFlags) total(sources []source) (n int) {
	for _, s := range sources {
		n += f.count * s.events
	}
	return n
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
func (f *triggerFlags) fakeStripe(sources []source) string {
	if f.url != "" || f.total(sources) > maxPut {
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
