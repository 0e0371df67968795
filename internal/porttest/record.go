package porttest

import (
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// full is a record in which every field has a value.
func full(ref event.DeliveryRef) event.Delivery {
	at := func(minutes int) time.Time { return milli(now.Add(time.Duration(minutes) * time.Minute)) }
	d := unclaimed(ref)
	d.State, d.Next, d.Sent, d.First, d.Updated, d.Reopened = event.Unknown, at(1), at(2), at(-3), at(4), at(5)
	d.Took, d.Attempts, d.Round, d.Before, d.Committed, d.Withheld, d.AllowStale = 212, 7, 2, 3, true, true, true
	d.Outcome, d.Error, d.Effect, d.By = "<sent> & kept", `timeout: "no answer" of é`, "receipt/pi_1", "operator: duplicate"
	d.Effects = []event.EffectOutcome{{Key: "receipt/pi_1", State: "unknown", Why: "timeout"}, {Key: "sms/pi_1", State: "done"}}
	for i := range event.HistoryLimit + 3 {
		d.Record(event.Attempt{At: at(i), Took: int64(i), Error: fmt.Sprintf("attempt %d <failed>", i)})
	}
	return d
}

var recordTests = map[string]func(*testing.T, Ports){
	"record is read back as it was committed": func(t *testing.T, p Ports) {
		d := full(newRef())
		noError(t, commitUnclaimed(t, p, d))
		same(t, d, delivery(t, p, d.Ref()))
		ds, err := p.Ledger.Deliveries(t.Context(), []event.DeliveryRef{d.Ref()})
		noError(t, err)
		same(t, []event.Delivery{d}, ds)
	},
	"history keeps the last ten attempts": func(t *testing.T, p Ports) {
		d := full(newRef())
		noError(t, commitUnclaimed(t, p, d))
		h := delivery(t, p, d.Ref()).History
		same(t, 10, len(h))
		same(t, "attempt 3 <failed>", h[0].Error)
		same(t, "attempt 12 <failed>", h[9].Error)
	},
	"history keeps times to the millisecond": func(t *testing.T, p Ports) {
		d := unclaimed(newRef())
		d.Record(event.Attempt{At: now.In(time.FixedZone("", 3600)), Error: "timeout"})
		noError(t, commitUnclaimed(t, p, d))
		same(t, milli(now), delivery(t, p, d.Ref()).History[0].At)
	},
	"record of few fields is read back": func(t *testing.T, p Ports) {
		d := event.Delivery{Event: unique("evt_"), Action: action, State: event.Done, Owner: unique("owner-")}
		noError(t, commitUnclaimed(t, p, d))
		same(t, d, delivery(t, p, d.Ref()))
	},
	"claim keeps all that it does not set": func(t *testing.T, p Ports) {
		d := full(newRef())
		d.State = event.Waiting
		noError(t, commitUnclaimed(t, p, d))
		c := newClaim()
		c.DeliveryRef = d.Ref()
		c = next(c, now.Add(time.Hour))
		want := d
		want.Owner, want.Lease, want.Updated, want.Sent = c.Owner, milli(c.Lease), milli(c.Now), milli(c.Now)
		want.Attempts++
		same(t, want, claim(t, p, c))
	},
	"reader of a record cannot change it": func(t *testing.T, p Ports) {
		d := full(newRef())
		noError(t, commitUnclaimed(t, p, d))
		got := delivery(t, p, d.Ref())
		got.History[0].Error, got.Effects[0].State = "changed", "changed"
		same(t, d, delivery(t, p, d.Ref()))
	},
}
