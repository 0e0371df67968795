package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// redriveTime is how long a letter that is being sent is hidden from others.
const redriveTime = 2 * time.Minute

// RedrivePlan is a redrive that has not begun: the dead letters of one name, or
// of all, as many as there were when it was planned.
type RedrivePlan struct {
	Selected int

	names  []string
	depths []int
	o      *Operator
}

// RedriveResult is the result of a redrive, or of its dry run.
type RedriveResult struct {
	Selected   int    `json:"selected"`
	Sent       int    `json:"sent"`
	Unreadable int    `json:"unreadable,omitempty"` // left where they are
	Removed    int    `json:"removed,omitempty"`    // a sweep does their work: there is nothing to send
	Sample     []Item `json:"sample,omitempty"`     // of a dry run
}

// PlanRedrive counts the dead letters of an action or function, or of all for an
// empty name.
func (o *Operator) PlanRedrive(ctx context.Context, name string) (*RedrivePlan, error) {
	names, err := o.deadLetterQueues(ctx, name)
	if err != nil {
		return nil, err
	}
	p := &RedrivePlan{names: names, o: o}
	for _, name := range names {
		n, err := o.DeadLetters.Depth(ctx, name)
		if err != nil {
			return nil, err
		}
		p.depths, p.Selected = append(p.depths, n), p.Selected+n
	}
	return p, nil
}

// DryRun is the result of a redrive that changes nothing, with a sample.
func (p *RedrivePlan) DryRun(ctx context.Context) (RedriveResult, error) {
	r := RedriveResult{Selected: p.Selected}
	for i, name := range p.names {
		items, err := p.o.look(ctx, name, min(p.depths[i], SampleSize-len(r.Sample)))
		if err != nil {
			return r, err
		}
		r.Sample = append(r.Sample, items...)
	}
	return r, nil
}

// redrive is one redrive under way.
type redrive struct {
	*Operator

	mu   sync.Mutex
	left []event.DeadLetter // hidden until their queue is done, so that they come once
	RedriveResult
}

// Run sends each letter to its action's queue, marked as one for this action alone, or
// unchanged to the queue of another function, and deletes those whose work a sweep does. A
// letter is sent before it is deleted: a crash in between sends it twice, which the ledger
// absorbs. When
// ctx ends it stops with ctx's error; a new plan continues with what is left.
// The result counts what was done also with any error.
func (p *RedrivePlan) Run(ctx context.Context, pace Pace) (RedriveResult, error) {
	r := &redrive{Operator: p.o, RedriveResult: RedriveResult{Selected: p.Selected}}
	for i, name := range p.names {
		if err := r.queue(ctx, name, pace, p.depths[i]); err != nil {
			return r.RedriveResult, err
		}
	}
	return r.RedriveResult, nil
}

// queue sends n letters of one name.
func (r *redrive) queue(ctx context.Context, name string, pace Pace, n int) error {
	defer func() {
		_ = r.DeadLetters.Release(context.WithoutCancel(ctx), r.left) // they reappear after redriveTime anyway
		r.left = nil
	}()
	for n > 0 {
		ls, err := r.DeadLetters.Receive(ctx, name, redriveTime)
		if err != nil || len(ls) == 0 {
			return err
		}
		done, err := r.each(ctx, pace, len(ls), func(ctx context.Context, i int) error { return r.send(ctx, ls[i]) })
		if err != nil {
			r.left = append(r.left, ls[done:]...)
			return err
		}
		n -= len(ls)
	}
	return nil
}

func (r *redrive) send(ctx context.Context, l event.DeadLetter) error {
	source, isAction := sourceOf(l)
	body, err := l.Body, error(nil)
	if isAction {
		if eventOf(l) == "" {
			r.count(func() { r.Unreadable, r.left = r.Unreadable+1, append(r.left, l) })
			return nil
		}
		if body, err = forAction(l.Body, l.Queue); err != nil {
			return fmt.Errorf("read dead letter of %s: %w", l.Queue, err)
		}
	}
	if !source.swept {
		if err := r.DeadLetters.Send(ctx, l.Queue, body); err != nil {
			return fmt.Errorf("send a dead letter (%s) to %s: %w", eventOf(l), l.Queue, err)
		}
	}
	if err := r.DeadLetters.Delete(ctx, l); err != nil {
		return fmt.Errorf("dead letter of %s (%s) was redriven but could not be deleted: %w", l.Queue, eventOf(l), err)
	}
	r.count(func() {
		if source.swept {
			r.Removed++
		} else {
			r.Sent++
		}
	})
	return nil
}

func (r *redrive) count(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// forAction marks the message as one for this action alone, so that the action
// claims the delivery before it acts: an attempt may have begun before.
func forAction(body, action string) (string, error) {
	var message, detail map[string]json.RawMessage
	err := json.Unmarshal([]byte(body), &message)
	if err == nil {
		err = json.Unmarshal(message["detail"], &detail)
	}
	if err == nil {
		detail["only"], err = json.Marshal(action)
	}
	if err == nil {
		message["detail"], err = json.Marshal(detail)
	}
	if err != nil {
		return "", err
	}
	marked, err := json.Marshal(message)
	return string(marked), err
}
