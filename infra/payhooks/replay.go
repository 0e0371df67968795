package main

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// replaySummary is the result of `payhooks replay`.
type replaySummary struct {
	Selected int                  `json:"selected"`
	Sent     int                  `json:"sent"`              // events, to at least one action each
	Skipped  map[event.Reason]int `json:"skipped,omitempty"` // events, by reason
	Unknown  int                  `json:"unknown,omitempty"` // deliveries that wait for parked resolve
	Sample   []chosen             `json:"sample,omitempty"`  // of a dry run
	Resume   string               `json:"resume,omitempty"`  // where a stopped run continues
}

// replay sends stored events to their actions again.
type replay struct {
	*connection
	selection
	again, stale bool
	resume       string
	now          time.Time
	line         []string // the command as it was given

	mu sync.Mutex
	replaySummary
}

const replayLong = `Send stored events to their actions again.

An action never acts on an event twice: what is done stays done, and so is what
was discarded. What is parked or waits is tried at once, what has no record is
recorded and sent, and what is unknown stays until you resolve it (payhooks
parked resolve). --again also retries actions that had nothing to do with the
event ("skipped: …"), for example because mail was off; --stale lets them send
mails that are too old.

Without --yes nothing is sent: you see how many events it would be, and some of
them. Ctrl-C stops a replay, and it prints how to resume. It may be repeated or
run beside live traffic.`

func replayCommand() *cobra.Command {
	r := &replay{}
	var yes bool
	var rate rateFlag
	cmd := &cobra.Command{
		Use: "replay [EVENT…]", Short: "Send stored events to their actions again", Long: replayLong, Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if r.ids = args; r.everything() {
				return usage("select events by id, --object, --customer, --type, --since or --until")
			}
			r.now, r.line = time.Now(), os.Args
			if err := r.check(); err != nil {
				return err
			}
			if r.connection, err = connect(cmd); err != nil {
				return err
			}
			return r.run(cmd, yes, rate)
		},
	}
	r.flags(cmd)
	cmd.Flags().BoolVar(&yes, "yes", false, "perform the change (without it: dry run)")
	cmd.Flags().BoolVar(&r.again, "again", false, "also retry actions that skipped the event")
	cmd.Flags().BoolVar(&r.stale, "stale", false, "send mails also if they are too old; includes --again")
	cmd.Flags().StringVar(&r.resume, "resume", "", "resume a stopped replay at this position")
	paceFlag(cmd, &rate)
	stackFlags(cmd)
	return cmd
}

// check finds mistakes of the command line before anything is looked up.
func (r *replay) check() error {
	_, _, err := r.times(r.now)
	if err == nil && r.resume != "" {
		_, err = parsePlace(r.resume)
	}
	return err
}

func (r *replay) run(cmd *cobra.Command, yes bool, rate rateFlag) error {
	list, unreadable, err := r.find(cmd.Context(), r.connection, r.now)
	if err != nil {
		return err
	}
	if r.resume != "" {
		if list, err = after(list, r.resume); err != nil {
			return err
		}
	}
	r.Selected = len(list)
	if !yes || len(list) == 0 {
		return errors.Join(r.plan(cmd, list, rate), unreadable)
	}
	p := newPace(cmd, "events", rate, len(list))
	defer p.end()
	done, err := p.each(cmd.Context(), len(list), func(ctx context.Context, i int) error { return r.send(ctx, list[i].ID) })
	if err != nil {
		r.Resume = r.resume
		if done > 0 {
			r.Resume = list[done-1].place()
		}
		err = r.stopped(done, err)
	}
	return errors.Join(r.report(cmd), err, unreadable)
}

// skip counts an event of which nothing was sent.
func (r *replay) skip(why event.Reason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.Skipped == nil {
		r.Skipped = map[event.Reason]int{}
	}
	r.Skipped[why]++
}
