package cloudwatch_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cloudwatch"
	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// condition is what an alarm is for. It begins in a stack that is well, and ends.
type condition struct {
	alarm string
	begin func(*stand) // and what goes on while it lasts
	each  func(*stand, int)
	end   func(*stand)
	quiet bool // no other events
	// within are the minutes after which the alarm must have gone off; 0 is 20.
	within int
	// clears are the minutes within which it must be OK after the end; 0 is 60.
	clears int
}

// mails is the function that records what SES reports about mails.
const mails = "record-mail"

// conditions are one for each alarm.
func conditions() []condition {
	all := []condition{
		{alarm: "too-large", each: once(5, func(s *stand) { odd(s, strings.Repeat(" ", webhook.MaxBody+1)) })},
		{alarm: "conflict", each: once(5, func(s *stand) {
			id, body := s.happen()
			s.post(body, webhook.Sign(body, s.secret, s.now), 1)
			other := stripetest.Event{ID: id, Type: "charge.refunded", Version: stripetest.Older, Created: s.now.Add(-time.Hour), Object: stripetest.Object{"id": "ch_0", "object": "charge"}}.Body()
			s.post(other, webhook.Sign(other, s.secret, s.now), 1)
		})},
		{alarm: "not-stored", begin: failing("Put")},
		{alarm: "ingest-errors", begin: crashes("ingest")},
		{alarm: "undelivered", each: once(5, func(s *stand) {
			id, _ := s.happen()
			s.must(s.stripe.Delivered("", id, false))
		})},
		{alarm: "refused", begin: func(s *stand) { s.secret = "whsec_rolled" }, end: func(s *stand) { s.secret = "whsec_right" }, within: 25},
		{alarm: "edge-throttled", each: func(s *stand, _ int) { s.post([]byte("{}"), "", 600) }},
		{alarm: "gap", begin: func(s *stand) { s.now = s.now.Add(40 * 24 * time.Hour) }},
		{alarm: "silence", quiet: true, within: 150},
		{alarm: "published", begin: off("dispatch")},
		{alarm: "reconcile-stopped", begin: off("reconcile")},
		{alarm: "lag-due", begin: failing("Unfinished"), within: 45, clears: 120},
		{alarm: "lag-pending", begin: noBus, within: 45},
		{alarm: "lag-unrecorded", begin: func(s *stand) { loses(s); failing("Ensure")(s) }, within: 45, clears: 120},
		{alarm: "lag-missing", begin: off("stripe"), within: 100, clears: 120},
		{alarm: "throttled", each: once(5, throttles)},
		{alarm: "parked", begin: fails(action.Permanent(errors.New("no such order"))), end: handled(event.Parked)},
		{alarm: "unknown", begin: func(s *stand) {
			s.fn = func(ctx context.Context, e *action.Event[json.RawMessage]) error {
				_, err := action.Outside(ctx, e, "mail/"+e.ID, func(context.Context) (string, error) { return "", errors.New("connection lost") })
				return err
			}
		}, end: handled(event.Unknown)},
		{alarm: "quarantined", each: once(5, func(s *stand) { odd(s, `{"object":"event","type":"charge.succeeded"}`) }), end: discardAll},
		{alarm: "dead", begin: func(s *stand) { crashes(churn)(s); s.queues[churn].MaxReceives = 3 }, end: func(s *stand) {
			works(s)
			s.minutes(5) // until the queue has given up what it will
			for _, m := range s.queues[churn].DeadLetter.Messages() {
				s.must(s.queues[churn].Send(s.Context(), m.Body, 0)) // redriven
			}
			s.queues[churn].DeadLetter = &memory.Queue{Now: s.clock}
		}},
		{alarm: "overdue", begin: fails(errors.New("not today")), each: func(s *stand, _ int) {
			if s.now.Minute() == 45 {
				off(churn)(s)
			}
		}, within: 120},
		{alarm: "lag-books", begin: func(s *stand) { s.books = true }, within: 70},
	}
	// The sample shop's: what its function logs for each report of SES.
	for _, report := range []string{"bounced", "complained", "rejected"} {
		all = append(all, condition{alarm: mails + "-" + report, clears: 180, each: once(5, func(s *stand) {
			for range 10 {
				s.log(mails).Warn("mail report", "reason", report)
			}
		})})
	}
	for _, bus := range []string{"bus", "partner-bus"} {
		all = append(all, condition{alarm: bus + "-key", each: once(59, func(s *stand) {
			s.watch.Metrics.Add(cloudwatch.Named("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", stack+"-"+bus+"-dead"), s.now, 1, 1)
		})})
	}
	for _, name := range []string{churn, bridge} {
		all = append(all,
			condition{alarm: name + "-queue-age", begin: off(name)},
			condition{alarm: name + "-lost", begin: loses, clears: 120},
			condition{alarm: name + "-errors", begin: crashes(name)},
		)
	}
	return all
}
