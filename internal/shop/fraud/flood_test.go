//go:build !race

package fraud

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/union"
)

// longest is what a row may take; see the rules of the shop.
const longest = 64 << 10

func TestRow65RowsStaySmallWhateverFailsTenThousandTimes(t *testing.T) {
	long := func(kind string, n int) string { return fmt.Sprintf("%s3PQ8x2LkdIwHu7ix%08d", kind, n) }
	for name, c := range map[string]struct {
		of    func(n int) facts.Event
		holds int
	}{
		"one payment, one card": {func(n int) facts.Event {
			return attemptOf(n, "pi_1", "fp_1", "", time.Duration(n)*time.Second)
		}, 1},
		"one payment, one customer with as many cards": {func(n int) facts.Event {
			return attemptOf(n, "pi_1", fmt.Sprintf("Xt5EWLLD%08d", n), "cus_1", time.Duration(n)*time.Second)
		}, 1},
		"one card, as many orders and customers": {func(n int) facts.Event {
			return attemptOf(n, long("pi_", n), "fp_1", long("cus_", n), time.Duration(n)*150*time.Second)
		}, 10_000},
	} {
		first, largest := map[string]any{}, 0
		for n := range 10_000 {
			keep(first, c.of(n))
		}
		for _, row := range first {
			largest = max(largest, len(text(t, row)))
		}
		t.Logf("%s: %d rows, the largest of %d bytes", name, len(first), largest)
		if holds := holdsOf(first, rule); len(holds) != c.holds || largest > longest {
			t.Errorf("%s: %d holds, want %d; the largest row takes %d bytes, want at most %d", name, len(holds), c.holds, largest, longest)
		}
	}
}

func TestAttemptsThatAreLeftOutMakeNoDifferenceInAnyOrder(t *testing.T) {
	const n = 3 * mostTried
	forward, mixed := map[string]any{}, map[string]any{}
	of := func(n int) facts.Event {
		return attemptOf(n, "pi_1", fmt.Sprint("fp_", n%7), "", time.Duration(n)*time.Second)
	}
	for i := range n {
		keep(forward, of(i))
	}
	for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(n) { //nolint:gosec // one seed, one order
		keep(mixed, of(i))
	}
	for key, row := range forward {
		if want, got := text(t, row), text(t, mixed[key]); want != got {
			t.Errorf("row %s is %s, in another order %s", key, want, got)
		}
	}
}

// keep adds the event to the rows.
func keep(rows map[string]any, e facts.Event) {
	for _, source := range Sources(e) {
		old, _ := rows[source].(Source)
		rows[source] = Add(old, source, e)
	}
	id := e.Charge.PaymentIntent
	old, _ := rows[id].(Order)
	rows[id] = Merge(old, id, e)
}

func text(t testing.TB, row any) string {
	t.Helper()
	data, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestRowsOfTheReleaseBeforeHoldTheSame(t *testing.T) {
	var s Source
	err := json.Unmarshal([]byte(`{"source":"card/fp_1","livemode":false,"holds":[{"order":"pi_1","why":"failures","since":"2026-01-01T00:00:00Z"}],
		"attempts":{"ch_1":{"at":100,"order":"pi_1","failed":true},"ch_2":{"at":160,"order":"pi_2","failed":true},"ch_3":{"at":220,"order":"pi_3"}}}`), &s)
	if err != nil {
		t.Fatal(err)
	}
	e := attemptOf(4, "pi_4", "fp_1", "", 0)
	e.Charge.Created = time.Unix(280, 0)
	rows := map[string]any{"card/fp_1": s}
	keep(rows, e)
	var got []string
	for _, h := range holdsOf(rows, rule) {
		got = append(got, fmt.Sprint(h.Order, " ", h.Since.Unix()))
	}
	if diff := cmp.Diff([]string{"pi_1 280", "pi_2 280", "pi_3 280", "pi_4 280"}, got); diff != "" {
		t.Errorf("holds (-want +got):\n%s", diff)
	}
}

func holdsOf(rows map[string]any, r Rule) []Hold {
	var orders []Order
	var sources []Source
	for _, row := range rows {
		switch row := row.(type) {
		case Order:
			orders = append(orders, row)
		case Source:
			sources = append(sources, row)
		}
	}
	return Holds(r, orders, sources)
}

// byHand is what many failures hold, by every pair of attempts of every source.
func byHand(es []facts.Event, r Rule) map[string]int64 {
	charges, held := map[string]map[string]facts.Event{}, map[string]int64{}
	for _, e := range es {
		for _, s := range Sources(e) {
			charges[s] = union.Maps(charges[s], map[string]facts.Event{e.Charge.ID: e}, func(a, _ facts.Event) facts.Event { return a })
		}
	}
	for _, all := range charges {
		for _, from := range all {
			var within []int64
			for _, e := range all {
				if d := Began(e).Sub(Began(from)); failed(e) && d >= 0 && d <= r.Window {
					within = append(within, Began(e).Unix())
				}
			}
			for _, a := range all {
				if since := reached(within, Began(from).Unix(), Began(a).Unix(), r); failed(from) && since != 0 {
					held[a.Charge.PaymentIntent] = union.Earliest(held[a.Charge.PaymentIntent], since)
				}
			}
		}
	}
	return held
}

// reached is when enough failed after the first for the attempt to be held; 0 for never.
func reached(within []int64, first, own int64, r Rule) (since int64) {
	for _, last := range within {
		n := 0
		for _, at := range within {
			if at <= last {
				n++
			}
		}
		window := int64(r.Window / time.Second)
		if n >= r.Limit && own >= last-window && own <= first+window {
			since = union.Earliest(since, max(last, own))
		}
	}
	return since
}

func TestAnyRuleHoldsWhatItWouldOfAllAttemptsInAnyOrder(t *testing.T) {
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		var all []facts.Event
		for n := range rapid.IntRange(1, 14).Draw(r, "attempts") {
			which := func(what string) int { return rapid.IntRange(1, 3).Draw(r, what) }
			e := attemptOf(n, fmt.Sprint("pi_", which("order")), fmt.Sprint("fp_", which("card")), fmt.Sprint("cus_", which("customer")), time.Duration(rapid.IntRange(0, 40).Draw(r, "minute"))*time.Minute)
			if which("how") == 1 {
				e.Type = "charge.succeeded"
			}
			all = append(all, e)
		}
		rows := map[string]any{}
		for _, e := range rapid.Permutation(append(all, rapid.SliceOf(rapid.SampledFrom(all)).Draw(r, "again")...)).Draw(r, "order") {
			keep(rows, e)
		}
		// The rows are the same whatever the rule is.
		for _, rule := range []Rule{{2, 5 * time.Minute}, {3, 10 * time.Minute}, {4, time.Hour}} {
			got := map[string]int64{}
			for _, h := range holdsOf(rows, rule) {
				got[h.Order] = h.Since.Unix()
			}
			if diff := cmp.Diff(byHand(all, rule), got); diff != "" {
				r.Fatalf("%+v: holds (-want +got):\n%s", rule, diff)
			}
		}
		lives++
	})
	t.Logf("%d lives", lives)
}
