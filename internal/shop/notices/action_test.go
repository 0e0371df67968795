package notices

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/notice"
	"github.com/payhooks/payhooks/internal/shop/fraud"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// board takes notices, or fails as asked.
type board struct {
	got  []notice.Notice
	fail error
	off  bool
}

func (b *board) Send(_ context.Context, n notice.Notice) error {
	if b.fail != nil {
		return b.fail
	}
	b.got = append(b.got, n)
	return nil
}

func (b *board) Configured(context.Context) (bool, error) { return !b.off, nil }

func (b *board) subjects() (all []string) {
	for _, n := range b.got {
		all = append(all, n.Subject)
	}
	return all
}

// desk is the action with both its channels and the rows that flag-fraud keeps.
type desk struct {
	*actiontest.Rig
	t            testing.TB
	topic, slack *board
	pause        func() error
}

var rule = fraud.Rule{Limit: 3, Window: time.Hour}

func newDesk(t testing.TB) *desk {
	d := &desk{t: t, topic: &board{}, slack: &board{off: true}}
	n := Notifier{Rule: rule, Topic: d.topic, Slack: d.slack, Now: func() time.Time { return d.Now }}
	d.pause = func() error { return nil }
	n.Pause = func(context.Context, time.Duration) error { return d.pause() }
	d.Rig = actiontest.New(t, func(ctx context.Context, e *action.Event[facts.Event]) error {
		n.Rows = d.Store
		return n.Notify(ctx, e)
	})
	return d
}

// flag does what flag-fraud does with the event.
func (d *desk) flag(body []byte) *desk {
	d.t.Helper()
	f, reason := webhook.Parse(body)
	if reason != "" {
		d.t.Fatal(reason)
	}
	var e facts.Event
	if err := e.DecodeEvent(f, body); err != nil {
		d.t.Fatal(err)
	}
	kind, id, err := fraud.Key(e)
	if err != nil {
		return d
	}
	write(d, e.Key(kind, id), func(o fraud.Order) fraud.Order { return fraud.Merge(o, id, e) })
	for _, source := range fraud.Sources(e) {
		write(d, e.Key(fraud.SourceKey(source)), func(s fraud.Source) fraud.Source { return fraud.Add(s, source, e) })
	}
	return d
}

