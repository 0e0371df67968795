package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// memoryTables are the stack's tables in memory.
type memoryTables struct{ *memory.Store }

func (memoryTables) Since(context.Context) (time.Time, error) { return time.Time{}, nil }

type memoryRules struct{ *memory.Bus }

func (r memoryRules) Actions(context.Context) ([]string, error) {
	return slices.Sorted(maps.Keys(r.Rules)), nil
}

// stored is a connection to a stack in memory with n events that the bus has
// had, received one a second until now.
func stored(t *testing.T, n int) *connection {
	t.Helper()
	store := memory.New()
	for i := range n {
		at := time.Now().Add(-time.Duration(n-i) * time.Second)
		e := event.Event{Body: []byte("{}"), Facts: event.Facts{ID: fmt.Sprintf("evt_%05d", i), Type: "charge.succeeded", Created: at, Received: at}}
		_, err := store.Put(t.Context(), e, at.AddDate(1, 0, 0))
		if err == nil {
			err = store.MarkPublished(t.Context(), e.ID, []string{receipts})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	rules := &memory.Bus{Rules: map[string][]string{receipts: nil}}
	return &connection{Stack: "memory", Tables: memoryTables{store}, Bus: memoryRules{rules}}
}

// replayed counts how often each event was made pending.
type replayed struct {
	mu    sync.Mutex
	times map[string]int
}

func (c *replayed) hook(op memory.Op) memory.Fault {
	if op.Name != "Republish" {
		return memory.Fault{}
	}
	return memory.Fault{After: func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.times[op.Key]++
		return nil
	}}
}

// line runs a replay's command line over a connection until ctx ends.
func line(ctx context.Context, c *connection, words ...string) (r *replay, progress string, err error) {
	r = &replay{connection: c, now: time.Now(), line: words}
	var out, errs bytes.Buffer
	var dry bool
	cmd := &cobra.Command{RunE: func(cmd *cobra.Command, args []string) error {
		r.ids = args
		if err := r.check(); err != nil {
			return err
		}
		return r.run(cmd, !dry, 20)
	}}
	cmd.SetArgs(words[2:])
	cmd.SetOut(&out)
	cmd.SetErr(&errs)
	r.flags(cmd)
	cmd.Flags().StringVar(&r.resume, "resume", "", "")
	cmd.Flags().BoolVar(&dry, "dry", false, "")
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(ctx)
	return r, errs.String(), err
}

func TestAReplayOfTenThousandEventsIsPacedShowsProgressAndIsStoppedAndResumed(t *testing.T) {
	const n = 10_000
	synctest.Test(t, func(t *testing.T) {
		c, sent := stored(t, n), &replayed{times: map[string]int{}}
		store := c.Tables.(memoryTables).Store
		store.Fault = sent.hook
		ctx, stop := context.WithTimeout(t.Context(), 200*time.Second) // Ctrl-C
		defer stop()
		begin := time.Now()
		r, progress, err := line(ctx, c, "payhooks", "replay", "--type", "charge.*")
		if err == nil || r.Selected != n || r.Sent > 200*20 || r.Sent < 200*20*9/10 {
			t.Fatalf("%d of %d sent in %s, %v; want it stopped, after 20 a second", r.Sent, r.Selected, time.Since(begin), err)
		}
		if lines := strings.Count(progress, fmt.Sprintf(" of %d events", n)); lines < 15 {
			t.Errorf("%d lines of progress in 200 seconds: %s", lines, progress)
		}
		// Events that come in between are none of this replay's.
		time.Sleep(time.Hour)
		late := event.Event{Body: []byte("{}"), Facts: event.Facts{ID: "evt_late", Type: "charge.succeeded", Created: time.Now(), Received: time.Now()}}
		if _, err := store.Put(t.Context(), late, time.Now().AddDate(1, 0, 0)); err != nil {
			t.Fatal(err)
		}
		begin = time.Now()
		rest, _, err := line(t.Context(), c, words(t, err)...)
		if err != nil || rest.Selected != n-r.Sent || rest.Sent != rest.Selected {
			t.Fatalf("resumed: %d of %d sent, %v; want the %d that were left", rest.Sent, rest.Selected, err, n-r.Sent)
		}
		if took, least := time.Since(begin), time.Duration(rest.Sent)*time.Second/20; took < least-time.Second {
			t.Errorf("the rest took %s, want %s or more: 20 a second", took, least)
		}
		once(t, sent.times, n)
	})
}

// words are those of the command that a stopped replay says to go on with.
func words(t *testing.T, stopped error) []string {
	t.Helper()
	_, command, ok := strings.Cut(stopped.Error(), "go on with: ")
	if !ok {
		t.Fatalf("%v does not say how to go on", stopped)
	}
	return strings.Fields(strings.ReplaceAll(command, "'", ""))
}

func once(t *testing.T, sent map[string]int, n int) {
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

func TestAReplayThatFailsSaysHowToGoOnAndLosesNoEvent(t *testing.T) {
	const n = 100
	synctest.Test(t, func(t *testing.T) {
		c, sent := stored(t, n), &replayed{times: map[string]int{}}
		store, down := c.Tables.(memoryTables).Store, true
		store.Fault = func(op memory.Op) memory.Fault {
			if down && op.Key == "evt_00050" {
				return memory.Refuse(memory.ErrUnavailable)
			}
			return sent.hook(op)
		}
		r, _, err := line(t.Context(), c, "payhooks", "replay", "--since", "1h")
		if err == nil || r.Resume == "" || !strings.Contains(err.Error(), "unavailable") {
			t.Fatalf("%+v, %v; want the failure and where to go on", r.replaySummary, err)
		}
		down = false
		time.Sleep(2 * time.Hour) // --since 1h means another hour by now
		if _, _, err := line(t.Context(), c, words(t, err)...); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if sent.times[fmt.Sprintf("evt_%05d", i)] == 0 {
				t.Errorf("evt_%05d was never sent", i)
			}
		}
	})
}

func TestAReplayTakesOnlyWhatAllThatIsGivenAppliesTo(t *testing.T) {
	c := stored(t, 100) // one a second
	for given, want := range map[string]int{
		"evt_00001 evt_00002 evt_00002":      2,
		"evt_00001 evt_00099 --since 10s":    1,
		"evt_00001 evt_00099 --until 10s":    1,
		"evt_00001 --type payment_intent.*":  0,
		"--type charge.*":                    100,
		"--type charge.*,invoice.paid":       100,
		"--type charge":                      0,
		"--since 50s --until 20s":            30,
		"--since 1h --customer cus_1":        0,
		"--since 1h --action " + receipts:    100,
		"--since 1h --resume " + place(t, c): 49,
	} {
		r, _, err := line(t.Context(), c, append([]string{"payhooks", "replay", "--dry"}, strings.Fields(given)...)...)
		if err != nil || r.Selected != want {
			t.Errorf("replay %s: %d selected, %v; want %d", given, r.Selected, err, want)
		}
	}
	for given, says := range map[string]string{"evt_none": "no event evt_none", "--since 1h --action no": "has no action \"no\"; it has " + receipts} {
		if _, _, err := line(t.Context(), c, append([]string{"payhooks", "replay", "--dry"}, strings.Fields(given)...)...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("replay %s: %v, want %q", given, err, says)
		}
	}
}

// place is where evt_00050 stands.
func place(t *testing.T, c *connection) string {
	t.Helper()
	s, err := c.Tables.Get(t.Context(), "evt_00050")
	if err != nil {
		t.Fatal(err)
	}
	return chosen{s.ID, s.Type, s.Received}.place()
}

func TestAReplayTriesAtOnceWhatWaitsForHoursAndLeavesAnAttemptUnderWay(t *testing.T) {
	c := stored(t, 2)
	now := time.Now()
	for id, next := range map[string]time.Duration{"evt_00000": 5 * time.Hour, "evt_00001": time.Minute} {
		d, err := c.Tables.Claim(t.Context(), event.Claim{Event: id, Action: receipts, Owner: "a", Now: now, Lease: now.Add(time.Minute)})
		if d.Next = now.Add(next); err == nil {
			err = c.Tables.Commit(t.Context(), d)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if r, _, err := line(t.Context(), c, "payhooks", "replay", "--since", "1h"); err != nil || r.Sent != 2 {
		t.Fatalf("%+v, %v", r.replaySummary, err)
	}
	for id, due := range map[string]bool{"evt_00000": true, "evt_00001": false} {
		d, err := c.Tables.Delivery(t.Context(), id, receipts)
		if err != nil || d.State != event.Waiting || d.Next.After(time.Now()) == due || (d.Owner == "") != due {
			t.Errorf("%s: %+v, %v; want it due at once: %t", id, d, err, due)
		}
	}
}
