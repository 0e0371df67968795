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
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"pgregory.net/rapid"
)

// row is the part of an order that a story promises.
type row struct {
	Order, Reference, Status               string
	Amount, Paid, Refunded, Disputed, Lost int64
}

var stories = []struct {
	name string
	tell func(s *stripe)
	want row
}{
	{
		"paid at once", func(s *stripe) { s.intent(1000).pay("ch_1", 1000) },
		row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0},
	},
	{
		"created only", func(s *stripe) { s.intent(1000) },
		row{"pi_1", "A-1", Open, 1000, 0, 0, 0, 0},
	},
	{
		"a charge without an intent", func(s *stripe) { s.pay("ch_1", 700) },
		row{"ch_1", "", Paid, 700, 700, 0, 0, 0},
	},
	{
		"authorised", func(s *stripe) { s.intent(1000).authorize("ch_1", 1000) },
		row{"pi_1", "A-1", Authorized, 1000, 0, 0, 0, 0},
	},
	{
		"authorised and released", func(s *stripe) { s.intent(1000).authorize("ch_1", 1000).release() },
		row{"pi_1", "A-1", Canceled, 1000, 0, 0, 0, 0},
	},
	{
		"a charge without an intent, authorised and released", func(s *stripe) { s.authorize("ch_1", 1000).release() },
		row{"ch_1", "", Canceled, 1000, 0, 0, 0, 0},
	},
	{"an authorisation expired", func(s *stripe) {
		s.authorize("ch_1", 1000).send("charge.expired", s.ch)
	}, row{"ch_1", "", Canceled, 1000, 0, 0, 0, 0}},
	{
		"captured in part, the rest released", func(s *stripe) { s.intent(1000).authorize("ch_1", 1000).capture(600, true) },
		row{"pi_1", "A-1", Paid, 1000, 600, 0, 0, 0},
	},
	{"captured in part, then refunded in part", func(s *stripe) {
		s.intent(1000).authorize("ch_1", 1000).capture(600, true).refund("re_1", 100)
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 600, 100, 0, 0}},
	{"captured in part, refunded by as much as was released", func(s *stripe) {
		s.intent(1000).authorize("ch_1", 1000).capture(600, true).refund("re_1", 400)
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 600, 400, 0, 0}},
	{"captured in part, then refunded in full", func(s *stripe) {
		s.intent(1000).authorize("ch_1", 1000).capture(600, true).refund("re_1", 250).refund("re_2", 350)
	}, row{"pi_1", "A-1", Refunded, 1000, 600, 600, 0, 0}},
	{"captured in several parts", func(s *stripe) {
		s.intent(1000).authorize("ch_1", 1000).capture(300, false).capture(200, false).capture(400, true)
	}, row{"pi_1", "A-1", Paid, 1000, 900, 0, 0, 0}},
	{"captured in several parts, not yet all", func(s *stripe) {
		s.intent(1000).authorize("ch_1", 1000).capture(300, false).capture(200, false)
	}, row{"pi_1", "A-1", Paid, 1000, 500, 0, 0, 0}},
	{
		"captured more than authorised", func(s *stripe) { s.intent(1000).authorize("ch_1", 1000).capture(1200, true).refund("re_1", 1100) },
		row{"pi_1", "A-1", PartiallyRefunded, 1000, 1200, 1100, 0, 0},
	},
	{
		"refunded in parts", func(s *stripe) { s.intent(1000).pay("ch_1", 1000).refund("re_1", 300).refund("re_2", 300) },
		row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 600, 0, 0},
	},
	{"refunded in parts, one failed", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).refund("re_1", 300).refund("re_2", 200).failRefund("re_1")
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 200, 0, 0}},
	{"a refund failed and the charge was touched later", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).refund("re_1", 300).refund("re_2", 200).failRefund("re_1").touch()
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 200, 0, 0}},
	{"a refund failed and was made again", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).refund("re_1", 1000).failRefund("re_1").refund("re_2", 1000)
	}, row{"pi_1", "A-1", Refunded, 1000, 1000, 1000, 0, 0}},
	{
		"the only refund failed", func(s *stripe) { s.intent(1000).pay("ch_1", 1000).refund("re_1", 1000).failRefund("re_1") },
		row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0},
	},
	{"an inquiry came to nothing", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).dispute("created", "dp_1", 1000, "warning_needs_response").dispute("updated", "dp_1", 1000, "warning_under_review").dispute("closed", "dp_1", 1000, "warning_closed")
	}, row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0}},
	{"an inquiry became a dispute that was lost", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).dispute("created", "dp_1", 1000, "warning_needs_response").dispute("updated", "dp_1", 1000, "needs_response").dispute("funds_withdrawn", "dp_1", 1000, "needs_response").dispute("closed", "dp_1", 1000, "lost")
	}, row{"pi_1", "A-1", Lost, 1000, 1000, 0, 0, 1000}},
	{"disputed", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).dispute("created", "dp_1", 400, "needs_response").dispute("updated", "dp_1", 400, "under_review")
	}, row{"pi_1", "A-1", Disputed, 1000, 1000, 0, 400, 0}},
	{"a dispute was won after a refund in part", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).refund("re_1", 300).dispute("created", "dp_1", 700, "needs_response").dispute("closed", "dp_1", 700, "won").dispute("funds_reinstated", "dp_1", 700, "won")
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 300, 0, 0}},
	{"a dispute was prevented", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).dispute("created", "dp_1", 1000, "needs_response").dispute("closed", "dp_1", 1000, "prevented")
	}, row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0}},
	{"a dispute was won, then lost after all", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).dispute("closed", "dp_1", 1000, "won").dispute("closed", "dp_1", 1000, "lost")
	}, row{"pi_1", "A-1", Lost, 1000, 1000, 0, 0, 1000}},
	{"a dispute was lost, then won after all", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).dispute("closed", "dp_1", 1000, "lost").dispute("closed", "dp_1", 1000, "won")
	}, row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0}},
	{"a dispute over a part was lost", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).dispute("closed", "dp_1", 400, "lost")
	}, row{"pi_1", "A-1", PartiallyRefunded, 1000, 1000, 0, 0, 400}},
	{"one dispute lost, another open", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).dispute("closed", "dp_1", 400, "lost").dispute("created", "dp_2", 500, "needs_response")
	}, row{"pi_1", "A-1", Disputed, 1000, 1000, 0, 500, 400}},
	{"lost what was not refunded", func(s *stripe) {
		s.intent(1000).pay("ch_1", 1000).refund("re_1", 600).dispute("closed", "dp_1", 400, "lost")
	}, row{"pi_1", "A-1", Lost, 1000, 1000, 600, 0, 400}},
	{"a whole life", func(s *stripe) {
		s.intent(1000).fail("ch_0").authorize("ch_1", 1000).capture(700, true).refund("re_1", 200).refund("re_2", 100).failRefund("re_2").
			dispute("created", "dp_1", 300, "warning_needs_response").dispute("updated", "dp_1", 300, "needs_response").dispute("funds_withdrawn", "dp_1", 300, "under_review").
			dispute("closed", "dp_1", 300, "won").dispute("created", "dp_2", 500, "needs_response").dispute("closed", "dp_2", 500, "lost").touch()
	}, row{"pi_1", "A-1", Lost, 1000, 700, 200, 0, 500}},
	{
		"failed", func(s *stripe) { s.intent(1000).fail("ch_0") },
		row{"pi_1", "A-1", Failed, 1000, 0, 0, 0, 0},
	},
	{
		"failed twice, then paid", func(s *stripe) { s.intent(1000).fail("ch_0").fail("ch_00").pay("ch_1", 1000) },
		row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0},
	},
	{
		"failed, then authorised and released", func(s *stripe) { s.intent(1000).fail("ch_0").authorize("ch_1", 1000).release() },
		row{"pi_1", "A-1", Canceled, 1000, 0, 0, 0, 0},
	},
	{"canceled before any attempt", func(s *stripe) {
		s.intent(1000).send("payment_intent.canceled", with(s.pi, "status", "canceled"))
	}, row{"pi_1", "A-1", Canceled, 1000, 0, 0, 0, 0}},
	{
		"a bank debit on its way", func(s *stripe) { s.intent(1000).debit() },
		row{"pi_1", "A-1", Processing, 1000, 0, 0, 0, 0},
	},
	{
		"a bank debit that failed", func(s *stripe) { s.intent(1000).debit().fail("py_1") },
		row{"pi_1", "A-1", Failed, 1000, 0, 0, 0, 0},
	},
	{
		"a card that failed, then a bank debit on its way", func(s *stripe) { s.intent(1000).fail("ch_0").debit() },
		row{"pi_1", "A-1", Processing, 1000, 0, 0, 0, 0},
	},
	{
		"a bank debit that arrived", func(s *stripe) { s.intent(1000).debit().pay("py_1", 1000) },
		row{"pi_1", "A-1", Paid, 1000, 1000, 0, 0, 0},
	},
	{
		"a checkout completed, its money on the way", func(s *stripe) { s.intent(1000).session("completed", "complete", "unpaid") },
		row{"pi_1", "cart-1", Processing, 1000, 0, 0, 0, 0},
	},
	{"an async checkout paid", func(s *stripe) {
		s.intent(1000).debit().session("completed", "complete", "unpaid").session("async_payment_succeeded", "complete", "paid").pay("py_1", 1000)
	}, row{"pi_1", "cart-1", Paid, 1000, 1000, 0, 0, 0}},
	{"an async checkout known by its sessions only", func(s *stripe) {
		s.pi = object{}
		s.session("completed", "complete", "unpaid").session("async_payment_succeeded", "complete", "paid")
	}, row{"pi_1", "cart-1", Paid, 1000, 1000, 0, 0, 0}},
	{"an async checkout failed", func(s *stripe) {
		s.intent(1000).session("completed", "complete", "unpaid").session("async_payment_failed", "complete", "unpaid")
	}, row{"pi_1", "cart-1", Failed, 1000, 0, 0, 0, 0}},
	{
		"a checkout that expired with its intent", func(s *stripe) { s.intent(1000).session("expired", "expired", "unpaid") },
		row{"pi_1", "cart-1", Canceled, 1000, 0, 0, 0, 0},
	},
	{
		"a checkout that expired without an intent", func(s *stripe) { s.session("expired", "expired", "unpaid") },
		row{"cs_1", "cart-1", Canceled, 1000, 0, 0, 0, 0},
	},
	{"a checkout that needed no payment", func(s *stripe) {
		s.send("checkout.session.completed", object{"object": "checkout.session", "id": "cs_1", "mode": "payment", "status": "complete", "payment_status": "no_payment_required", "amount_total": 0, "currency": "eur"})
	}, row{"cs_1", "", Paid, 0, 0, 0, 0, 0}},
	{"a checkout that authorised only", func(s *stripe) {
		s.intent(1000).authorize("ch_1", 1000).session("completed", "complete", "unpaid")
	}, row{"pi_1", "cart-1", Authorized, 1000, 0, 0, 0, 0}},
	{"an invoice paid outside Stripe", func(s *stripe) {
		if !facts.Version(s.version).CountsReleaseAsRefund() {
			s.invoice("total", 900, "amount_due", 900, "amount_paid", 900, "amount_paid_off_stripe", 900)
		} else {
			s.invoice("total", 900, "amount_due", 900, "amount_paid", 900, "paid", true, "paid_out_of_band", true)
		}
	}, row{"in_1", "B-2", Paid, 900, 900, 0, 0, 0}},
	{
		"an invoice paid from the balance", func(s *stripe) { s.invoice("total", 900, "amount_due", 0, "amount_paid", 0, "starting_balance", -2000) },
		row{"in_1", "B-2", Paid, 900, 900, 0, 0, 0},
	},
}

