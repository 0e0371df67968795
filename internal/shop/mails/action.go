// Package mails sends customers mails about their payments, and text messages if it
// may: a receipt, a failed payment, a refund, the end of a trial. It mails the shop
// about disputes.
package mails

import (
	"context"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/shop/billing"
	"github.com/payhooks/payhooks/internal/sms"
)

// Sender is the action with its ports.
type Sender struct {
	Settings
	Mail interface {
		// Send makes one request, as mail.Client does. Errors of package event
		// report that no mail went out; after any other one it may have.
		Send(context.Context, mail.Mail) (id string, err error)
	}
	SMS interface {
		// Send makes one request, as sms.Client does.
		Send(context.Context, sms.Text) (id string, err error)
	}
	Stripe Source
	Now    func() time.Time
}

// run is one event's work.
type run struct {
	Sender
	e         *action.Event[facts.Event]
	known     *studied
	customers map[string]asked[person]       // by id: as Stripe knows them
	keyings   map[string]asked[refundKeying] // by charge
	lists     map[string][]entry             // by the event that they were fetched for
	begun     map[string]bool                // effect keys
	places    map[string]asked[string]       // by recipient and day: the failure notice that came first

	done     []string  // what went out for this event, now or before
	kept     []keeping // what an operator may still ask for
	skipped  []string  // why the rest did not go out
	repeated bool      // something had gone out for another event
	err      error
}

// asked is the result of a read that one run makes once.
type asked[T any] struct {
	is  T
	err error
}

// Send mails what e makes due. Which mails a payment needs is a pure function of
// the events known of it (see notices), so their order does not matter; each mail
// has a key and goes out at most once.
func (s Sender) Send(ctx context.Context, e *action.Event[facts.Event]) error {
	if !s.mailing() && !s.Texts {
		return action.Skip(mailIsOff)
	}
	if err := billing.Complete(ctx, e, s.Stripe); err != nil {
		return err
	}
	known, err := related(ctx, e)
	if err == nil {
		known, err = s.tied(ctx, e, known)
	}
	if err != nil {
		return err
	}
	r := &run{
		Sender: s, e: e, known: study(known), customers: map[string]asked[person]{}, keyings: map[string]asked[refundKeying]{},
		lists: map[string][]entry{}, begun: map[string]bool{}, places: map[string]asked[string]{},
	}
	for _, n := range known.dueBy(e.ID, s.Texts) {
		r.process(ctx, n)
	}
	return r.end(ctx)
}

// process sends one notice, which may turn out to be several.
func (r *run) process(ctx context.Context, n notice) {
	if r.waits(n) || !r.goes(n) {
		return
	}
	all, err := r.resolve(ctx, n)
	r.failed(err)
	for _, n := range all {
		if r.goes(n) {
			r.send(ctx, n)
		}
	}
}

// withheld is why nothing of what is due goes out, or empty.
func (s Sender) withheld(n notice, allowStale bool) string {
	switch {
	case s.Now().After(n.until) && !allowStale:
		return "stale"
	case s.Now().After(n.until) && n.kind == kindTrial: // it would be false
		return "the trial is over"
	case n.connected && n.kind != kindDispute && !s.Connected:
		return notOurCustomer
	case !n.livemode && s.TestRecipient == "":
		return "test mode: no MailTestRecipient"
	case s.texting(n):
		return ""
	default:
		return s.unmailed(n)
	}
}

// send sends the mail and the text message, each with its own key: a failure of
// one does not repeat the other.
func (r *run) send(ctx context.Context, n notice) {
	if why := r.unmailed(n); why != "" {
		r.keep(n.key, why)
	} else {
		r.sendOnce(ctx, n.key, n.kind+" sent", func(ctx context.Context) (string, error) { return r.mail(ctx, n) })
	}
	if r.texting(n) {
		r.sendOnce(ctx, n.key+"/sms", n.kind+" sent as text message", func(ctx context.Context) (string, error) { return r.text(ctx, n) })
	}
}

// unmailed is why there is no mail of n, or empty.
func (s Sender) unmailed(n notice) string {
	switch {
	case !s.mailing():
		return mailIsOff
	case n.kind == kindReceipt && s.Mode == modeUnlessStripe && n.livemode && n.stripeMails:
		return "Stripe mails this receipt itself"
	case n.kind == kindDispute && s.recipient(n, "") == "", n.kind != kindDispute && n.to == "" && n.customer == "":
		return noAddress
	}
	return ""
}

// texting reports whether there is a text message besides the mail of n. A number
// is looked up only if the address is anyway. Text messages cost money and reach
// people: in test mode there are none but on the local stack, where none leaves
// the machine.
func (s Sender) texting(n notice) bool {
	allowed := s.Texts && texted[n.kind] && (n.livemode || s.TestRecipient == toCustomer)
	return allowed && (n.phone != "" || n.to == "" && n.customer != "")
}
