package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
)

func TestAReplayOnARunningStack(t *testing.T) {
	o := newOperator(t)
	t.Run("racing live deliveries has one effect", func(t *testing.T) { racing(o.in(t)) })
	t.Run("is stopped by Ctrl-C, and the command that it prints sends the rest", func(t *testing.T) { interrupted(o.in(t)) })
	t.Run("sends nothing without --yes", func(t *testing.T) {
		o := o.in(t)
		id := o.charge()
		o.doneOnce(id)
		if dry := object[replaySummary](t, o.must("replay", id, "--json")); dry.Selected != 1 || dry.Sent != 0 || len(dry.Sample) != 1 || o.fanouts(id) != 1 {
			t.Errorf("%+v and %d fan-outs", dry, o.fanouts(id))
		}
	})
}

// fanouts is how often dispatch published the event.
func (o *operator) fanouts(id string) (n int) {
	for line := range strings.Lines(o.printed.String()) {
		if strings.HasPrefix(line, "{") && strings.Contains(line, `"message":"fanout"`) && strings.Contains(line, id) {
			n++
		}
	}
	return n
}

func racing(o *operator) {
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
		for _, d := range o.show(id).Deliveries {
			if d.Attempts != 1 {
				o.Errorf("%s: %+v, want one attempt", id, d)
			}
		}
	}
}

// process makes a command line that runs in a process of its own; name is how
// it was called.
func (o *operator) process() (name string) {
	o.Helper()
	name = filepath.Join(o.TempDir(), "payhooks")
	if err := os.Symlink(os.Args[0], name); err != nil {
		o.Fatal(err)
	}
	o.Setenv("PAYHOOKS_OF_TEST", "1")
	return name
}

func interrupted(o *operator) {
	const n = 60
	var ids []string
	for _, p := range objects[posted](o.T, o.must("trigger", "payment_intent.processing", "--count", fmt.Sprint(n), "--json")) {
		ids = append(ids, p.ID)
	}
	for _, id := range ids {
		o.eventually("it is published", func() bool { return o.fanouts(id) == 1 })
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(o.Context(), o.process(), "replay", "--type", "payment_intent.proc*", "--yes", "--rate", "30", "--json") //nolint:gosec // this test
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		o.Fatal(err)
	}
	o.eventually("ten are sent again", func() bool {
		again := 0
		for _, id := range ids {
			again += o.fanouts(id) - 1
		}
		return again >= 10
	})
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		o.Fatal(err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		o.Errorf("ended with %v, want exit 1", err)
	}
	first := object[replaySummary](o.T, out.String())
	_, command, ok := strings.Cut(errs.String(), "go on with: ")
	if !ok || first.Selected != n || first.Sent == 0 || first.Sent == n || first.Resume == "" {
		o.Fatalf("%+v and %s; want part of it sent and how to go on", first, errs.String())
	}
	rest, err := exec.CommandContext(o.Context(), "sh", "-c", command).Output() //nolint:gosec // what the command printed
	if err != nil {
		o.Fatalf("%s: %v", command, err)
	}
	if second := object[replaySummary](o.T, string(rest)); second.Selected != n-first.Sent || second.Sent != second.Selected {
		o.Errorf("%d sent, then %+v", first.Sent, second)
	}
	o.eventually("all are published again", func() bool {
		for _, id := range ids {
			if o.fanouts(id) < 2 {
				return false
			}
		}
		return true
	})
	time.Sleep(100 * time.Millisecond) // for one too many
	for _, id := range ids {
		if f := o.fanouts(id); f != 2 {
			o.Errorf("%s was published %d times, want once live and once by the replay", id, f)
		}
	}
}
