package main

import (
	"context"
	"errors"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fraud"
	"github.com/payhooks/payhooks/internal/notice"
)

// staleAfter is how old news may be, counted from the event's creation. A
// date until which evidence is due makes it last longer.
const staleAfter = 72 * time.Hour

// notifier is the action with what it needs from outside.
type notifier struct {
	Rule  fraud.Rule
	Rows  fraud.Reader // what flag-fraud keeps
	Topic channel
	Slack interface {
		channel
		Configured(context.Context) (bool, error)
	}
	Now func() time.Time
}

// channel sends one notice with one request. Its errors are those of package
// notice: they say whether it may have gone out.
type channel interface {
	Send(context.Context, notice.Notice) error
}

// send tells of the hold that the event brings about, once for each, however
// many events it comes with.
func (n notifier) send(ctx context.Context, e *action.Event[facts.Event]) error {
	key, why := fraud.Key(e.Object)
	if key == "" {
		return action.Skip(why)
	}
	news, why, err := n.news(ctx, e.Object, key)
	if err != nil {
		return err
	}
	told := false
	for _, one := range news {
		if n.Now().After(one.until) && !e.AllowStale() {
			why = "stale"
			continue
		}
		told = true
		err = errors.Join(err, n.tell(ctx, e, one))
	}
	if !told {
		return action.Skip(why)
	}
	return err
}

// item is one notice with the key under which it goes out once.
type item struct {
	key string
	notice.Notice
	until time.Time // after this it is stale
}

func (n notifier) news(ctx context.Context, e facts.Event, order string) ([]item, string, error) {
	if e.Charge != nil {
		return n.bursts(ctx, e)
	}
	var row fraud.Order
	if err := fraud.Read(ctx, n.Rows, event.Scoped(e.Account, order), &row); err != nil {
		return nil, "", err
	}
	// The row may not have this event yet; what it makes of it is known.
	for _, h := range fraud.Merge(row, e).Holds {
		if h.Why == fraud.Reason(e) && h.Released.IsZero() {
			return []item{{holdKey(h, e), onHold(h), latest(e.Created.Add(staleAfter), h.Due)}}, "", nil
		}
	}
	return nil, "the hold is over", nil
}

// holdKey names the notice of a hold. Every dispute has evidence of its own to
// send, so a second one of an order is told of too.
func holdKey(h fraud.Hold, e facts.Event) string {
	key := "hold/" + event.Scoped(h.Account, h.Order) + "/" + h.Why
	if e.Dispute != nil {
		key += "/" + e.Dispute.ID
	}
	return key
}

// bursts tells of many failures: once per card or customer and day, not once
// per order, of which a tester of cards makes thousands.
func (n notifier) bursts(ctx context.Context, e facts.Event) ([]item, string, error) {
	var news []item
	for _, source := range fraud.Sources(e) {
		var row fraud.Source
		if err := fraud.Read(ctx, n.Rows, source, &row); err != nil {
			return nil, "", err
		}
		all := fraud.Add(row, source, e, n.Rule)
		own, kept := all.Attempts[e.Charge.ID]
		switch b, many := all.Burst(e.Charge.ID, n.Rule); {
		case many:
			key := "hold/" + source + "/" + b.Begin.Format(time.DateOnly)
			news = append(news, item{key, burst(all, b, n.Rule, e), e.Created.Add(staleAfter)})
		case kept && n.Rule.Limit > 0 && row.Attempts[e.Charge.ID] != own:
			// Others that fail at this moment may not be in the row either.
			// When this one is, whoever comes last sees them all.
			return nil, "", action.RetryAfter(errors.New("flag-fraud has not kept this attempt yet"), 2*time.Second)
		}
	}
	return news, "no more failures than usual", nil
}

// tell sends one notice over every channel. What went out over one is not
// repeated because another failed.
func (n notifier) tell(ctx context.Context, e *action.Event[facts.Event], one item) error {
	err := post(ctx, e, one.key, n.Topic, one.Notice)
	slack, serr := n.Slack.Configured(ctx)
	if slack {
		serr = post(ctx, e, "slack/"+one.key, n.Slack, one.Notice)
	}
	return errors.Join(err, serr)
}

func post(ctx context.Context, e *action.Event[facts.Event], key string, to channel, msg notice.Notice) error {
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
