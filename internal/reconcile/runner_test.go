package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/reconcile"
)

// extra is a sweep that counts, and fails if it has an error.
type extra struct {
	counts reconcile.Counts
	err    error
	got    reconcile.Request
}

func (e *extra) Name() string { return "extra" }

func (e *extra) Begin(_ context.Context, run *reconcile.Run) (*reconcile.Work, error) {
	e.got = run.Request
	if e.err != nil {
		run.Report(e.err)
	}
	return &reconcile.Work{Counts: func() reconcile.Counts { return e.counts }}, nil
}

func TestAddedSweepsRunAfterAFailedOne(t *testing.T) {
	s := newShop(t)
	down := errors.New("down")
	failed, other := &extra{counts: reconcile.Counts{"posted": 1}, err: down}, &extra{counts: reconcile.Counts{"differ": 2}}
	all := s.function()
	all.Added = []reconcile.Sweep{failed, other}
	got, err := all.Run(t.Context(), reconcile.Request{Now: true})
	if !errors.Is(err, down) || !other.got.Now {
		t.Errorf("error is %v, the second sweep was asked %+v", err, other.got)
	}
	if diff := cmp.Diff(reconcile.Counts{"posted": 1, "differ": 2}, got.Added); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestReplyIsOneObjectWithAddedCounts(t *testing.T) {
	want := reconcile.Reply{Checked: 3, Fetched: reconcile.Fetched{Calls: 2}, Added: reconcile.Counts{"differ": 0, "posted": 4}}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]int
	if err := json.Unmarshal(text, &members); err != nil || members["checked"] != 3 || members["calls"] != 2 || members["posted"] != 4 {
		t.Errorf("members %v, %v of %s", members, err, text)
	}
	var got reconcile.Reply
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

func TestReplyWithoutAddedSweepsIsReadBack(t *testing.T) {
	text, err := json.Marshal(reconcile.Reply{Backfill: &reconcile.Backfill{}})
	var got reconcile.Reply
	if err = errors.Join(err, json.Unmarshal(text, &got)); err != nil || got.Backfill == nil || len(got.Added) != 0 {
		t.Errorf("%s is read as %+v, %v", text, got, err)
	}
}
