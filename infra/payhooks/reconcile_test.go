package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/operator"
)

// silent makes events at Stripe that no endpoint hears of.
func silent(t *testing.T, c *cli.Target, n int, created time.Time) (ids []string) {
	t.Helper()
	sample, err := events.Sample("charge.succeeded", events.Latest)
	if err != nil {
		t.Fatal(err)
	}
	var all []json.RawMessage
	for range n {
		id, body, err := (events.Fresh{Now: created, Random: trigger.Random}).Event(sample)
		if err != nil {
			t.Fatal(err)
		}
		ids, all = append(ids, id), append(all, body)
	}
	if err := fakestripe.PutEvents(t.Context(), c.Local.FakeStripe, all...); err != nil {
		t.Fatal(err)
	}
	return ids
}

// silentThin makes a thin event about a charge at Stripe that no endpoint hears of.
func silentThin(t *testing.T, c *cli.Target, charge string) string {
	t.Helper()
	id := "evt_test_" + trigger.Random(40)
	body := fmt.Sprintf(`{"id":%q,"object":"v2.core.event","type":"v1.charge.succeeded","livemode":false,"created":%q,`+
		`"related_object":{"id":%q,"type":"charge","url":"/v1/charges/%s"}}`, id, time.Now().Add(-2*time.Second).UTC().Format(time.RFC3339Nano), charge, charge)
	if err := fakestripe.PutEvents(t.Context(), c.Local.FakeStripe, json.RawMessage(body)); err != nil {
		t.Fatal(err)
	}
	return id
}

func doneAll(t *testing.T, c *cli.Target, ids []string) {
	t.Helper()
	if err := waitIdle(command(t), c, time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		d, err := c.Operator().Show(t.Context(), id)
		if err != nil || d.Status != event.StatusDone || len(d.Deliveries) == 0 {
			t.Fatalf("%s: %s %+v %v, want it done", id, d.Status, d.Deliveries, err)
		}
	}
}

func TestRunningStackStoresMissingEvents(t *testing.T) {
	needsShop(t) // events without a subscriber are not listed
	c := startStack(t, "../..")
	o := c.Operator()
	if _, err := o.Reconcile(t.Context(), 0); err != nil {
		t.Fatal(err) // the stack begins here
	}
	missed := silent(t, c, 3, time.Now().Add(-2*time.Second))
	old := append(silent(t, c, 60, time.Now().AddDate(0, 0, -8)), silent(t, c, 60, time.Now().AddDate(0, 0, -5))...)
	r, err := o.Reconcile(t.Context(), 0)
	if err != nil || r["stored"] != 3 {
		t.Fatalf("%+v %v, want 3 stored", r, err)
	}
	doneAll(t, c, missed)

	charged, err := o.Show(t.Context(), missed[0])
	if err != nil {
		t.Fatal(err)
	}
	thin := silentThin(t, c, charged.Facts.Object)
	if r, err := o.Reconcile(t.Context(), 0); err != nil || r["stored"] != 1 || r["denied"] != 0 {
		t.Fatalf("%+v %v, want the thin event stored", r, err)
	}
	doneAll(t, c, []string{thin})

	dry, err := o.Backfill(t.Context(), operator.Backfill{Since: time.Now().AddDate(0, 0, -10)})
	if err != nil || dry.Missing != 120 || dry.Stored != 0 || len(dry.Sample) == 0 {
		t.Fatalf("dry run: %+v %v", dry, err)
	}
	if text, err := json.Marshal(dry.Sample); err != nil || bytes.Contains(text, []byte("received")) {
		t.Errorf("%s %v: nothing of it was received yet", text, err)
	}
	stoppedBackfill(t, o)
	doneAll(t, c, old)
}

// stoppedBackfill is stopped after a page, and the same command stores the rest.
func stoppedBackfill(t *testing.T, o *operator.Operator) {
	t.Helper()
	since := time.Now().AddDate(0, 0, -10).UTC().Truncate(time.Second)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	part, err := o.Backfill(ctx, operator.Backfill{Since: since, Store: true, Calls: 2, Progress: func(r operator.BackfillResult) {
		if r.Stored > 0 {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) || part.Stored == 0 || part.Stored >= 120 {
		t.Fatalf("%+v %v; want it stopped after a part", part, err)
	}
	r := run(t, "backfill", "--since", since.Format(time.RFC3339), "--yes")
	if r.code != 0 || !strings.Contains(r.err, fmt.Sprintf("continues where it stopped, after %s", backfilled(part))) || !strings.Contains(r.out, "\n120 stored, 0 quarantined\n") {
		t.Fatalf("exit %d: %s%s", r.code, r.out, r.err)
	}
	again := object[operator.BackfillResult](t, run(t, "backfill", "--since", since.Format(time.RFC3339), "--yes", "--json").out)
	if again.Resumed || again.Stored != 0 || again.Missing != 0 || again.Listed < 120 {
		t.Errorf("%+v; want it begun anew once it was done", again)
	}
}

func TestABackfillSaysWhatItFoundAndWhatToDo(t *testing.T) {
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s := operator.BackfillResult{Since: at, Until: at.AddDate(0, 0, 7), Listed: 9, Missing: 2, DryRun: true, Keyless: []string{"live"}, Denied: 1, Sample: []operator.MissingEvent{{Facts: event.Facts{ID: "evt_1", Type: "charge.succeeded", Created: at}}}}
	var out bytes.Buffer
	if err := printBackfill(&out, s, at.AddDate(0, -1, 0)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"nothing before 2026-11-01", "no Stripe API key for live", "grant the restricted key", "2 are not stored", "evt_1", "and 1 more", "--yes"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s\nhas no %q", out.String(), want)
		}
	}
}

func TestSinceIsADayOrATimeInThePast(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{"2026-11-01": "2026-11-01 00:00:00", "2026-11-01T08:00:00+02:00": "2026-11-01 06:00:00"} {
		if at, err := parseSince(text, now); err != nil || at.Format(time.DateTime) != want {
			t.Errorf("%s: %v %v", text, at, err)
		}
	}
	for _, text := range []string{"", "yesterday", "2026-13-01", "2026-11-23"} {
		if _, err := parseSince(text, now); cli.ExitCode(fmt.Errorf("wrapped: %w", err)) != 2 {
			t.Errorf("%q: %v, want a usage error", text, err)
		}
	}
}
