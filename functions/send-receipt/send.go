package main

import (
	"context"
	"errors"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/mail"
)

// throttledFor is how long SES is left alone after it said "too many".
const throttledFor = time.Minute

// sender is the action with what it needs from outside.
type sender struct {
	settings
	Mail interface {
		// Send promises what mail.Client's does: one request, and errors that
		// say whether the mail may have gone out.
		Send(context.Context, mail.Mail) (id string, err error)
	}
	Now func() time.Time
}

// send mails what e makes due. Which mails a payment owes is a pure function
// of the events known of it (see notices), so their order does not matter;
// each mail has a key and goes out at most once.
func (s sender) send(ctx context.Context, e *action.Event[facts.Event]) error {
	if s.Mode != modeAlways && s.Mode != modeUnlessStripe {
		return action.Ignore("mail is off")
	}
	story, err := tell(ctx, e)
	if err != nil {
		return err
	}
	why, sent, failed := "nothing to mail about", false, error(nil)
	for _, n := range story.owedBy(e.ID) {
		if n.skip == "" {
			n.skip = s.withheld(n, e.AllowStale())
		}
		if n.skip != "" {
			why = n.skip
			continue
		}
		if err := s.once(ctx, e, n); err != nil && failed == nil {
			failed = err
		}
		sent = true
	}
	if failed != nil || sent {
		return failed
	}
	return action.Ignore(why)
}

// withheld is why a mail that is due does not go out, or empty.
func (s sender) withheld(n notice, allowStale bool) string {
	switch {
	case n.kind == kindReceipt && s.Mode == modeUnlessStripe && n.livemode && n.stripeMails:
		return "Stripe mails this receipt itself"
	case s.Now().After(n.until) && !allowStale:
		return "stale"
	case s.recipient(n) == "" && !n.livemode:
		return "test mode: no MailTestRecipient"
	case s.recipient(n) == "":
		return noAddress
	}
	return ""
}

// recipient is who gets n: in test mode whoever is named for that.
func (s sender) recipient(n notice) string {
	to := n.to
	if n.kind == kindDispute {
		to = s.Shop
	}
	if n.livemode || s.TestRecipient == toCustomer {
		return to
	}
	return s.TestRecipient
}

// once sends n unless a mail with its key went out before.
func (s sender) once(ctx context.Context, e *action.Event[facts.Event], n notice) error {
	ran := false
	_, err := action.Outside(ctx, e, n.key, func(ctx context.Context) (string, error) {
		ran = true
		m, err := s.render(n)
		if err != nil {
			return "", action.Permanent(err)
		}
		id, err := s.Mail.Send(ctx, m)
		return id, verdict(err)
	})
	if err == nil && ran {
		e.Outcome(n.kind + " sent")
	}
	return err
}

// verdict tells the harness whether the mail can be tried again.
func verdict(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mail.ErrThrottled):
		return action.RetryAfter(err, throttledFor)
	case errors.Is(err, mail.ErrNotSent):
		return action.NotSent(err)
	case errors.Is(err, mail.ErrRejected):
		return action.Permanent(err)
	default:
		return err // nobody knows
	}
}