func write[T any](d *desk, key string, fn func(T) T) {
	d.t.Helper()
	var row T
	it, err := d.Store.Load(d.t.Context(), fraud.Table, key)
	if err == nil && it.Version > 0 {
		err = json.Unmarshal(it.Data, &row)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	data, err := json.Marshal(fn(row))
	if err == nil {
		err = d.Store.Write(d.t.Context(), event.Write{Table: fraud.Table, Key: key, Version: it.Version, Data: data})
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

const created = 1790000000

// posted is an event about an object.
func posted(id, kind, object string) []byte {
	return stripetest.Event{ID: id, Type: kind, Scope: event.Scope{Livemode: true}, Created: time.Unix(created, 0), Object: json.RawMessage(object)}.Body()
}

func dispute(id, kind, dp, status string) []byte {
	return posted(id, "charge.dispute."+kind, fmt.Sprintf(`{"id":%q,"object":"dispute","charge":"ch_1","payment_intent":"pi_1","status":%q,"created":%d,
		"evidence":{"customer_email_address":"jenny@example.com"},"evidence_details":{"due_by":1790600000}}`, dp, status, created))
}

func failed(n int) []byte {
	return posted(fmt.Sprintf("evt_f%d", n), "charge.failed", fmt.Sprintf(`{"id":"ch_%d","object":"charge","payment_intent":"pi_%d","status":"failed","created":%d,
		"billing_details":{"email":"jenny@example.com"},"payment_method_details":{"type":"card","card":{"fingerprint":"fp_1","last4":"4242"}}}`, n, n, created+n))
}

func TestEachHoldIsToldOnceHoweverManyEventsItHas(t *testing.T) {
	d := newDesk(t)
	d.Post(dispute("evt_1", "created", "dp_1", "warning_needs_response"))
	d.Post(dispute("evt_2", "updated", "dp_1", "warning_under_review"))
	d.Post(dispute("evt_3", "updated", "dp_1", "needs_response"))
	d.Post(dispute("evt_4", "funds_withdrawn", "dp_1", "needs_response"))
	d.Post(dispute("evt_5", "created", "dp_2", "needs_response"))
	d.Deliver("evt_1")
	want := []string{
		"On hold: pi_1, inquiry, evidence due 2026-09-28",
		"On hold: pi_1, dispute, evidence due 2026-09-28",
		"On hold: pi_1, dispute, evidence due 2026-09-28", // of the second dispute
	}
	if diff := cmp.Diff(want, d.topic.subjects()); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	if len(d.slack.got) != 0 {
		t.Errorf("Slack got %v without a webhook", d.slack.got)
	}
}

func TestWarningsAndReviewsAreTold(t *testing.T) {
	d := newDesk(t)
	d.Post(posted("evt_1", "radar.early_fraud_warning.created", `{"id":"issfr_1","object":"radar.early_fraud_warning","charge":"ch_1","payment_intent":"pi_1","actionable":true}`))
	d.Post(posted("evt_2", "review.opened", `{"id":"prv_1","object":"review","charge":"ch_1","payment_intent":"pi_1","open":true}`))
	if diff := cmp.Diff([]string{"On hold: pi_1, early fraud warning", "On hold: pi_1, review"}, d.topic.subjects()); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
	const text = "The order pi_1 is on hold since 2026-09-21 14:13 UTC: the payment is under review at Stripe.\nApproving the review releases it.\nhttps://dashboard.stripe.com/payments/pi_1"
	if got := d.topic.got[1].Text; got != text {
		t.Errorf("text is\n%s\nwant\n%s", got, text)
	}
}

func TestAHoldThatIsOverIsNotToldAnyMore(t *testing.T) {
	d := newDesk(t)
	d.flag(dispute("evt_2", "closed", "dp_1", "won"))
	for _, body := range [][]byte{dispute("evt_1", "created", "dp_1", "needs_response"), dispute("evt_2", "closed", "dp_1", "won")} {
		if got := d.Post(body); got.State != event.Done || got.Outcome != "skipped: the hold is over" {
			t.Errorf("delivery is %s with %q", got.State, got.Outcome)
		}
	}
	if len(d.topic.got) != 0 {
		t.Errorf("sent %v", d.topic.subjects())
	}
}

func TestOldNoticeIsSkippedUnlessEvidenceIsDueOrForced(t *testing.T) {
	review := func(id string) []byte {
		return posted(id, "review.opened", fmt.Sprintf(`{"id":"prv_%s","object":"review","payment_intent":"pi_%s","open":true}`, id, id))
	}
	for name, c := range map[string]struct {
		body []byte
		late time.Duration
		want int
	}{
		"a review of yesterday":                   {review("evt_1"), 24 * time.Hour, 1},
		"a review of last week":                   {review("evt_2"), 100 * time.Hour, 0},
		"a dispute of last week, evidence due":    {dispute("evt_3", "created", "dp_1", "needs_response"), 100 * time.Hour, 1},
		"a dispute whose evidence is due no more": {dispute("evt_4", "created", "dp_1", "needs_response"), 300 * time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			now := time.Unix(created, 0).Add(c.late)
			d.late(c.body, now)
			if len(d.topic.got) != c.want {
				t.Errorf("%d notices, want %d", len(d.topic.got), c.want)
			}
		})
	}
	d := newDesk(t)
	d.store(review("evt_5"))
	d.Now = time.Unix(created, 0).Add(100 * time.Hour)
	if d.DeliverStale("evt_5"); len(d.topic.got) != 1 {
		t.Errorf("%d notices although the operator asked, want 1", len(d.topic.got))
	}
}

func (d *desk) late(body []byte, now time.Time) { d.Now = now; d.Deliver(d.store(body)) }

// store keeps the event without delivering it.
func (d *desk) store(body []byte) string {
	d.t.Helper()
	f, _ := webhook.Parse(body)
	if _, err := d.Store.Put(d.t.Context(), event.Event{Facts: f, Body: body}, time.Unix(created, 0).AddDate(1, 0, 0)); err != nil {
		d.t.Fatal(err)
	}
	return f.ID
}

func TestABurstOfFailuresIsToldOnceAndNotForEveryOrder(t *testing.T) {
	d := newDesk(t)
	for n := 1; n <= 6; n++ {
		d.flag(failed(n))
		if got := d.Post(failed(n)); got.State != event.Done {
			t.Fatalf("delivery %d is %s: %s", n, got.State, got.Error)
		}
	}
	if diff := cmp.Diff([]string{"On hold: 3 failed payments on one card"}, d.topic.subjects()); diff != "" {
		t.Errorf("notices (-want +got):\n%s", diff)
	}
}

// The notices of three failures at one moment: none sees the others until
// flag-fraud has kept them.
func TestFailuresAtOneMomentAreToldOnceTheyAreKept(t *testing.T) {
	d := newDesk(t)
	for n := 1; n <= 3; n++ {
		if got := d.Post(failed(n)); got.State != event.Waiting {
			t.Fatalf("delivery %d is %s, want it to wait until the attempt is kept", n, got.State)
		}
	}
	for n := 3; n >= 1; n-- {
		d.flag(failed(n))
	}
	d.Now = d.Now.Add(time.Minute)
	for n := 1; n <= 3; n++ {
		if got := d.Deliver(fmt.Sprintf("evt_f%d", n)); got.State != event.Done {
			t.Errorf("delivery %d is %s: %s", n, got.State, got.Error)
		}
	}
	if len(d.topic.got) != 1 {
		t.Errorf("sent %v, want one notice", d.topic.subjects())
	}
}

func TestNoticeWaitsAMomentForTheRowOfItsAttempt(t *testing.T) {
	d := newDesk(t)
	d.flag(failed(1)).flag(failed(2))
	d.pause = func() error { d.flag(failed(3)); return nil }
	for n := 1; n <= 3; n++ {
		if got := d.Post(failed(n)); got.State != event.Done || got.Attempts != 1 {
			t.Errorf("delivery %d is %s after %d attempts: %s", n, got.State, got.Attempts, got.Error)
		}
	}
	if len(d.topic.got) != 1 {
		t.Errorf("sent %v, want one notice", d.topic.subjects())
	}
}

func TestNoticeThatCannotWaitIsTriedAgain(t *testing.T) {
	d := newDesk(t)
	d.pause = func() error { return context.DeadlineExceeded }
	if got := d.Post(failed(1)); got.State != event.Waiting {
		t.Errorf("delivery is %s: %s", got.State, got.Error)
	}
}

func TestOneChannelThatFailsRepeatsNothingOnTheOther(t *testing.T) {
	d := newDesk(t)
	d.slack.off, d.slack.fail = false, fmt.Errorf("Slack answered 429: %w", event.ErrThrottled)
	body := dispute("evt_1", "created", "dp_1", "needs_response")
	if got := d.Post(body); got.State != event.Waiting {
		t.Fatalf("delivery is %s, want waiting", got.State)
	}
	d.slack.fail = nil
	d.Now = d.Now.Add(10 * time.Minute)
	if got := d.Deliver("evt_1"); got.State != event.Done {
		t.Fatalf("delivery is %s: %s", got.State, got.Error)
	}
	if len(d.topic.got) != 1 || len(d.slack.got) != 1 {
		t.Errorf("%d notices over the topic and %d in Slack, want one each", len(d.topic.got), len(d.slack.got))
	}
}

func TestEveryFailureOfAChannelHasItsVerdict(t *testing.T) {
	for _, c := range []struct {
		err  error
		want event.State
	}{
		{event.ErrThrottled, event.Waiting},
		{event.ErrNotSent, event.Waiting},
		{event.ErrDenied, event.Waiting},
		{event.ErrRejected, event.Parked},
		{event.ErrNotConfigured, event.Parked},
		{errors.New("no answer"), event.Unknown},
	} {
		d := newDesk(t)
		d.topic.fail = c.err
		if got := d.Post(dispute("evt_1", "created", "dp_1", "needs_response")); got.State != c.want {
			t.Errorf("%v: delivery is %s, want %s", c.err, got.State, c.want)
		}
	}
}

func TestNoNoticeHoldsPersonalData(t *testing.T) {
	d := newDesk(t)
	d.Post(dispute("evt_1", "created", "dp_1", "needs_response"))
	for n := 1; n <= 3; n++ {
		d.flag(failed(n))
		d.Post(failed(n))
	}
	if len(d.topic.got) != 2 {
		t.Fatalf("sent %v, want two notices", d.topic.subjects())
	}
	for _, n := range d.topic.got {
		if all := n.Subject + n.Text; strings.Contains(all, "jenny") || strings.Contains(all, "4242") {
			t.Errorf("the notice contains personal data: %s", all)
		}
	}
}

func TestOneIDInThreeScopesIsThreeNotices(t *testing.T) {
	d := newDesk(t)
	body := string(dispute("evt_1", "created", "dp_1", "needs_response"))
	d.flag([]byte(strings.Replace(string(dispute("evt_9", "closed", "dp_1", "won")), `"livemode":true`, `"livemode":false`, 1)))
	for id, with := range map[string]string{"evt_1": `"livemode":true`, "evt_2": `"livemode":true,"account":"acct_1"`, "evt_3": `"livemode":false,"account":"acct_1"`} {
		d.Post([]byte(strings.NewReplacer("evt_1", id, `"livemode":true`, with).Replace(body)))
	}
	if len(d.topic.got) != 3 {
		t.Errorf("sent %v, want one notice per scope", d.topic.subjects())
	}
}

func TestTestEventsAndConnectedAccountsShowInTheNotice(t *testing.T) {
	d := newDesk(t)
	body := strings.Replace(string(dispute("evt_1", "created", "dp_1", "needs_response")), `"livemode":true`, `"livemode":false,"account":"acct_1"`, 1)
	d.Post([]byte(body))
	if n := d.topic.got[0]; !strings.HasPrefix(n.Subject, "[test] ") || !strings.HasSuffix(n.Text, "https://dashboard.stripe.com/acct_1/test/payments/pi_1") {
		t.Errorf("notice is %+v", n)
	}
}

func TestEverySampleEventIsDoneWithoutAnError(t *testing.T) {
	d := newDesk(t)
	for name, body := range stripetest.Samples() {
		d.flag(body)
		if got := d.Post(body); got.State != event.Done || got.Error != "" {
			t.Errorf("%s: delivery is %s: %s", name, got.State, got.Error)
		}
	}
}
