package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// replay runs a replay's command line over a desk until ctx ends.
func replay(ctx context.Context, d *operatortest.Desk, words ...string) (r operator.ReplayResult, progress string, err error) {
	f := &replayFlags{now: time.Now(), line: words}
	var out, errs bytes.Buffer
	dry := slices.Contains(words, "--dry")
	cmd := &cobra.Command{RunE: func(cmd *cobra.Command, args []string) (err error) {
		if err := f.parse(args); err != nil {
			return err
		}
		r, err = f.run(cmd, d.Operator, !dry)
		return err
	}}
	f.add(cmd)
	cmd.SetArgs(slices.DeleteFunc(slices.Clone(words[2:]), func(w string) bool { return w == "--yes" || w == "--dry" }))
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(ctx)
	return r, errs.String(), err
}

func TestReplayOfTenThousandEventsIsPacedStoppedAndResumed(t *testing.T) {
	const n = 10_000
	synctest.Test(t, func(t *testing.T) {
		d := operatortest.New(t, time.Now, n)
		ctx, stop := context.WithTimeout(t.Context(), 200*time.Second) // Ctrl-C
		defer stop()
		begin := time.Now()
		r, progress, err := replay(ctx, d, "payhooks", "replay", "--type", "charge.*")
		if err == nil || r.Selected != n || r.Sent > 200*20 || r.Sent < 200*20*9/10 {
			t.Fatalf("%d of %d sent in %s, %v; want it stopped, after 20 a second", r.Sent, r.Selected, time.Since(begin), err)
		}
		if lines := strings.Count(progress, fmt.Sprintf(" of %d events", n)); lines < 15 {
			t.Errorf("%d lines of progress in 200 seconds: %s", lines, progress)
		}
		// Events that are received meanwhile are not of this replay.
		time.Sleep(time.Hour)
		d.Put(event.Facts{ID: "evt_late", Type: "charge.succeeded", Created: time.Now(), Received: time.Now()}, time.Now().AddDate(1, 0, 0))
		begin = time.Now()
		rest, _, err := replay(t.Context(), d, resumeWith(t, err)...)
		if err != nil || rest.Selected != n-r.Sent || rest.Sent != rest.Selected {
			t.Fatalf("resumed: %d of %d sent, %v; want the %d that were left", rest.Sent, rest.Selected, err, n-r.Sent)
		}
		if took, least := time.Since(begin), time.Duration(rest.Sent)*time.Second/20; took < least-time.Second {
			t.Errorf("the rest took %s, want %s or more: 20 a second", took, least)
		}
		sentOnce(t, d.Sent.Of(receipts), n)
	})
}

// resumeWith are the words of the command that a stopped replay prints.
func resumeWith(t *testing.T, stopped error) []string {
	t.Helper()
	_, command, ok := strings.Cut(stopped.Error(), "resume with: ")
	if !ok {
		t.Fatalf("%v does not say how to resume", stopped)
	}
	return strings.Fields(strings.ReplaceAll(command, "'", ""))
}

func sentOnce(t *testing.T, sent map[string]int, n int) {
	t.Helper()
	for id, times := range sent {
		if times != 1 {
			t.Errorf("%s was sent %d times", id, times)
		}
	}
	if len(sent) != n || sent["evt_late"] != 0 {
		t.Errorf("%d events were sent, want %d", len(sent), n)
	}
}

func TestFailedReplaySaysHowToResumeAndLosesNoEvent(t *testing.T) {
	const n = 100
	synctest.Test(t, func(t *testing.T) {
		d, down := operatortest.New(t, time.Now, n), true
		d.Memory.Fault = func(op memory.Op) memory.Fault {
			if down && strings.HasPrefix(op.Key, "evt_00050") {
				return memory.Refuse(memory.ErrUnavailable)
			}
			return memory.Fault{}
		}
		r, _, err := replay(t.Context(), d, "payhooks", "replay", "--since", "1h")
		if err == nil || r.Resume == "" || !strings.Contains(err.Error(), "unavailable") {
			t.Fatalf("%+v, %v; want the failure and where to resume", r, err)
		}
		down = false
		time.Sleep(2 * time.Hour) // --since 1h means another hour by now
		if _, _, err := replay(t.Context(), d, resumeWith(t, err)...); err != nil {
			t.Fatal(err)
		}
		for i, sent := 0, d.Sent.Of(receipts); i < n; i++ {
			if sent[fmt.Sprintf("evt_%05d", i)] == 0 {
				t.Errorf("evt_%05d was never sent", i)
			}
		}
	})
}

func TestReplayTakesOnlyWhatAllFlagsApplyTo(t *testing.T) {
	d := operatortest.New(t, time.Now, 100) // one a second
	s, err := d.Memory.Get(t.Context(), "evt_00050")
	if err != nil {
		t.Fatal(err)
	}
	place := operator.SelectedEvent{ID: s.ID, Type: s.Type, Received: s.Received}.Position()
	for given, want := range map[string]int{
		"evt_00001 evt_00002 evt_00002":     2,
		"evt_00001 evt_00099 --since 10s":   1,
		"evt_00001 evt_00099 --until 10s":   1,
		"evt_00001 --type payment_intent.*": 0,
		"--type charge.*":                   100,
		"--type charge.*,invoice.paid":      100,
		"--type charge":                     0,
		"--since 50s --until 20s":           30,
		"--since 1h --customer cus_1":       0,
		"--since 1h --action " + receipts:   100,
		"--since 1h --resume " + place:      49,
	} {
		r, _, err := replay(t.Context(), d, append([]string{"payhooks", "replay", "--dry"}, strings.Fields(given)...)...)
		if err != nil || r.Selected != want {
			t.Errorf("replay %s: %d selected, %v; want %d", given, r.Selected, err, want)
		}
	}
	for given, says := range map[string]string{"evt_none": "no event evt_none", "--since 1h --action no": "no action \"no\"; the stack's actions are " + receipts} {
		if _, _, err := replay(t.Context(), d, append([]string{"payhooks", "replay", "--dry"}, strings.Fields(given)...)...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("replay %s: %v, want %q", given, err, says)
		}
	}
}
