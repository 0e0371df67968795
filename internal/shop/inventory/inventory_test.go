package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// live is the scope of the tests' events.
var live = event.Scope{Livemode: true}

var tee = []Line{{"price_tee", 2}, {"price_cap", 1}}

// ends are the lives of a checkout and what each must end in, without and with
// Restock.
var ends = []struct {
	name      string
	happen    func(*stripetest.Payment)
	end, with state
}{
	{"paid at once", paid, committed, committed},
	{"nothing to pay", func(p *stripetest.Payment) {
		p.NoIntent = true
		p.Checkout("completed", "complete", "no_payment_required")
	}, committed, committed},
	{"on its way", unpaid, reserved, reserved},
	{"paid days later", func(p *stripetest.Payment) {
		unpaid(p)
		p.Checkout("async_payment_succeeded", "complete", "paid").Pay()
	}, committed, committed},
	{"not paid after all", func(p *stripetest.Payment) {
		unpaid(p)
		p.Checkout("async_payment_failed", "complete", "unpaid")
	}, released, released},
	{"expired", func(p *stripetest.Payment) {
		p.NoIntent = true
		p.Checkout("expired", "expired", "unpaid")
	}, released, released},
	{"authorised, then captured", func(p *stripetest.Payment) { unpaid(p); p.Capture(1000, true) }, committed, committed},
	{"authorised, then let go", func(p *stripetest.Payment) { unpaid(p); p.Release() }, released, released},
	{"captured in part, the rest let go", func(p *stripetest.Payment) { unpaid(p); p.Capture(600, true) }, committed, committed},
	{"refunded", func(p *stripetest.Payment) { paid(p); refund(p, 1000) }, committed, restocked},
	{"refunded in part", func(p *stripetest.Payment) { paid(p); refund(p, 400) }, committed, committed},
	{"refunded in parts", func(p *stripetest.Payment) {
		paid(p)
		refund(p, 400)
		refund(p, 600)
	}, committed, restocked},
	{"refunded, but the refund failed", func(p *stripetest.Payment) { paid(p); p.FailRefund(refund(p, 1000)) }, committed, committed},
	{"paid days later and refunded", func(p *stripetest.Payment) {
		unpaid(p)
		p.Checkout("async_payment_succeeded", "complete", "paid").Pay()
		withoutPayments(p)
		refund(p, 1000)
	}, committed, restocked},
}

