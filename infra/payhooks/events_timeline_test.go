package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// TestTimelineOfARefundedAndDisputedPayment asks a running stack what happened to a
// payment, by each id that an operator may have.
func TestTimelineOfARefundedAndDisputedPayment(t *testing.T) {
	o := newOperator(t)
	l := stripetest.New(stripetest.Latest)
	l.Scope, l.Now = event.Scope{}, time.Now().UTC().Truncate(time.Second)
	l.Payment(stripetest.Payment{ID: "pi_a", Charge: "ch_a", Session: "cs_a", Amount: 1250}).Create().Pay().Checkout("completed", "complete", "paid").
		Refund("re_a", 250).Dispute("created", "dp_a", 1000, "needs_response")
	var bodies [][]byte
	for _, e := range l.Events {
		bodies = append(bodies, e.Body())
	}
	o.deliver(bodies)
	for _, e := range l.Events {
		o.eventually(e.ID+" is done by all", func() bool { s := o.show(e.ID).Status; return s == event.StatusDone || s == event.StatusIgnored })
	}
	whole := o.must("events", "timeline", "pi_a", "--json")
	ms := objects[operator.Moment](t, whole)
	o.wholeCourse(ms, l)
	for _, id := range []string{"ch_a", "dp_a", "cs_a", "cus_1", l.Events[0].ID} {
		if got := o.must("events", "timeline", id, "--json", "--account", "own", "--mode", "test"); got != whole {
			t.Errorf("%s:\n%s\nexpected\n%s", id, got, whole)
		}
	}
	people := o.must("events", "timeline", "pi_a")
	t.Log(people)
	for _, want := range []string{"charge ch_a, 12.50 USD, succeeded", "dispute dp_a, 10.00 USD, needs_response", "effect receipt/"} {
		if !strings.Contains(people, want) {
			t.Errorf("%q is not in\n%s", want, people)
		}
	}
	if r := o.run("events", "timeline", "pi_a", "--mode", "live"); r.code != 1 || !strings.Contains(r.err, "nothing about pi_a") {
		t.Errorf("of live mode: exit %d, %s", r.code, r.err)
	}
}

// wholeCourse fails unless the timeline has each event once and all its deliveries.
func (o *rig) wholeCourse(ms []operator.Moment, l *stripetest.Life) {
	o.Helper()
	for _, e := range l.Events {
		var got []string
		for _, m := range ms {
			// Two events may ask for one mail at once: then one of them waits, and says so.
			if m.Event == e.ID && m.Type == e.Type && m.State != "began" && m.State != "failed" {
				got = append(got, m.Action+" "+m.State)
			}
		}
		want := []string{" received"}
		for _, d := range o.show(e.ID).Deliveries {
			want = append(want, d.Action+" "+string(d.State))
		}
		slices.Sort(got)
		if slices.Sort(want); !slices.Equal(got, want) {
			o.Errorf("%s %s: %q, expected %q", e.ID, e.Type, got, want)
		}
	}
}

// TestEventShowHasForPeopleWhatItsJSONHas holds every text of the one against the other.
func TestEventShowHasForPeopleWhatItsJSONHas(t *testing.T) {
	d := operatortest.New(t, time.Now, 0, "send-receipt", "later")
	amount, at := int64(1250), time.Now().Add(-time.Hour)
	d.Put(event.Facts{
		ID: "evt_1", Type: "charge.succeeded", Scope: event.Scope{Account: "acct_1"}, Created: at, Received: at, SentAs: "v1.charge.succeeded",
		APIVersion: "2026-08-26.dahlia", Endpoint: event.EndpointListed, Object: "ch_1", ObjectType: "charge", Subject: "pi_1", Customer: "cus_1",
		Amount: &amount, Currency: "usd", Status: "succeeded",
	}, at.AddDate(1, 0, 0), "send-receipt", "later")
	d.Deliver("evt_1", "send-receipt", func(del *event.Delivery) {
		del.Record(event.Attempt{At: at, Error: "a timeout"})
		del.State, del.Error = event.Parked, "rejected"
	})
	shown, err := d.Show(t.Context(), "evt_1")
	if err != nil {
		t.Fatal(err)
	}
	shown.Renderings, shown.Reason = []string{"evt_1#2023-10-16"}, "because"
	for _, c := range []struct {
		flag string
		want []string
	}{
		{"--minor=false", []string{"12.50 USD", "acct_1", "test", "recovered: listed at Stripe, not posted", "no record    later: no attempt began in 15 minutes"}},
		{"--minor", []string{"1250 usd"}},
	} {
		people, asJSON := showing(t, shown, c.flag), showing(t, shown, "--json")
		for _, want := range append(c.want, leaves(object[any](t, asJSON))...) {
			if !strings.Contains(people, want) && want != "usd" {
				t.Errorf("%s: %q is not in\n%s", c.flag, want, people)
			}
		}
	}
}

// showing is what events show prints of the event with a flag.
func showing(t *testing.T, d *operator.EventDetail, flag string) string {
	t.Helper()
	var out strings.Builder
	cmd := &cobra.Command{Use: "x"}
	cli.Prepare(cmd)
	minor := cmd.Flags().Bool("minor", false, "")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return printEvent(cmd, d, *minor) }
	cmd.SetOut(&out)
	cmd.SetArgs([]string{flag})
	if err := cmd.Execute(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// leaves are the texts of a JSON value that are not times.
func leaves(v any) (all []string) {
	switch v := v.(type) {
	case string:
		if _, err := time.Parse(time.RFC3339, v); err != nil {
			return []string{v}
		}
	case []any:
		for _, one := range v {
			all = append(all, leaves(one)...)
		}
	case map[string]any:
		for _, one := range v {
			all = append(all, leaves(one)...)
		}
	}
	return all
}
