package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

func TestReplayOnARunningStack(t *testing.T) {
	o := newOperator(t)
	t.Run("racing live deliveries has one effect", func(t *testing.T) { racing(o.in(t)) })
	t.Run("is stopped by Ctrl-C, and the command that it prints sends the rest", func(t *testing.T) { interrupted(o.in(t)) })
	t.Run("hurries what waits and follows it until it has ended", func(t *testing.T) { waited(o.in(t)) })
	t.Run("sends nothing without --yes, and nothing of what is done", func(t *testing.T) {
		o := o.in(t)
		id := o.charge()
		o.doneOnce(id)
		if dry := object[operator.ReplayResult](t, o.must("replay", id, "--json")); dry.Selected != 1 || dry.Sent != 0 || len(dry.Sample) != 1 {
			t.Errorf("dry run: %+v", dry)
		}
		if wet := object[operator.ReplayResult](t, o.must("replay", id, "--yes", "--json")); wet.Sent != 0 || wet.Skipped[operator.ReasonNothing] != 1 {
			t.Errorf("of what is done: %+v", wet)
		}
		o.doneOnce(id)
	})
}

func racing(o *rig) {
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultDelay, DelayMS: 200}) // so that attempts are met under way
	var g errgroup.Group
	done := make(chan struct{})
	for range 2 {
		g.Go(func() error {
			for {
				if r := o.run("replay", "--since", "1h", "--yes", "--stale", "--rate", "200"); r.code != 0 {
					return errors.New(r.err)
				}
				select {
				case <-done:
					return nil
				default:
				}
			}
		})
	}
	ids := o.charges(20)
	for _, id := range ids {
		o.delivered(id, receipts, event.Done)
	}
	close(done)
	if err := g.Wait(); err != nil {
		o.Error(err)
	}
	for _, id := range ids {
		o.doneOnce(id)
	}
}

// process makes a command line that runs in a process of its own; name is how
// it was called.
func (o *rig) process() (name string) {
	o.Helper()
	name = filepath.Join(o.TempDir(), "payhooks")
	if err := os.Symlink(os.Args[0], name); err != nil {
		o.Fatal(err)
	}
	o.Setenv("PAYHOOKS_OF_TEST", "1")
	return name
}

// parkedCharges are charges whose receipts SES rejected.
func (o *rig) parkedCharges(n int) []string {
	o.Helper()
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultReject})
	ids := o.charges(n)
	for _, id := range ids {
		o.delivered(id, receipts, event.Parked)
	}
	o.fault()
	return ids
}

func interrupted(o *rig) {
	const n = 40
	ids := o.parkedCharges(n)
	var out, errs bytes.Buffer
	begin := time.Now().UTC().Add(-5 * time.Minute).Format(time.RFC3339)
	cmd := exec.CommandContext(o.Context(), o.process(), "replay", "--action", receipts, "--type", "charge.succ*", "--since", begin, "--yes", "--rate", "6", "--json") //nolint:gosec // this test
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		o.Fatal(err)
	}
	o.eventually("ten are sent again", func() bool { return len(ids)-len(o.parkedOf(ids)) >= 10 })
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		o.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		o.Errorf("ended with %v, want exit 1", err)
	}
	first := object[operator.ReplayResult](o.T, out.String())
	_, command, ok := strings.Cut(errs.String(), "resume with: ")
	if !ok || first.Sent == 0 || first.Sent >= n || first.Resume == "" {
		o.Fatalf("%+v and %s; want part of it sent and how to resume", first, errs.String())
	}
	rest, err := exec.CommandContext(o.Context(), "sh", "-c", command).Output() //nolint:gosec // what the command printed
	if err != nil {
		o.Fatalf("%s: %v", command, err)
	}
	if second := object[operator.ReplayResult](o.T, string(rest)); first.Sent+second.Sent != n {
		o.Errorf("%d sent, then %+v; want %d in all", first.Sent, second, n)
	}
	for _, id := range ids {
		o.delivered(id, receipts, event.Done)
		if m := o.mails(id); m != 1 {
			o.Errorf("%s: %d mails, want 1", id, m)
		}
	}
}

// parkedOf are those of the events that parked lists.
func (o *rig) parkedOf(ids []string) (of []operator.Item) {
	o.Helper()
	for _, r := range objects[operator.Item](o.T, o.must("parked", "--json")) {
		if slices.Contains(ids, r.Event) {
			of = append(of, r)
		}
	}
	return of
}
