package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

// replayFlags are those of replay, and the command as it was given.
type replayFlags struct {
	operator.Replay
	since, until string
	rate         cli.Rate
	wait         bool
	now          time.Time
	line         []string
}

func (f *replayFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.Object, "object", "", "events of this object, or about it (pi_…, ch_…, sub_…, in_…)")
	flags.StringVar(&f.Customer, "customer", "", "events of this customer (cus_…)")
	cli.TypesFlag(cmd, &f.Types, "events")
	flags.StringVar(&f.since, "since", "", "events received since then: 2026-11-22, 2026-11-22T10:30:00Z, or 36h or 7d ago")
	flags.StringVar(&f.until, "until", "", "events received before then")
	flags.StringVar(&f.Action, "action", "", "for this action only")
	flags.BoolVar(&f.Again, "again", false, "also retry actions that skipped the event")
	flags.BoolVar(&f.Stale, "stale", false, "send mails also if they are too old; includes --again")
	flags.StringSliceVar(&f.DoneAs, "done-as", nil, "leave alone what these actions, which have no rule any more, have done")
	flags.BoolVar(&f.Repeat, "repeat", false, "do again what actions that have no rule any more have done")
	flags.BoolVar(&f.wait, "wait", false, "follow what is sent until it has ended; exits 1 if something parks")
	flags.StringVar(&f.After, "resume", "", "resume a stopped replay at this position")
	cli.RateFlag(cmd, &f.rate)
}

// parse finds mistakes of the command line before anything is read.
func (f *replayFlags) parse(ids []string) error {
	f.IDs = ids
	if f.Repeat && len(f.DoneAs) > 0 {
		return cli.Usage("--repeat and --done-as: choose one")
	}
	if err := f.times(); err != nil {
		return err
	}
	if f.Everything() {
		return cli.Usage("select events by id, --object, --customer, --type, --since or --until")
	}
	if f.After == "" {
		return nil
	}
	if _, err := operator.ParsePosition(f.After); err != nil {
		return cli.Usage("--resume %q: expected what the stopped run printed", f.After)
	}
	return nil
}

func (f *replayFlags) times() (err error) {
	if f.since != "" {
		if f.From, err = cli.ParseTime("--since", f.since, f.now); err != nil {
			return err
		}
	}
	if f.until != "" {
		if f.To, err = cli.ParseTime("--until", f.until, f.now); err != nil {
			return err
		}
	}
	if from, to := f.between(); !from.Before(to) {
		return cli.Usage("--since %s is not before --until %s", cli.Time(from), cli.Time(to))
	}
	return nil
}

// between are the times of receipt as they were when the command began.
func (f *replayFlags) between() (from, to time.Time) {
	from, to = f.From, f.To
	if from.IsZero() {
		from = f.now.AddDate(-20, 0, 0)
	}
	if to.IsZero() {
		to = f.now
	}
	return from, to
}

// stopped says how to resume. The command is the one that was given, with the
// times as they were when it began and where it stopped.
func (f *replayFlags) stopped(r operator.ReplayResult, err error) error {
	args := append([]string{program(f.line[0])}, without(f.line[1:], "--since", "--until", "--resume")...)
	if len(f.IDs) == 0 || f.since+f.until != "" {
		from, to := f.between()
		args = append(args, "--since", from.UTC().Format(time.RFC3339Nano), "--until", to.UTC().Format(time.RFC3339Nano))
	}
	if r.Resume != "" {
		args = append(args, "--resume", r.Resume)
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("stopped")
	}
	return fmt.Errorf("%w after %d of %s; resume with: %s", err, r.Done, cli.Count(r.Selected, "event", "events"), strings.Join(args, " "))
}

// program is how the command was called. What go run built is deleted afterwards.
func program(path string) string {
	if strings.Contains(path, "go-build") {
		return "go run ./infra/payhooks"
	}
	return quoted(path)
}

// without leaves out flags that take a value, and quotes the others as a shell
// takes them.
func without(args []string, flags ...string) (kept []string) {
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(args[i], "=")
		switch {
		case !slices.Contains(flags, name):
			kept = append(kept, quoted(args[i]))
		case !joined:
			i++
		}
	}
	return kept
}

// quoted is an argument as a shell takes it.
func quoted(arg string) string {
	if arg != "" && !strings.ContainsAny(arg, " \t\n*?'\"$&|;<>()\\`~#[]{}!") {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}
