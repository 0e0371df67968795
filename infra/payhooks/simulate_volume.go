package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/simtest"
)

const volumeLong = `Run reconcile against a great many events in virtual time, 5 ms a call and 55 s a run:
finished ones, pending ones, everything at once with and without faults, and an action
whose function crashes for 60 h at 1,000 events an hour. It says how many runs each takes,
of at most how many.`

func volumeCommand() *cobra.Command {
	var seed uint64
	var part int
	cmd := &cobra.Command{
		Use: "volume", Short: "Run reconcile against a great many events", Long: volumeLong, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if part < 1 {
				return cli.Usage("--part %d: must be 1 or more", part)
			}
			out := cli.NewRows(cmd, "VOLUME", "RUNS", "OF AT MOST", "LARGEST CURSOR", "SECONDS", "MET")
			var failed error
			for _, v := range simtest.Volumes(part) {
				begin := time.Now()
				r, err := v.Run(cmd.Context(), seed)
				if failed = errors.Join(failed, err); err == nil {
					err = out.Add(r, r.Name, r.Runs, r.Limit, r.LargestRow, seconds(begin), met(r.Met))
				}
				if cmd.Context().Err() != nil {
					return err
				}
			}
			o := simtest.Outage{PerHour: max(1, 1000/part), Hours: 60}
			begin := time.Now()
			r, err := o.Run(cmd.Context())
			if failed = errors.Join(failed, err); err == nil {
				what := fmt.Sprintf("%s, at most %s in the queue, %s, %d done", cli.Count(r.Events, "event", "events"),
					cli.Count(r.MostInQueue, "message", "messages"), cli.Count(r.Dead, "dead letter", "dead letters"), r.Done)
				err = out.Add(r, "a function that crashes for 60 h", r.Runs, "", "", seconds(begin), what)
			}
			return errors.Join(err, out.Flush("nothing was done"), failed)
		},
	}
	cmd.Flags().Uint64Var(&seed, "seed", 1, "of the faults")
	cmd.Flags().IntVar(&part, "part", 1, "divide every number by this")
	return cmd
}

func seconds(since time.Time) string { return fmt.Sprintf("%.1f", time.Since(since).Seconds()) }

func met(all simtest.Seen) string {
	var words []string
	for _, what := range slices.Sorted(maps.Keys(all)) {
		words = append(words, fmt.Sprintf("%d %s", all[what], what))
	}
	return strings.Join(words, ", ")
}
