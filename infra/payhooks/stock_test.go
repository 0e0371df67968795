package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/inventory"
)

func TestTheStockOfTheLocalStackIsWhatItsCheckoutsLeave(t *testing.T) {
	c := startStack(t, "../..")
	var checkouts []story.Checkout
	for i, version := range story.Versions() {
		checkouts = append(checkouts, story.Checkouts(uint64(i+1), 18, version, time.Now().Add(-30*time.Minute))...) //nolint:gosec // a small index
	}
	var stories []story.Story
	for _, one := range checkouts {
		stories = append(stories, one.Story)
	}
	if err := teach(t.Context(), c.Local.StandIn, stories); err != nil {
		t.Fatal(err)
	}
	supplies := map[string]int64{"price_tee": 10, "price_cap": 100}
	for item, n := range supplies {
		if err := inventory.SetSupply(t.Context(), c.Tables, item, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := postAll(t.Context(), c.Local.API, story.Disorder(1, stories, 40)); err != nil {
		t.Fatal(err)
	}
	if err := c.settle(t.Context(), patience); err != nil {
		t.Fatal(err)
	}

	cmd, out := command(t), &bytes.Buffer{}
	cmd.Flags().Bool("json", true, "")
	cmd.SetOut(out)
	if err := printStock(cmd, c, ""); err != nil {
		t.Fatal(err)
	}
	got := map[string]story.Level{}
	for d := json.NewDecoder(out); d.More(); {
		var l struct {
			Item        string
			OnHand      int64 `json:"on_hand"`
			Reserved    int64
			BackOrdered int64 `json:"back_ordered"`
			Livemode    *bool
		}
		if err := d.Decode(&l); err != nil {
			t.Fatal(err)
		}
		if l.Livemode == nil || *l.Livemode {
			t.Errorf("%s is not told to be of test mode", l.Item)
		}
		got[l.Item] = story.Level{OnHand: l.OnHand, Reserved: l.Reserved, BackOrdered: l.BackOrdered}
	}
	if diff := cmp.Diff(story.StockOf(checkouts, supplies), got); diff != "" {
		t.Errorf("stock (-want +got):\n%s", diff)
	}
}
