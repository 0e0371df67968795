package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/spf13/cobra"
)

// redriveSummary is the result of `payhooks deadletters redrive`.
type redriveSummary struct {
	Selected   int      `json:"selected"`
	Sent       int      `json:"sent"`
	Unreadable int      `json:"unreadable,omitempty"` // left where they are
	Removed    int      `json:"removed,omitempty"`    // of dispatch and reconcile: there is nothing to send
	Sample     []letter `json:"sample,omitempty"`     // of a dry run
}

// redriveTime is how long a letter that is being sent is hidden from others.
const redriveTime = 2 * time.Minute

func deadLettersRedriveCommand() *cobra.Command {
	var action string
	var rate rateFlag
	var yes bool
	cmd := &cobra.Command{
		Use: "redrive", Short: "Send dead letters to their action's queue again", Args: cobra.NoArgs,
		Long: "Send dead letters to their action's queue again. One that was sent twice has no second effect: the ledger\n" +
			"knows what is done. Only as many are sent as there are when it begins. Those of dispatch and reconcile are\n" +
			"taken away: the sweep did their work. Without --yes nothing is sent.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			queues, err := openDeadLetters(cmd.Context(), c, action)
			if err != nil {
				return err
			}
			r := &redrive{queues: queues, rate: rate}
			if err := r.measure(cmd.Context()); err != nil {
				return err
			}
			if !yes || r.Selected == 0 {
				return r.plan(cmd)
			}
			err = r.run(cmd)
			return errors.Join(r.report(cmd), err)
		},
	}
	cmd.Flags().StringVar(&action, "action", "", "those of this action")
	cmd.Flags().BoolVar(&yes, "yes", false, "perform the change (without it: dry run)")
	paceFlag(cmd, &rate)
	stackFlags(cmd)
	return cmd
}

type redrive struct {
	queues []deadLetters
	depths []int
	rate   rateFlag

	mu sync.Mutex
	redriveSummary
}

func (r *redrive) measure(ctx context.Context) error {
	for _, q := range r.queues {
		n, err := q.depth(ctx)
		if err != nil {
			return err
		}
		r.depths = append(r.depths, n)
		r.Selected += n
	}
	return nil
}

func (r *redrive) run(cmd *cobra.Command) error {
	p := newPace(cmd, "dead letters", r.rate, r.Selected)
	defer p.end()
	for i, q := range r.queues {
		if err := r.queue(cmd.Context(), q, p, r.depths[i]); err != nil {
			return err
		}
	}
	return nil
}

// queue sends n letters of one action.
func (r *redrive) queue(ctx context.Context, q deadLetters, p pace, n int) error {
	var left []letter // unreadable: hidden until the end, so that they come once
	defer func() { _ = q.release(context.WithoutCancel(ctx), left) }()
	for n > 0 {
		ls, err := q.receive(ctx, redriveTime)
		if err != nil || len(ls) == 0 {
			return err
		}
		done, err := p.each(ctx, len(ls), func(ctx context.Context, i int) error { return r.send(ctx, q, ls[i], &left) })
		if err != nil {
			left = append(left, ls[done:]...)
			if errors.Is(err, context.Canceled) {
				err = errors.New("stopped; the same command continues with those that are left")
			}
			return err
		}
		n -= len(ls)
	}
	return nil
}

// send puts the letter into the action's queue before it takes it out of this
// one: a crash in between sends it twice, never not at all.
func (r *redrive) send(ctx context.Context, q deadLetters, l letter, left *[]letter) error {
	if l.Event == "" && q.target != "" {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.Unreadable++
		*left = append(*left, l)
		return nil
	}
	if q.target != "" {
		body, err := forAction(aws.ToString(l.message.Body), q.action)
		if err != nil {
			return fmt.Errorf("read dead letter of %s: %w", q.action, err)
		}
		if _, err := q.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.target, MessageBody: &body}); err != nil {
			return fmt.Errorf("send %s to %s: %w", l.Event, q.action, err)
		}
	}
	if _, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.dead, ReceiptHandle: l.message.ReceiptHandle}); err != nil {
		return fmt.Errorf("dead letter of %s (%s) was redriven but could not be deleted: %w", q.action, l.Event, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if q.target == "" {
		r.Removed++
	} else {
		r.Sent++
	}
	return nil
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
