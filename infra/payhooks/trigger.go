package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/webhook"
)

// triggerFlags are what to send, how often and where.
type triggerFlags struct {
	trigger.Request
	duplicate             int
	secret, url, endpoint string
	via                   string
	overrides             []string
	list, envelope        bool
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
	flags.IntVar(&f.Count, "count", 1, "how often each type or scenario is sent, with new ids each time")
	flags.IntVar(&f.duplicate, "duplicate", 0, "how often each event is sent again")
	flags.StringVar(&f.Version, "api-version", events.Latest, "API version of the sample: "+strings.Join(events.Versions(), " or "))
	flags.StringVar(&f.secret, "secret", "", "signing secret (default: the local stack's; with --url $STRIPE_WEBHOOK_SECRET)")
	flags.StringVar(&f.url, "url", "", "URL of the API (default: the running local stack)")
	flags.StringVar(&f.endpoint, "endpoint", "default", "the endpoint of /webhooks/{endpoint}")
	flags.StringVar(&f.via, "via", "webhook", "how to send: webhook, or eventbridge for the partner bus of the running local stack")
	flags.StringVar(&f.Account, "account", "", "connected account of the events: acct_… (--endpoint names one for Connect)")
	flags.StringArrayVar(&f.overrides, "override", nil, "set a field of the object, or with event. of the event: path=value, or +path=value for a field that the sample does not have (repeatable)")
	flags.BoolVar(&f.Thin, "thin", false, "send thin events; so are those of a type that begins with v1. or v2.")
	flags.BoolVar(&f.list, "list", false, "list scenarios and event types, with --thin or --api-version only such types")
	flags.BoolVar(&f.envelope, "envelope", false, "print the API Gateway event for sam local invoke instead of posting")
	flags.Bool("wide", false, "list whole texts; without it a table cuts long ones, on a terminal to its width")
}

func (f *triggerFlags) run(cmd *cobra.Command, args []string) error {
	sources, err := f.Sources(args)
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
		all, err := sources[0].Next()
		if err != nil {
			return err
		}
		body := all[0].Body
		return printEnvelope(cmd.OutOrStdout(), f.endpoint, body, webhook.Sign(body, secret, time.Now()))
	}
	w := trigger.NewWebhook(target, secret)
	defer w.Close()
	return f.post(cmd, target, w.Send, sources)
}

func (f *triggerFlags) post(cmd *cobra.Command, to string, send trigger.Sender, sources []trigger.Source) error {
	p := newPoster(cmd, f.Total(sources)*(1+f.duplicate))
	p.to, p.Send, p.FakeStripe, p.Account = to, send, f.fakeStripe(sources), f.Account
	return p.run(cmd.Context(), f.Count, f.duplicate, sources)
}

// fakeStripe is where the local stack's functions ask for the objects of events,
// if that is fake Stripe.
func (f *triggerFlags) fakeStripe(sources []trigger.Source) string {
	if f.url != "" || f.Total(sources) > trigger.MaxPut {
		return ""
	}
	run, err := local.Find(cli.DataDir())
	if err != nil {
		return ""
	}
	return run.FakeStripe
}
