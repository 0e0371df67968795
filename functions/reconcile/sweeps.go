package main

import (
	"context"
	"os"

	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/lambdacall"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/sqsqueue"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/status"
	"github.com/payhooks/payhooks/internal/stripeapi"
)

// added opens the sweeps beyond those of the pipeline.
var added []func(*start.Stack, *stripeapi.Client) reconcile.Sweep

// sweeps opens what each sweep reads and writes.
func sweeps(s *start.Stack) (any, error) {
	endpoints, err := s.Endpoints()
	onto, queues := bus.Open(s.AWS, os.Getenv("BUS"), start.Now), sqsqueue.New(s.AWS, start.Now)
	stripe := stripeapi.Open(secret.StripeKey(s.AWS, s.Name, start.Now), start.Now)
	intake := &ingest.Intake{Store: s.Tables, Quarantine: s.Tables.Quarantine(), Retention: s.Retention, Own: os.Getenv("OWN_ACCOUNT")}
	all := reconcile.Sweeps{
		Ledger:     s.Tables,
		Pending:    &reconcile.Pending{Store: s.Tables, Ledger: s.Tables, Bus: onto},
		Unrecorded: &reconcile.Unrecorded{Store: s.Tables, Ledger: s.Tables},
		Due:        &reconcile.Due{Store: s.Tables, Ledger: s.Tables, Bus: onto, Queues: &sqsqueue.Backlogs{Client: queues, Mappings: lambdacall.New(s.AWS, start.Now), Stack: s.Name}},
		Missing:    &reconcile.Missing{Lister: stripe, Thin: stripe, Types: onto, Intake: intake, Ledger: s.Tables, Endpoints: endpoints, Now: start.Now, Log: s.Log},
		Now:        start.Now, Log: s.Log,
	}
	if s.Addresses() != nil {
		all.Added = append(all.Added, &reconcile.Addresses{Read: stripe.Addresses, Ledger: s.Tables, Now: start.Now})
	}
	for _, open := range added {
		all.Added = append(all.Added, open(s, stripe))
	}
	g := &status.Writer{Sources: status.Sources{
		Store: s.Tables, Ledger: s.Tables, Quarantine: s.Tables.Quarantine(), Bus: onto,
		DeadLetters: &sqsqueue.DeadLetters{Client: queues, Stack: s.Name}, Now: start.Now,
	}, Stack: s.Name, Log: s.Log}
	return func(ctx context.Context, req reconcile.Request) (reconcile.Reply, error) {
		r, err := all.Run(ctx, req)
		if req.Backfill == nil {
			g.Write(ctx, r)
		}
		return r, err
	}, err
}
