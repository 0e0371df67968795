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
	Selected int      `json:"selected"`
	Sent     int      `json:"sent"`
	Gone     int      `json:"gone,omitempty"`    // expired since they were selected
	Unknown  int      `json:"unknown,omitempty"` // deliveries that wait for parked resolve
	Sample   []chosen `json:"sample,omitempty"`  // of a dry run
	Resume   string   `json:"resume,omitempty"`  // where a stopped run goes on
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

What is done stays done: an action never acts on an event twice. What is parked
is tried again, and so is what waits for more than a quarter of an hour; what
never came is sent, and what is unknown stays until you say what happened
(payhooks parked resolve). --again asks also those actions
once more that had nothing to do with the event ("ignored: …"), say because
mail was off; --stale lets them send mails however late.

Without --yes nothing is sent: you see how many events it would be, and some of
them. Ctrl-C stops a replay, and it says how to go on. It may be repeated or
run beside live traffic.`

func replayCommand() *cobra.Command {
	r := &replay{}
	var yes bool
	var rate rateFlag
	cmd := &cobra.Command{
		Use: "replay [EVENT…]", Short: "Send stored events to their actions again", Long: replayLong, Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if r.ids = args; r.everything() {
				return usage("say which events: ids, --object, --customer, --type, --since or --until")
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
	cmd.Flags().BoolVar(&yes, "yes", false, "really send them")
	cmd.Flags().BoolVar(&r.again, "again", false, "ask also actions that ignored the event")
	cmd.Flags().BoolVar(&r.stale, "stale", false, "send also mails that come too late; includes --again")
	cmd.Flags().StringVar(&r.resume, "resume", "", "go on where a stopped replay said")
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
	list, odd := r.find(cmd.Context(), r.connection, r.now)
	if odd != nil && !errors.Is(odd, event.ErrInvalid) {
		return odd
	}
	if r.resume != "" {
		var err error
		if list, err = after(list, r.resume); err != nil {
			return err
		}
	}
	r.Selected = len(list)
	if !yes || len(list) == 0 {
		return errors.Join(r.plan(cmd, list, rate), odd)
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
	return errors.Join(r.report(cmd), err, odd)
}

// send makes one event pending again, and what is parked or owed with it due.
// The ledger has it first: what the bus should lose the sweep sends.
func (r *replay) send(ctx context.Context, id string) error {
	s, err := r.Tables.Get(ctx, id)
	if errors.Is(err, event.ErrNotFound) {
		r.tally(func() { r.Gone++ })
		return nil
	}
	if err != nil {
		return err
	}
	wanted, err := r.Bus.Subscribers(ctx, event.Envelope{Facts: s.Facts, Only: r.action})
	if err != nil {
		return err
	}
	for _, action := range wanted {
		if err := r.ask(ctx, s, action); err != nil {
			return err
		}
	}
	if err := r.Tables.Republish(ctx, id, r.action); err != nil {
		return err
	}
	r.tally(func() { r.Sent++ })
	return nil
}

// ask makes the delivery to one action due, if there is anything left to do.
func (r *replay) ask(ctx context.Context, s event.Stored, action string) error {
	d, err := r.Tables.Delivery(ctx, s.ID, action)
	switch {
	case errors.Is(err, event.ErrNotFound):
		if err := r.Tables.Ensure(ctx, s.ID, action, r.now, recordExpires(s, time.Now())); err != nil || !r.stale {
			return err
		}
	case err != nil:
		return err
	case d.State == event.Unknown:
		r.tally(func() { r.Unknown++ })
		return nil
	case d.State == event.Done && (!d.Ignored || !r.again && !r.stale):
		return nil
	}
	err = r.Tables.Reopen(ctx, s.ID, action, time.Now(), r.stale)
	if errors.Is(err, event.ErrNotFound) {
		return nil // a live delivery was faster, or it waits for moments only
	}
	return err
}

// recordExpires is when the store may forget a delivery of s: later than its
// event by as long as it may be retried.
func recordExpires(s event.Stored, now time.Time) time.Time {
	if s.Expires.IsZero() {
		return time.Time{}
	}
	return now.Add(s.Expires.Sub(s.Received) + 72*time.Hour)
}

func (r *replay) tally(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}