func TestEveryLifeOfACheckoutEndsInItsState(t *testing.T) {
	for _, version := range stripetest.Versions {
		for _, c := range ends {
			for restock, want := range map[bool]state{false: c.end, true: c.with} {
				t.Run(fmt.Sprintf("%s in %s with restock %v", c.name, version, restock), func(t *testing.T) {
					p := newCheckout(version, 1)
					c.happen(p)
					s := shop{}
					for _, e := range p.Life.Views() {
						s.take(t, e, tee)
					}
					if diff := cmp.Diff(stock(nil, want), s.levels(t, restock)); diff != "" {
						t.Errorf("stock (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

func TestAnyOrderAndDuplicationEndsInTheSameStock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		restock := rapid.Bool().Draw(t, "restock")
		supplies := map[string]int64{"price_tee": rapid.Int64Range(0, 4).Draw(t, "tees"), "price_mug": 5}
		var states []state
		var all []incoming
		for n := range rapid.IntRange(1, 4).Draw(t, "sessions") {
			c := rapid.SampledFrom(ends).Draw(t, "life")
			p := newCheckout(rapid.SampledFrom(stripetest.Versions).Draw(t, "version"), n+1)
			c.happen(p)
			end := c.end
			if restock {
				end = c.with
			}
			states = append(states, end)
			for _, e := range p.Life.Views() {
				all = append(all, incoming{Event: e})
			}
			if rapid.Bool().Draw(t, "reserved") {
				all = append(all, incoming{reserve: p.Session})
			}
		}
		all = append(all, rapid.SliceOfN(rapid.SampledFrom(all), 0, 5).Draw(t, "again")...)
		s := shop{}
		for _, e := range rapid.Permutation(all).Draw(t, "order") {
			if e.reserve != "" {
				s.row(t, live.Key(ofReservation, e.reserve), Reservation{Session: e.reserve, Scope: live, Lines: tidy(tee)})
				continue
			}
			s.take(t, e.Event, tee)
		}
		for item, n := range supplies {
			s.row(t, live.Key(ofItem, item), supply{item, live, n})
		}
		if diff := cmp.Diff(stock(supplies, states...), s.levels(t, restock)); diff != "" {
			t.Fatalf("stock (-want +got):\n%s", diff)
		}
	})
}

func TestBothAPIVersionsEndInTheSameStock(t *testing.T) {
	for _, c := range ends {
		var got [2]map[string][3]int64
		for i, version := range stripetest.Versions {
			p := newCheckout(version, 1)
			c.happen(p)
			s := shop{}
			for _, e := range p.Life.Views() {
				s.take(t, e, tee)
			}
			got[i] = s.levels(t, true)
		}
		if diff := cmp.Diff(got[0], got[1]); diff != "" {
			t.Errorf("%s (-%s +%s):\n%s", c.name, stripetest.Older, stripetest.Latest, diff)
		}
	}
}

func TestWhatIsSoldAboveTheSupplyIsBackOrdered(t *testing.T) {
	s := shop{}
	for n := range 3 {
		p := newCheckout(stripetest.Older, n+1)
		paid(p)
		for _, e := range p.Life.Views() {
			s.take(t, e, tee)
		}
	}
	for _, c := range []struct{ supply, hand, back int64 }{{0, 0, 6}, {5, 0, 1}, {6, 0, 0}, {10, 4, 0}} {
		s.row(t, live.Key(ofItem, "price_tee"), supply{"price_tee", live, c.supply})
		if got, want := s.levels(t, false)["price_tee"], [3]int64{c.hand, 0, c.back}; got != want {
			t.Errorf("6 sold of %d: on hand, reserved and back-ordered are %v, want %v", c.supply, got, want)
		}
	}
}

func TestAReservationHoldsUntilTheSessionsEventsDecide(t *testing.T) {
	store, ctx := memory.New(), t.Context()
	if err := Reserve(ctx, store, live, "cs_1", []Line{{"price_tee", 3}}); err != nil {
		t.Fatal(err)
	}
	want := func(reserved, committed int64) {
		t.Helper()
		ls, err := Levels(ctx, store, Settings{})
		if err != nil || len(ls) != 1 || ls[0].Reserved != reserved || ls[0].Committed != committed {
			t.Errorf("stock is %+v, %v, want %d reserved and %d committed", ls, err, reserved, committed)
		}
	}
	want(3, 0)
	if err := Reserve(ctx, store, live, "cs_1", []Line{{"price_tee", 1}, {"price_tee", 1}}); err != nil {
		t.Fatal(err)
	}
	want(2, 0)
	write := func(s Session) {
		t.Helper()
		s.Session, s.Scope = "cs_1", live
		if err := replace(ctx, store, live.Key(ofSession, "cs_1"), s); err != nil {
			t.Fatal(err)
		}
	}
	write(Session{Completed: true, Paid: true, Listed: true, Lines: []Line{{"price_tee", 4}}})
	want(0, 4)
	write(Session{Expired: true})
	want(0, 0)
	if err := Reserve(ctx, store, live, "cs_1", []Line{{"price_tee", 9}}); err != nil {
		t.Fatal(err)
	}
	want(0, 0)
}

func TestAReservationThatMakesNoSenseIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		session string
		Line
	}{
		"no session": {"", Line{"price_tee", 1}},
		"no item":    {"cs_1", Line{"", 1}},
		"negative":   {"cs_1", Line{"price_tee", -1}},
	} {
		if err := Reserve(t.Context(), memory.New(), live, c.session, []Line{c.Line}); !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%s: got %v, want it invalid", name, err)
		}
	}
	if err := SetSupply(t.Context(), memory.New(), live, "price_tee", -1); !errors.Is(err, event.ErrInvalid) {
		t.Errorf("a negative supply: got %v, want it invalid", err)
	}
}

func TestLevelsOfOneItemAreCountedByScope(t *testing.T) {
	store, test := memory.New(), event.Scope{}
	theirs := event.Scope{Account: "acct_1", Livemode: true}
	for n, s := range []event.Scope{live, test, theirs} {
		if err := Reserve(t.Context(), store, s, "cs_1", []Line{{"price_tee", int64(n + 1)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := SetSupply(t.Context(), store, theirs, "price_tee", 9); err != nil {
		t.Fatal(err)
	}
	got, err := Levels(t.Context(), store, Settings{})
	want := []Level{
		{Item: "price_tee", Scope: theirs, Reserved: 3, OnHand: 9, Supply: 9},
		{Item: "price_tee", Scope: live, Reserved: 1},
		{Item: "price_tee", Scope: test, Reserved: 2},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestARowThatCannotBeReadIsNamed(t *testing.T) {
	store := memory.New()
	if err := store.Write(t.Context(), event.Write{Table: Table, Key: live.Key(ofSession, "cs_1"), Data: json.RawMessage(`{"paid":"yes"}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := Levels(t.Context(), store, Settings{}); err == nil || !strings.Contains(err.Error(), "row live/own/session/cs_1") {
		t.Errorf("got %v, want the row named", err)
	}
}

func BenchmarkLevelsOf10000Sessions(b *testing.B) {
	s := shop{}
	for n := range 10_000 {
		s.row(b, live.Key(ofSession, fmt.Sprintf("cs_live_%060d", n)), Session{
			Session: fmt.Sprintf("cs_live_%060d", n), Payment: fmt.Sprintf("pi_%024d", n), Scope: live, Completed: true, Paid: true, Listed: true, Lines: tee,
		})
		s.row(b, live.Key(ofPayment, fmt.Sprintf("pi_%024d", n)), Payment{Payment: fmt.Sprintf("pi_%024d", n), Scope: live, Paid: true, Received: 1000})
	}
	bytes := 0
	for k, d := range s {
		bytes += len(k) + len(d)
	}
	for b.Loop() {
		if l := s.levels(b, false)["price_tee"]; l[2] != 20_000 {
			b.Fatal(l)
		}
	}
	b.ReportMetric(float64(bytes)/1e6, "MB")
}
