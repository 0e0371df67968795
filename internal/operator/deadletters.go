package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// listTime is how long a list hides what it reads from a redrive, should it
// not come to release it.
const listTime = time.Minute

// pipeline are the functions that have dead letters without being actions: their
// letters report a run that failed and whose work a sweep did.
var pipeline = []string{"dispatch", "reconcile"}

// partnerBus is the function of Stripe's EventBridge destination, which a stack may
// lack. Its letters are events that were not stored, as the bus brought them.
const partnerBus = "ingest-eventbridge"

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
	names := slices.Concat(pipeline, actions)
	if name == "" || name == partnerBus {
		if names, err = o.DeadLetterNames(ctx, actions); err != nil {
			return nil, err
		}
	}
	switch {
	case name == "":
		return names, nil
	case !slices.Contains(names, name):
		return nil, noAction(name, names)
	}
	return []string{name}, nil
}

// DeadLetterNames are the names that have dead letters in a stack with these actions.
func (o *Operator) DeadLetterNames(ctx context.Context, actions []string) ([]string, error) {
	names := slices.Concat(pipeline, actions)
	switch _, err := o.DeadLetters.Depth(ctx, partnerBus); {
	case err == nil:
		names = append(names, partnerBus)
	case !errors.Is(err, event.ErrNotFound):
		return nil, err
	}
	return names, nil
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
	switch {
	case slices.Contains(pipeline, l.Queue):
		i.Reason = runNote(l)
	case l.Queue == partnerBus && l.Error == "":
		i.Reason = "it could not be stored, and Stripe does not send it again"
	case i.Event == "" && l.Queue != partnerBus:
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

// eventOf is the id of the event that an action's letter is about, or nothing.
func eventOf(l event.DeadLetter) string {
	var msg struct {
		Detail struct {
			ID string `json:"id"`
		} `json:"detail"`
	}
	if slices.Contains(pipeline, l.Queue) || json.Unmarshal([]byte(l.Body), &msg) != nil {
		return ""
	}
	return msg.Detail.ID
}

// runNote is the reason of a dead letter of the pipeline.
func runNote(l event.DeadLetter) string {
	if l.Error != "" {
		return "a run did not begin: " + l.Error + "; the next minute's did its work"
	}
	var lost struct {
		RequestContext     struct{ Condition string }
		DDBStreamBatchInfo struct{ BatchSize int }
	}
	if json.Unmarshal([]byte(l.Body), &lost) != nil {
		return "the message cannot be read"
	}
	records := count(lost.DDBStreamBatchInfo.BatchSize, "record of the stream was", "records of the stream were")
	return fmt.Sprintf("%s given up (%s): still pending, and published by reconcile", records, lost.RequestContext.Condition)
}