// debit begins an attempt whose money arrives days later.
func (s *stripe) debit() *stripe {
	s.newCharge("py_1", s.pi["amount"].(int64))
	s.at("charge.pending", with(s.ch, "status", "pending", "paid", false, "captured", true, "amount_captured", s.pi["amount"]))
	s.send("payment_intent.processing", with(s.pi, "status", "processing"))
	return s
}

func TestEveryStoryEndsAsTheRulesSayInBothAPIVersions(t *testing.T) {
	for _, story := range stories {
		for _, version := range []string{v2023, dahlia} {
			t.Run(story.name+" in "+version, func(t *testing.T) {
				s := newStripe(t, version)
				story.tell(s)
				o := merge(s.events)
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

func TestEveryPermutationAndDuplicationEndsInTheSameBytes(t *testing.T) {
	for _, story := range stories {
		for _, version := range []string{v2023, dahlia} {
			t.Run(story.name+" in "+version, func(t *testing.T) {
				s := newStripe(t, version)
				story.tell(s)
				want := encode(t, merge(s.events))
				if len(s.events) <= 6 {
					permute(s.events, func(es []facts.Event) { same(t, want, es) })
				}
				rapid.Check(t, func(r *rapid.T) { same(r, want, disorder(r, s.events)) })
			})
		}
	}
}

func TestAnUpgradeOfTheAPIVersionInMidStoryChangesNothing(t *testing.T) {
	for _, story := range stories {
		whole := newStripe(t, v2023)
		story.tell(whole)
		for after := 1; after < len(whole.events); after++ {
			s := newStripe(t, v2023)
			s.upgrade = after
			story.tell(s)
			want := merge(whole.events)
			if diff := cmp.Diff(want, merge(s.events), cmpopts.IgnoreFields(Order{}, "Facts")); diff != "" {
				t.Errorf("%s, upgraded after %d events (-want +got):\n%s", story.name, after, diff)
			}
		}
	}
}

func TestEventsOfOneSecondEndTheSameInEitherOrder(t *testing.T) {
	for _, story := range stories {
		for _, version := range []string{v2023, dahlia} {
			s := newStripe(t, version)
			story.tell(s)
			for i := range s.events {
				s.events[i].Created = s.events[0].Created
			}
			want := encode(t, merge(s.events))
			slices.Reverse(s.events)
			same(t, want, s.events)
		}
	}
}

func TestARowSurvivesBeingStored(t *testing.T) {
	for _, story := range stories {
		s := newStripe(t, dahlia)
		story.tell(s)
		want := merge(s.events)
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
	s := newStripe(t, v2023)
	s.intent(1_000_000).pay("ch_1", 1_000_000)
	for i := range 100 {
		s.refund(fmt.Sprintf("re_%d", i), 100)
		s.touch()
	}
	if size := len(encode(t, merge(s.events))); size > 1000 {
		t.Errorf("a row of %d events takes %d bytes; superseded facts should be dropped", len(s.events), size)
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

// permute calls fn with every order of es.
func permute(es []facts.Event, fn func([]facts.Event)) {
	es = slices.Clone(es)
	var walk func(int)
	walk = func(k int) {
		if k == len(es) {
			fn(es)
			return
		}
		for i := k; i < len(es); i++ {
			es[k], es[i] = es[i], es[k]
			walk(k + 1)
			es[k], es[i] = es[i], es[k]
		}
	}
	walk(0)
}
