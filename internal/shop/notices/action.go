// Package notices sends the shop's staff a notice when an order is on hold: by mail
// through the stack's topic, and in Slack if there is a webhook.
package notices

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/notice"
	"github.com/payhooks/payhooks/internal/shop/fraud"
)

// staleAfter is how old news may be, counted from the event's creation. A
// date until which evidence is due makes it last longer.
const staleAfter = 72 * time.Hour

// How often a row is read in which flag-fraud has not stored the event, and how soon again.
const (
	looks     = 4
	lookAgain = 300 * time.Millisecond
)

// Notifier is the action with its ports.
type Notifier struct {
	Rule  fraud.Rule
	Rows  fraud.Reader // what flag-fraud keeps
	Topic Channel
	Slack interface {
		Channel
		Configured(context.Context) (bool, error)
	}
	Now   func() time.Time
	Pause func(context.Context, time.Duration) error
}

// Channel sends one notice with one request. Errors of package event report that
// it did not go out; after any other one it may have.
type Channel interface {
	Send(context.Context, notice.Notice) error
}

// Notify sends a notice of the hold that the event brings about, once for each,
// however many events it has.
func (n Notifier) Notify(ctx context.Context, e *action.Event[facts.Event]) error {
	_, order, err := fraud.Key(e.Object)
	if err != nil {
		return err
	}
	news, err := n.news(ctx, e.Object, order)
	if err != nil {
		return err
	}
	news = slices.DeleteFunc(news, func(one item) bool { return n.Now().After(one.until) && !e.AllowStale() })
	if len(news) == 0 {
		return action.Skip("stale")
	}
	for _, one := range news {
		err = errors.Join(err, n.deliver(ctx, e, one))
	}
	return err
}

// item is one notice with the key under which it goes out once.
type item struct {
	key string
	notice.Notice
	until time.Time // after this it is stale
}

// news returns the notices of the event, at least one; a Skip if there are none.
func (n Notifier) news(ctx context.Context, e facts.Event, order string) ([]item, error) {
	if e.Charge != nil {
		return n.bursts(ctx, e)
	}
	row, err := fraud.ReadOrder(ctx, n.Rows, e.Scope, order)
	if err != nil {
		return nil, err
	}
	// The row may not have this event yet; what it makes of it is known.
	for _, h := range fraud.Merge(row, order, e).Holds {
		if h.Why == fraud.Reason(e) && h.Released.IsZero() {
			return []item{{holdKey(h, e), onHold(h), latest(e.Created.Add(staleAfter), h.Due)}}, nil
		}
	}
	return nil, action.Skip("the hold is over")
}

// holdKey names the notice of a hold. Every dispute has its own evidence to
// send, so a second one of an order has a notice, too.
func holdKey(h fraud.Hold, e facts.Event) string {
	key := "hold/" + h.Order + "/" + h.Why
	if e.Dispute != nil {
		key += "/" + e.Dispute.ID
	}
	return key
}

// bursts returns the notices of many failures: one per card or customer and day,
// not one per order, of which a tester of cards makes thousands.
func (n Notifier) bursts(ctx context.Context, e facts.Event) ([]item, error) {
	var news []item
	for _, source := range fraud.Sources(e) {
		all, err := n.attempts(ctx, e, source)
		if err != nil {
			return nil, err
		}
		if b, many := all.Burst(fraud.Began(e), n.Rule); many {
			key := "hold/" + source + "/" + b.Begin.Format(time.DateOnly)
			news = append(news, item{key, burst(all, b, n.Rule), e.Created.Add(staleAfter)})
		}
	}
	if len(news) == 0 {
		return nil, action.Skip("no more failures than usual")
	}
	return news, nil
}

// attempts returns those of a card or customer, once they are many or the row has this
// one: others that fail at the same time may not be in the row either, but when this one
// is, the last of them sees them all. flag-fraud gets the event at the same time as
// send-notice, so a row without it is read again in a moment before the next attempt is.
func (n Notifier) attempts(ctx context.Context, e facts.Event, source string) (fraud.Source, error) {
	for look := 1; ; look++ {
		row, err := fraud.ReadSource(ctx, n.Rows, e.Scope, source)
		if err != nil {
			return row, err
		}
		all := fraud.Add(row, source, e)
		_, many := all.Burst(fraud.Began(e), n.Rule)
		switch {
		case many, n.Rule.Limit == 0, row.Has(e), !all.Has(e):
			return all, nil
		case look == looks:
			return all, action.RetryAfter(errors.New("flag-fraud has not stored this attempt yet"), 2*time.Second)
		}
		if err := n.Pause(ctx, lookAgain); err != nil {
			return all, err
		}
	}
}

// deliver sends one notice over every channel. One that went out over a channel is
// not repeated because another failed.
func (n Notifier) deliver(ctx context.Context, e *action.Event[facts.Event], one item) error {
	err := post(ctx, e, one.key, n.Topic, one.Notice)
	slack, serr := n.Slack.Configured(ctx)
	if slack {
		serr = post(ctx, e, "slack/"+one.key, n.Slack, one.Notice)
	}
	return errors.Join(err, serr)
}

func post(ctx context.Context, e *action.Event[facts.Event], key string, to Channel, msg notice.Notice) error {
	ran := false
	_, err := action.Outside(ctx, e, key, func(ctx context.Context) (bool, error) {
		ran = true
		return true, to.Send(ctx, msg)
	})
	if err == nil && ran {
		e.Outcome("notice sent")
	}
	return err
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
