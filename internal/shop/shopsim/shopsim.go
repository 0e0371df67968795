// Package shopsim has the shop's actions as the simulation runs them: the real
// ones, over a fake Stripe, a mailbox and a noticeboard that may fail, lose
// replies and take long. Its plan belongs to package simtest.
package shopsim

import (
	"context"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/shop/access"
	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/shop/inventory"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/shop/mails"
	"github.com/payhooks/payhooks/internal/shop/notices"
	"github.com/payhooks/payhooks/internal/shop/order"
	"github.com/payhooks/payhooks/internal/simtest"
)

// rule puts an order on hold early, so that a few failures do.
var rule = fraud.Rule{Limit: 3, Window: 24 * time.Hour}

// Plan is what a schedule runs: the shop's actions for the event types that their
// rules select, by the action's name, and the pull of the books. An action without
// a rule is left out.
func Plan(types map[string][]string) simtest.Plan {
	actors := []simtest.Actor{
		{Name: "update-order", Open: open(updateOrder), Tables: []string{order.Table}},
		{Name: "grant-access", Open: open(grantAccess), Tables: []string{access.Table}},
		{Name: "flag-fraud", Open: open(func(simtest.Stack) function { return fraud.Flagger{}.Flag }), Tables: []string{fraud.Table}},
		{Name: "adjust-inventory", Open: open(adjustInventory), Tables: []string{inventory.Table}},
		{Name: "post-journal", Open: open(postJournal), Tables: []string{journal.Table}},
		{Name: "send-receipt", Open: open(sendReceipt), Unknown: true, Check: everyReceipt},
		{Name: "send-notice", Open: open(sendNotice), Unknown: true},
	}
	actors = slices.DeleteFunc(actors, func(a simtest.Actor) bool { return len(types[a.Name]) == 0 })
	for i := range actors {
		actors[i].Types = types[actors[i].Name]
	}
	return simtest.Plan{Actors: actors, Sweeps: func(s simtest.Stack) []reconcile.Sweep {
		return []reconcile.Sweep{&journal.Pull{Source: newStripe(s), Ledger: s.Ledger(), Now: s.Now, Log: s.Log()}}
	}}
}

type function = action.Function[facts.Event]

func open(make func(simtest.Stack) function) func(simtest.Stack) *delivery.Handler {
	return func(s simtest.Stack) *delivery.Handler { return action.New(make(s)) }
}

func updateOrder(s simtest.Stack) function { return order.Updater{Stripe: newStripe(s)}.Update }

func grantAccess(s simtest.Stack) function {
	return access.Granter{Stripe: newStripe(s)}.Grant
}

func adjustInventory(s simtest.Stack) function {
	return inventory.Keeper{Stripe: newStripe(s)}.Adjust
}

func postJournal(s simtest.Stack) function {
	return journal.Poster{Stripe: newStripe(s), Book: journal.Book{Rows: s.Ledger(), Writers: 1}}.Post
}

func sendReceipt(s simtest.Stack) function {
	return mails.Sender{
		Settings: mails.Settings{Mode: "always", From: "shop@example.com", Shop: "staff@example.com", TestRecipient: "customer", Texts: true, ShopName: "Shop"},
		Mail:     mailbox{s}, SMS: phones{s}, Stripe: newStripe(s), Now: s.Now,
	}.Send
}

func sendNotice(s simtest.Stack) function {
	noPause := func(context.Context, time.Duration) error { return nil }
	return notices.Notifier{Rule: rule, Rows: s.Ledger(), Topic: board{s, "topic"}, Slack: board{s, "slack"}, Now: s.Now, Pause: noPause}.Notify
}

// everyReceipt: a receipt that a run without faults sends is sent, unless some
// delivery of the action says why not.
func everyReceipt(e simtest.Ended) (wrong []string) {
	for _, d := range e.Deliveries("send-receipt") {
		if d.State != "done" || d.Withheld {
			return nil
		}
	}
	for key := range e.FaultFree {
		if kind(key) == "receipt" && e.Performed()[key] == 0 {
			wrong = append(wrong, "no delivery says why there is no "+key)
		}
	}
	return wrong
}
