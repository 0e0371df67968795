package operator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

// renamed is a desk whose action notify-team was notify-churn when evt_1 came; end is
// how that one ended, nil for no record.
func renamed(t *testing.T, end func(*event.Delivery)) *operatortest.Desk {
	t.Helper()
	d := operatortest.New(t, time.Now, 0, "notify-team")
	at := time.Now().Add(-time.Minute)
	d.Put(event.Facts{ID: "evt_1", Type: "charge.succeeded", Created: at, Received: at}, at.AddDate(1, 0, 0), "notify-churn")
	if end != nil {
		d.Deliver("evt_1", "notify-churn", end)
	}
	return d
}

func TestActionDoesNotRepeatUnaskedWhatOneWithoutRuleDid(t *testing.T) {
	done := []event.EffectOutcome{{Key: "mail/1", State: "done"}}
	for name, c := range map[string]struct {
		end  func(*event.Delivery)
		asks bool
	}{
		"done":                      {func(d *event.Delivery) { d.State = event.Done }, true},
		"one effect, one withheld":  {func(d *event.Delivery) { d.State, d.Withheld, d.Effects = event.Done, true, done }, true},
		"parked after an effect":    {func(d *event.Delivery) { d.State, d.Effects = event.Parked, done }, true},
		"parked after its commit":   {func(d *event.Delivery) { d.State, d.Committed = event.Parked, true }, true},
		"unknown":                   {func(d *event.Delivery) { d.State = event.Unknown }, true},
		"skipped":                   {func(d *event.Delivery) { d.State, d.Withheld = event.Done, true }, false},
		"parked":                    {func(d *event.Delivery) { d.State = event.Parked }, false},
		"removed before it began":   {func(d *event.Delivery) { d.State, d.Outcome = event.Done, "action removed" }, false},
		"no record of the old name": {nil, false},
	} {
		d := renamed(t, c.end)
		plan, err := d.PlanReplay(t.Context(), lastHours(1))
		if err != nil {
			t.Fatal(err)
		}
		if asked := strings.Join(plan.Undecided(), " "); (asked == "notify-churn") != c.asks || plan.DryRun().Removed["notify-churn"] > 0 != c.asks {
			t.Errorf("%s: undecided %q, %+v; want a question %t", name, asked, plan.DryRun(), c.asks)
		}
		r, err := plan.Run(t.Context(), operator.Pace{})
		s, got := d.Memory.Get(t.Context(), "evt_1")
		if err != nil || got != nil || (r.Sent == 0) != c.asks || slices.Contains(s.Subscribers, "notify-team") == c.asks {
			t.Errorf("%s: %+v, %v, %v, subscribers %v", name, r, err, got, s.Subscribers)
		}
	}
}

func TestPersonSaysWhetherAnActionWasRenamed(t *testing.T) {
	for _, c := range []struct {
		req  operator.Replay
		sent int
		left event.Reason
	}{
		{operator.Replay{DoneAs: []string{"notify-churn"}}, 0, "done as notify-churn"},
		{operator.Replay{DoneAs: []string{"another"}}, 0, "done by notify-churn, which has no rule any more"},
		{operator.Replay{Repeat: true}, 1, ""},
	} {
		d := renamed(t, func(d *event.Delivery) { d.State = event.Done })
		c.req.IDs = []string{"evt_1"}
		r, err := replay(t, d, c.req)
		if err != nil || r.Sent != c.sent || c.left != "" && r.Left[c.left] != 1 {
			t.Errorf("%+v: %+v, %v", c.req, r, err)
		}
	}
	d := renamed(t, nil)
	if _, err := replay(t, d, operator.Replay{Events: operator.Events{IDs: []string{"evt_1"}}, DoneAs: []string{"notify-team"}}); err == nil {
		t.Error("an action that has a rule is taken for a removed one")
	}
}

// An action that the event was sent to together with the other one is not its new name.
func TestActionThatIsNotNewerThanTheEventIsAskedWithoutAWord(t *testing.T) {
	d := renamed(t, func(d *event.Delivery) { d.State = event.Done })
	if err := d.Memory.MarkPublished(t.Context(), "evt_1", []string{"notify-team"}); err != nil {
		t.Fatal(err)
	}
	if r, err := replay(t, d, lastHours(1)); err != nil || r.Sent != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}
