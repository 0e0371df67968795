package order

import (
	"bytes"
	stdcmp "cmp"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// row is the part of an order that a story ends in.
type row struct {
	Order, Reference, Status               string
	Amount, Paid, Refunded, Disputed, Lost int64
}

var stories = []struct {
	name   string
	happen func(p *stripetest.Payment)
	want   row
}{
	{
		"paid at once", func(p *stripetest.Payment) { p.Create().Pay() },
		row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0},
	},
	{
		"created only", func(p *stripetest.Payment) { p.Create() },
		row{"pi_1", "A-1", Open, 1000, 0, 0, 0, 0},
	},
	{
		"a charge without an intent", func(p *stripetest.Payment) { alone(p, 700).Pay() },
		row{"ch_1", "", Paid, 700, 700, 0, 0, 0},
	},
	{
		"authorised", func(p *stripetest.Payment) { p.Create().Authorize() },
		row{"pi_1", "A-1", Authorized, 1000, 0, 0, 0, 0},
	},
	{
		"authorised and released", func(p *stripetest.Payment) { p.Create().Authorize().Release() },
		row{"pi_1", "A-1", Canceled, 1000, 0, 0, 0, 0},
	},
	{
		"a charge without an intent, authorised and released", func(p *stripetest.Payment) { alone(p, 1000).Authorize().Release() },
		row{"ch_1", "", Canceled, 1000, 0, 0, 0, 0},
	},
	{"an authorisation expired", func(p *stripetest.Payment) {
		alone(p, 1000).Authorize().SendCharge("expired", nil, nil)
	}, row{"ch_1", "", Canceled, 1000, 0, 0, 0, 0}},
	{
		"captured in part, the rest released", func(p *stripetest.Payment) { p.Create().Authorize().Capture(600, true) },
		row{"pi_1", "A-1", Paid, 1000, 600, 0, 0, 0},
	},
	{"captured in part, then refunded in part", func(p *stripetest.Payment) {
		p.Create().Authorize().Capture(600, true).Refund("re_1", 100)
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 600, 100, 0, 0}},
	{"captured in part, refunded by as much as was released", func(p *stripetest.Payment) {
		p.Create().Authorize().Capture(600, true).Refund("re_1", 400)
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 600, 400, 0, 0}},
	{"captured in part, then refunded in full", func(p *stripetest.Payment) {
		p.Create().Authorize().Capture(600, true).Refund("re_1", 250).Refund("re_2", 350)
	}, row{"pi_1", "A-1", Refunded, 1000, 600, 600, 0, 0}},
	{"captured in several parts", func(p *stripetest.Payment) {
		p.Create().Authorize().Capture(300, false).Capture(200, false).Capture(400, true)
	}, row{"pi_1", "A-1", Paid, 1000, 900, 0, 0, 0}},
	{"captured in several parts, not yet all", func(p *stripetest.Payment) {
		p.Create().Authorize().Capture(300, false).Capture(200, false)
	}, row{"pi_1", "A-1", Paid, 1000, 500, 0, 0, 0}},
	{
		"captured more than authorised", func(p *stripetest.Payment) { p.Create().Authorize().Capture(1200, true).Refund("re_1", 1100) },
		row{"pi_1", "A-1", PartiallyRefunded, 1000, 1200, 1100, 0, 0},
	},
	{
		"refunded in parts", func(p *stripetest.Payment) { p.Create().Pay().Refund("re_1", 300).Refund("re_2", 300) },
		row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 600, 0, 0},
	},
	{"refunded in parts, one failed", func(p *stripetest.Payment) {
		p.Create().Pay().Refund("re_1", 300).Refund("re_2", 200).FailRefund("re_1")
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 200, 0, 0}},
	{"a refund failed and the charge was touched later", func(p *stripetest.Payment) {
		p.Create().Pay().Refund("re_1", 300).Refund("re_2", 200).FailRefund("re_1").Touch()
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 200, 0, 0}},
	{"a refund failed and was made again", func(p *stripetest.Payment) {
		p.Create().Pay().Refund("re_1", 1000).FailRefund("re_1").Refund("re_2", 1000)
	}, row{"pi_1", "A-1", Refunded, 1000, 1000, 1000, 0, 0}},
	{
		"the only refund failed", func(p *stripetest.Payment) { p.Create().Pay().Refund("re_1", 1000).FailRefund("re_1") },
		row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0},
	},
	{"an inquiry came to nothing", func(p *stripetest.Payment) {
		p.Create().Pay().Dispute("created", "dp_1", 1000, "warning_needs_response").Dispute("updated", "dp_1", 1000, "warning_under_review").Dispute("closed", "dp_1", 1000, "warning_closed")
	}, row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0}},
	{"an inquiry became a dispute that was lost", func(p *stripetest.Payment) {
		p.Create().Pay().Dispute("created", "dp_1", 1000, "warning_needs_response").Dispute("updated", "dp_1", 1000, "needs_response").Dispute("funds_withdrawn", "dp_1", 1000, "needs_response").Dispute("closed", "dp_1", 1000, "lost")
	}, row{"pi_1", "A-1", Lost, 1000, 1000, 0, 0, 1000}},
	{"disputed", func(p *stripetest.Payment) {
		p.Create().Pay().Dispute("created", "dp_1", 400, "needs_response").Dispute("updated", "dp_1", 400, "under_review")
	}, row{"pi_1", "A-1", Disputed, 1000, 1000, 0, 400, 0}},
	{"a dispute was won after a refund in part", func(p *stripetest.Payment) {
		p.Create().Pay().Refund("re_1", 300).Dispute("created", "dp_1", 700, "needs_response").Dispute("closed", "dp_1", 700, "won").Dispute("funds_reinstated", "dp_1", 700, "won")
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 300, 0, 0}},
	{"a dispute was prevented", func(p *stripetest.Payment) {
		p.Create().Pay().Dispute("created", "dp_1", 1000, "needs_response").Dispute("closed", "dp_1", 1000, "prevented")
	}, row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0}},
	{"a dispute was won, then lost after all", func(p *stripetest.Payment) {
		p.Create().Pay().Dispute("closed", "dp_1", 1000, "won").Dispute("closed", "dp_1", 1000, "lost")
	}, row{"pi_1", "A-1", Lost, 1000, 1000, 0, 0, 1000}},
	{"a dispute was lost, then won after all", func(p *stripetest.Payment) {
		p.Create().Pay().Dispute("closed", "dp_1", 1000, "lost").Dispute("closed", "dp_1", 1000, "won")
	}, row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0}},
	{"a dispute over a part was lost", func(p *stripetest.Payment) {
		p.Create().Pay().Dispute("closed", "dp_1", 400, "lost")
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 0, 0, 400}},
	{"one dispute lost, another open", func(p *stripetest.Payment) {
		p.Create().Pay().Dispute("closed", "dp_1", 400, "lost").Dispute("created", "dp_2", 500, "needs_response")
	}, row{"pi_1", "A-1", Disputed, 1000, 1000, 0, 500, 400}},
	{"lost what was not refunded", func(p *stripetest.Payment) {
		p.Create().Pay().Refund("re_1", 600).Dispute("closed", "dp_1", 400, "lost")
	}, row{"pi_1", "A-1", Lost, 1000, 1000, 600, 0, 400}},
	{"a whole life", func(p *stripetest.Payment) {
		p.Create().Decline().Authorize().Capture(700, true).Refund("re_1", 200).Refund("re_2", 100).FailRefund("re_2").
			Dispute("created", "dp_1", 300, "warning_needs_response").Dispute("updated", "dp_1", 300, "needs_response").Dispute("funds_withdrawn", "dp_1", 300, "under_review").
			Dispute("closed", "dp_1", 300, "won").Dispute("created", "dp_2", 500, "needs_response").Dispute("closed", "dp_2", 500, "lost").Touch()
	}, row{"pi_1", "A-1", Lost, 1000, 700, 200, 0, 500}},
	{
		"failed", func(p *stripetest.Payment) { p.Create().Decline() },
		row{"pi_1", "A-1", Failed, 1000, 0, 0, 0, 0},
	},
	{
		"failed twice, then paid", func(p *stripetest.Payment) { p.Create().Decline().Decline().Pay() },
		row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0},
	},
	{
		"failed, then authorised and released", func(p *stripetest.Payment) { p.Create().Decline().Authorize().Release() },
		row{"pi_1", "A-1", Canceled, 1000, 0, 0, 0, 0},
	},
	{"canceled before any attempt", func(p *stripetest.Payment) {
		p.Create().SendIntent("canceled", "canceled", nil)
	}, row{"pi_1", "A-1", Canceled, 1000, 0, 0, 0, 0}},
	{
		"a bank debit on its way", func(p *stripetest.Payment) { p.Create().Debit() },
		row{"pi_1", "A-1", Processing, 1000, 0, 0, 0, 0},
	},
	{
		"a bank debit that failed", func(p *stripetest.Payment) { p.Create().Debit().Decline() },
		row{"pi_1", "A-1", Failed, 1000, 0, 0, 0, 0},
	},
	{
		"a card that failed, then a bank debit on its way", func(p *stripetest.Payment) { p.Create().Decline().Debit() },
		row{"pi_1", "A-1", Processing, 1000, 0, 0, 0, 0},
	},
	{
		"a bank debit that arrived", func(p *stripetest.Payment) { p.Create().Debit().Pay() },
		row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0},
	},
	{
		"a checkout completed, its money on the way", func(p *stripetest.Payment) { p.Create().Checkout("completed", "complete", "unpaid") },
		row{"pi_1", "cart-1", Processing, 1000, 0, 0, 0, 0},
	},
	{"an async checkout paid", func(p *stripetest.Payment) {
		p.Create().Debit().Checkout("completed", "complete", "unpaid").Checkout("async_payment_succeeded", "complete", "paid").Pay()
	}, row{"pi_1", "cart-1", Paid, 1000, 1000, 0, 0, 0}},
	{"an async checkout known by its sessions only", func(p *stripetest.Payment) {
		p.Checkout("completed", "complete", "unpaid").Checkout("async_payment_succeeded", "complete", "paid")
	}, row{"pi_1", "cart-1", Paid, 1000, 1000, 0, 0, 0}},
	{"an async checkout failed", func(p *stripetest.Payment) {
		p.Create().Checkout("completed", "complete", "unpaid").Checkout("async_payment_failed", "complete", "unpaid")
	}, row{"pi_1", "cart-1", Failed, 1000, 0, 0, 0, 0}},
	{
		"a checkout that expired with its intent", func(p *stripetest.Payment) { p.Create().Checkout("expired", "expired", "unpaid") },
		row{"pi_1", "cart-1", Canceled, 1000, 0, 0, 0, 0},
	},
	{
		"a checkout that expired without an intent", func(p *stripetest.Payment) { alone(p, 1000).Checkout("expired", "expired", "unpaid") },
		row{"cs_1", "cart-1", Canceled, 1000, 0, 0, 0, 0},
	},
	{"a checkout that needed no payment", func(p *stripetest.Payment) {
		add(p, "checkout.session.completed", object{"object": "checkout.session", "id": "cs_1", "mode": "payment", "status": "complete", "payment_status": "no_payment_required", "amount_total": 0, "currency": "eur"})
	}, row{"cs_1", "", Paid, 0, 0, 0, 0, 0}},
	{"a checkout that authorised only", func(p *stripetest.Payment) {
		p.Create().Authorize().Checkout("completed", "complete", "unpaid")
	}, row{"pi_1", "cart-1", Authorized, 1000, 0, 0, 0, 0}},
	{"an invoice paid outside Stripe", func(p *stripetest.Payment) {
		if !p.Life.Version.CountsReleaseAsRefund() {
			invoice(p, object{"total": 900, "amount_due": 900, "amount_paid": 900, "amount_paid_off_stripe": 900})
		} else {
			invoice(p, object{"total": 900, "amount_due": 900, "amount_paid": 900, "paid": true, "paid_out_of_band": true})
		}
	}, row{"in_1", "B-2", Paid, 900, 900, 0, 0, 0}},
	{
		"an invoice paid from the balance", func(p *stripetest.Payment) {
			invoice(p, object{"total": 900, "amount_due": 0, "amount_paid": 0, "starting_balance": -2000})
		},
		row{"in_1", "B-2", Paid, 900, 900, 0, 0, 0},
	},
}

