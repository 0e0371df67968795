package mails

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// trialLives are subscriptions until the notice of their trial's end; why is what
// keeps it, or empty. Sets say what is known of the customer when it is delivered.
var trialLives = []struct {
	name   string
	happen func(*stripetest.Subscription)
	why    string
}{
	{"as it was", func(*stripetest.Subscription) {}, ""},
	{"converted", func(u *stripetest.Subscription) { u.Wait(time.Minute).Turn("active") }, "is active"},
	{"converted within the second", func(u *stripetest.Subscription) { u.Turn("active") }, "is active"},
	{"converted, then past due", func(u *stripetest.Subscription) {
		u.Wait(time.Minute).Turn("active").Turn("past_due")
	}, "is past due"},
	{"moved", func(u *stripetest.Subscription) {
		u.Wait(time.Minute).Update(func(u *stripetest.Subscription) { u.Extend(7 * 24 * time.Hour) })
	}, "moved"},
	{"cancelled for its end", func(u *stripetest.Subscription) {
		u.Wait(time.Minute).Update(func(u *stripetest.Subscription) { u.CancelsAtEnd = true })
	}, "cancelled"},
	{"cancelled before its end", func(u *stripetest.Subscription) {
		u.Wait(time.Minute).Update(func(u *stripetest.Subscription) { u.CancelAt = u.End.Add(-time.Hour) })
	}, "cancelled"},
	{"to be cancelled long after", func(u *stripetest.Subscription) {
		u.Wait(time.Minute).Update(func(u *stripetest.Subscription) { u.CancelAt = u.End.Add(1000 * time.Hour) })
	}, ""},
	{"cancelled and kept within one second", func(u *stripetest.Subscription) {
		u.Wait(time.Minute).Update(func(u *stripetest.Subscription) { u.CancelsAtEnd = true }).Update(func(u *stripetest.Subscription) { u.CancelsAtEnd = false })
	}, ""},
	{"cancelled, kept and cancelled within one second", func(u *stripetest.Subscription) {
		u.Wait(time.Minute)
		for _, cancels := range []bool{true, false, true} {
			u.Update(func(u *stripetest.Subscription) { u.CancelsAtEnd = cancels })
		}
	}, "cancelled"},
	{"ended", func(u *stripetest.Subscription) { u.Wait(time.Minute).Cancel() }, "ended"},
	{"customer paused it", func(u *stripetest.Subscription) { u.Wait(time.Minute).Turn("paused").Send("paused") }, "is paused"},
	{"other changes", func(u *stripetest.Subscription) {
		u.Wait(time.Minute).Update(func(u *stripetest.Subscription) { u.Paused = true })
	}, ""},
}

func TestTrialNoticeIsSentOnlyIfTrue(t *testing.T) {
	for _, c := range trialLives {
		t.Run(c.name, func(t *testing.T) {
			for _, version := range stripetest.Versions {
				for order := range stripetest.Orders(1, lifeOfTrial(version, c.happen)) {
					s := open(t, always).asks(newAPI(t, customer("ada@example.com", nil)))
					for _, e := range order {
						s.store(e.Body())
					}
					var d event.Delivery
					for range 2 {
						d = s.Deliver(announced(order).ID)
					}
					sent := len(s.post.sent) == 1
					if d.State != event.Done || sent != (c.why == "") || !sent && !strings.Contains(d.Outcome, c.why) {
						t.Fatalf("%s: %s %q, mails %v, want %q", version, d.State, d.Outcome, s.mails(), c.why)
					}
				}
			}
		})
	}
}

// lifeOfTrial is a trial of 72 hours that begins at noon with its notice.
func lifeOfTrial(version facts.Version, happen func(*stripetest.Subscription)) []stripetest.Event {
	l := stripetest.New(version)
	l.Scope, l.Now = event.Scope{}, noon
	u := l.Subscribe("sub_1", "trialing", "prod_a")
	u.Wait(27 * 24 * time.Hour).Send("trial_will_end")
	happen(u)
	return l.Events
}

func announced(events []stripetest.Event) stripetest.Event {
	for _, e := range events {
		if announces(e.Type) {
			return e
		}
	}
	panic("no announcement")
}

func TestTrialNoticeThatIsLateIsNeverSent(t *testing.T) {
	s := open(t, always).asks(newAPI(t, customer("ada@example.com", nil)))
	id := s.store(posted("evt_1", "customer.subscription.trial_will_end", before2024, 0, trial(), nil))
	s.late = 73 * time.Hour
	if d := s.Deliver(id); d.Outcome != "skipped: stale" {
		t.Errorf("%q, want it stale", d.Outcome)
	}
	if d := s.DeliverStale(id); d.Outcome != "skipped: the trial is over" || len(s.post.sent) != 0 {
		t.Errorf("with --stale: %q, mails %v, want none", d.Outcome, s.mails())
	}
}
