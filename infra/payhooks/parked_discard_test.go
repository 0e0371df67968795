package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// discarding runs a discard over a desk.
func (d *desk) discarding(s parkedSelection, yes bool) (*discard, error) {
	d.t.Helper()
	x := &discard{connection: d.connection, parkedSelection: s, by: "ada: sent by hand"}
	cmd := &cobra.Command{}
	cmd.SetContext(d.t.Context())
	cmd.SetOut(&bytes.Buffer{})
	return x, x.run(cmd, yes)
}

func TestDiscardEndsWhatIsSelectedAndNothingElse(t *testing.T) {
	d := newDesk(t, 5)
	for i, state := range []string{"parked", "unknown", "done", "waiting"} {
		d.deliver("evt_0000"+string(rune('0'+i)), receipts, states[state])
	}
	if x, err := d.discarding(parkedSelection{all: true}, false); err != nil || x.Selected != 2 || x.Discarded != 0 || len(x.Sample) != 2 {
		t.Errorf("dry run: %+v, %v", x.discardSummary, err)
	}
	if x, err := d.discarding(parkedSelection{all: true}, true); err != nil || x.Selected != 2 || x.Discarded != 2 {
		t.Errorf("all: %+v, %v", x.discardSummary, err)
	}
	if x, err := d.discarding(parkedSelection{id: "evt_00003", action: receipts}, true); err != nil || x.Discarded != 1 {
		t.Errorf("a waiting one by name: %+v, %v", x.discardSummary, err)
	}
	if _, err := d.discarding(parkedSelection{id: "evt_00002", action: receipts}, true); err == nil || !strings.Contains(err.Error(), "is done") {
		t.Errorf("a done one by name: %v", err)
	}
	for id, want := range map[string]event.State{"evt_00000": event.Discarded, "evt_00001": event.Discarded, "evt_00002": event.Done, "evt_00003": event.Discarded} {
		if del := d.record(id, receipts); del.State != want || want == event.Discarded && del.By != "ada: sent by hand" {
			t.Errorf("%s is %s by %q, want %s", id, del.State, del.By, want)
		}
	}
	if left, err := d.parked(t.Context(), event.Parked, event.Unknown); err != nil || len(left) != 0 {
		t.Errorf("left parked: %+v, %v", left, err)
	}
	if s := listed(t, d.connection, eventList{status: string(event.StatusDone), limit: 10}); len(s) != 4 {
		t.Errorf("%d events are done, want 4: discarded counts", len(s))
	}
}

func TestRetryOfDiscardedDeliveryFails(t *testing.T) {
	d := newDesk(t, 1)
	d.deliver("evt_00000", receipts, states["parked"])
	if _, err := d.discarding(parkedSelection{id: "evt_00000"}, true); err != nil {
		t.Fatal(err)
	}
	_, err := (&parkedSelection{id: "evt_00000", action: receipts}).find(t.Context(), d.connection, event.Parked)
	if err == nil || !strings.Contains(err.Error(), "discarded by ada: sent by hand") {
		t.Errorf("%v, want who discarded it", err)
	}
}

func TestRetrySendsOneEnvelopeToTheAction(t *testing.T) {
	d := newDesk(t, 1, receipts, "other")
	d.deliver("evt_00000", receipts, states["parked"])
	ref := event.DeliveryRef{Action: receipts, Event: "evt_00000"}
	if why, err := d.reopen(t.Context(), ref, false); why != "" || err != nil {
		t.Fatal(why, err)
	}
	if d.sent.of(receipts)["evt_00000"] != 1 || len(d.sent.times) != 1 || d.record("evt_00000", receipts).State != event.Waiting {
		t.Errorf("sent %v, want one to the action", d.sent.times)
	}
}