func TestStoriesEndAsTheRulesSayInBothVersions(t *testing.T) {
	for _, story := range stories {
		for _, version := range stripetest.Versions {
			t.Run(story.name+" in "+string(version), func(t *testing.T) {
				p := newPayment(version)
				story.happen(p)
				o := merge(views(p))
				want := Order{
					Order: story.want.Order, Reference: story.want.Reference, Status: story.want.Status, Currency: "eur", Amount: story.want.Amount,
					Paid: story.want.Paid, Refunded: story.want.Refunded, Disputed: story.want.Disputed, Lost: story.want.Lost, Scope: event.Scope{Livemode: true},
				}
				if diff := cmp.Diff(want, o, cmpopts.IgnoreFields(Order{}, "Facts")); diff != "" {
					t.Errorf("row (-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestAnyOrderAndDuplicationEndsInTheSameBytes(t *testing.T) {
	for _, story := range stories {
		for _, version := range stripetest.Versions {
			t.Run(story.name+" in "+string(version), func(t *testing.T) {
				p := newPayment(version)
				story.happen(p)
				all := views(p)
				want := encode(t, merge(all))
				if len(all) <= 6 {
					for order := range stripetest.Permutations(all) {
						same(t, want, order)
					}
				}
				rapid.Check(t, func(r *rapid.T) { same(r, want, disorder(r, all)) })
			})
		}
	}
}

func TestUpgradeOfTheVersionInMidStoryChangesNothing(t *testing.T) {
	for _, story := range stories {
		whole := newPayment(stripetest.Older)
		story.happen(whole)
		all := views(whole)
		for after := 1; after < len(all); after++ {
			p := newPayment(stripetest.Older)
			p.Life.Upgrade = after
			story.happen(p)
			want := merge(all)
			if diff := cmp.Diff(want, merge(views(p)), cmpopts.IgnoreFields(Order{}, "Facts")); diff != "" {
				t.Errorf("%s, upgraded after %d events (-want +got):\n%s", story.name, after, diff)
			}
		}
	}
}

func TestEventsOfOneSecondEndTheSameInEitherOrder(t *testing.T) {
	for _, story := range stories {
		for _, version := range stripetest.Versions {
			p := newPayment(version)
			story.happen(p)
			all := views(p)
			for i := range all {
				all[i].Created = all[0].Created
			}
			want := encode(t, merge(all))
			slices.Reverse(all)
			same(t, want, all)
		}
	}
}

func TestARowSurvivesBeingStored(t *testing.T) {
	for _, story := range stories {
		p := newPayment(stripetest.Latest)
		story.happen(p)
		want := merge(views(p))
		var got Order
		if err := json.Unmarshal(encode(t, want), &got); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encode(t, got), encode(t, want)) {
			t.Errorf("%s: row changes when stored and read", story.name)
		}
	}
}

func TestARowStaysSmall(t *testing.T) {
	p := newPayment(stripetest.Older)
	p.Amount = 1_000_000
	p.Create().Pay()
	for i := range 100 {
		p.Refund(fmt.Sprintf("re_%d", i), 100)
		p.Touch()
	}
	if size := len(encode(t, merge(views(p)))); size > 1000 {
		t.Errorf("a row of %d events takes %d bytes; superseded facts should be dropped", len(views(p)), size)
	}
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

// merge is what the action makes of the events, one after the other.
func merge(es []facts.Event) (o Order) {
	for _, e := range es {
		_, id, _ := Key(e)
		o = Merge(o, stdcmp.Or(o.Order, id), e)
	}
	return o
}

func same(t failer, want []byte, es []facts.Event) {
	t.Helper()
	if got := encode(t, merge(es)); !bytes.Equal(got, want) {
		ids := ""
		for _, e := range es {
			ids += "\n  " + e.ID + " " + e.Type
		}
		t.Fatalf("this sequence ends differently:%s\n got %s\nwant %s", ids, got, want)
	}
}

func encode(t failer, o Order) []byte {
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	return data
}

// disorder shuffles and repeats the events; a repeat may come under another id.
func disorder(r *rapid.T, es []facts.Event) []facts.Event {
	es = slices.Clone(es)
	for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(es)-1), 0, 6).Draw(r, "repeats") {
		again := es[i]
		if rapid.Bool().Draw(r, "under another id") {
			again.ID += "_again"
		}
		es = append(es, again)
	}
	return rapid.Permutation(es).Draw(r, "order")
}
