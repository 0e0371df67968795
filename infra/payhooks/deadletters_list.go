package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
)

// listTime is how long a list hides what it reads from a redrive, should it
// not come to show it again.
const listTime = time.Minute

func deadLettersListCommand() *cobra.Command {
	var action string
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "List dead letters with their reason", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 {
				return usage("--limit %d: must be 1 or more", limit)
			}
			c, err := connect(cmd)
			if err != nil {
				return err
			}
			queues, err := openDeadLetters(cmd.Context(), c, action)
			if err != nil {
				return err
			}
			var all []letter
			for _, q := range queues {
				ls, err := q.look(cmd.Context(), limit-len(all))
				if err != nil {
					return err
				}
				all = append(all, ls...)
			}
			return printLetters(cmd, all)
		},
	}
	cmd.Flags().StringVar(&action, "action", "", "those of this action")
	cmd.Flags().IntVar(&limit, "limit", 50, "how many at most")
	stackFlags(cmd)
	return cmd
}

// look reads up to limit letters and leaves them where they are.
func (q deadLetters) look(ctx context.Context, limit int) (all []letter, err error) {
	n, err := q.depth(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, q.release(context.WithoutCancel(ctx), all))
		all = all[:min(len(all), limit)]
	}()
	for len(all) < min(n, limit) {
		ls, err := q.receive(ctx, listTime)
		if err != nil || len(ls) == 0 {
			return all, err
		}
		all = append(all, ls...)
	}
	return all, nil
}

func printLetters(cmd *cobra.Command, ls []letter) error {
	out := newRows(cmd, "EVENT", "ACTION", "SINCE", "RECEIVED", "REASON")
	for _, l := range ls {
		if err := out.add(l, l.Event, l.Action, l.Since.Format(time.DateTime), l.Attempts, clip(l.Reason, 80)); err != nil {
			return err
		}
	}
	return out.flush("no dead letters")
}
