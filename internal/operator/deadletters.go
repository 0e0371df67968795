package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// listTime is how long a list hides what it reads from a redrive, should it
// not come to release it.
const listTime = time.Minute

// ListDeadLetters lists up to limit dead letters of an action or function, or of
// all for an empty name, and leaves them where they are.
func (o *Operator) ListDeadLetters(ctx context.Context, name string, limit int) ([]Item, error) {
	names, err := o.deadLetterQueues(ctx, name)
	if err != nil {
		return nil, err
	}
	var all []Item
	for _, name := range names {
		items, err := o.look(ctx, name, limit-len(all))
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	return all, nil
}

// deadLetterQueues are the names that have dead letters: the one, or all.
func (o *Operator) deadLetterQueues(ctx context.Context, name string) ([]string, error) {
	actions, err := o.actions(ctx)
	if err != nil {
		return nil, err
	}
	if slices.Contains(actions, name) {
		return []string{name}, nil
	}
	names, err := o.DeadLetterNames(ctx, actions)
	switch {
	case err != nil || name == "":
		return names, err
	case !slices.Contains(names, name):
		return nil, noAction(name, names)
	}
	return []string{name}, nil
}

// DeadLetterNames are the names that have dead letters in a stack with these actions.
func (o *Operator) DeadLetterNames(ctx context.Context, actions []string) ([]string, error) {
	var always, others []string
	for _, s := range deadLetterSources {
		if !s.optional {
			always = append(always, s.name)
			continue
		}
		switch _, err := o.DeadLetters.Depth(ctx, s.name); {
		case err == nil:
			others = append(others, s.name)
		case !errors.Is(err, event.ErrNotFound):
			return nil, err
		}
	}
	return slices.Concat(always, actions, others), nil
}

// look reads up to limit letters of one name and releases them.
func (o *Operator) look(ctx context.Context, name string, limit int) (items []Item, err error) {
	n, err := o.DeadLetters.Depth(ctx, name)
	if err != nil {
		return nil, err
	}
	var all []event.DeadLetter
	defer func() { err = errors.Join(err, o.DeadLetters.Release(context.WithoutCancel(ctx), all)) }()
	for len(all) < min(n, limit) {
		ls, err := o.DeadLetters.Receive(ctx, name, listTime)
		if err != nil {
			return nil, err
		}
		if len(ls) == 0 {
			break
		}
		all = append(all, ls...)
	}
	for _, l := range all[:min(len(all), limit)] {
		item, err := o.deadItem(ctx, l)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// deadItem finds out what a letter is about and why it is here.
func (o *Operator) deadItem(ctx context.Context, l event.DeadLetter) (Item, error) {
	i := Item{Event: eventOf(l), Action: l.Queue, State: "dead", Since: l.Sent, Attempts: l.Receives}
	source, isAction := sourceOf(l)
	switch {
	case !isAction:
		i.Reason = source.reason(l)
	case i.Event == "":
		i.Reason = "the message cannot be read; it is left here"
	case l.Error != "":
		i.Reason = "the queue did not take it: " + l.Error
	default:
		return o.ledgerReason(ctx, i)
	}
	return i, nil
}

func (o *Operator) ledgerReason(ctx context.Context, i Item) (Item, error) {
	d, err := o.Ledger.Delivery(ctx, event.DeliveryRef{Action: i.Action, Event: i.Event})
	switch {
	case errors.Is(err, event.ErrNotFound):
		i.Reason, err = "no attempt began", nil
	case err != nil:
	case d.Error != "":
		i.Reason = fmt.Sprintf("its delivery is %s: %s", d.State, d.Error)
	default:
		i.Reason = fmt.Sprintf("its delivery is %s", d.State)
	}
	return i, err
}
