package fraud

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// line is a hold as the stories end in it: order, reason, and the minutes at
// which it began, evidence is due and it was over; 0 is never.
func line(h Hold) string {
	m := func(t time.Time) int {
		if t.IsZero() {
			return 0
		}
		return int(t.Sub(begin) / time.Minute)
	}
	return fmt.Sprintf("%s %s %d %d %d", h.Order, h.Why, m(h.Since), m(h.Due), m(h.Released))
}

var stories = []struct {
	name   string
	happen func(s suspect)
	want   []string
}{
	{"an early fraud warning", func(s suspect) { s.warn("created", "issfr_1", true) }, []string{"pi_1 early_fraud_warning 0 0 0"}},
	{
		"a warning after which the charge was refunded",
		func(s suspect) { s.warn("created", "issfr_1", true).warn("updated", "issfr_1", false) },
		[]string{"pi_1 early_fraud_warning 0 0 1"},
	},
	{
		"two warnings, one of which stands",
		func(s suspect) {
			s.warn("created", "issfr_1", true).warn("created", "issfr_2", true).warn("updated", "issfr_1", false)
		},
		[]string{"pi_1 early_fraud_warning 1 0 0"},
	},
	{"a review", func(s suspect) { s.review("opened", "") }, []string{"pi_1 review 0 0 0"}},
	{"a review approved", func(s suspect) { s.review("opened", "").review("closed", "approved") }, []string{"pi_1 review 0 0 1"}},
	{"a review approved, reported as the reason", func(s suspect) {
		s.review("opened", "").Life.Send("review.closed", stripetest.Object{"id": "prv_1", "payment_intent": "pi_1", "open": false, "closed_reason": nil, "reason": "approved", "created": begin.Unix()}, nil)
	}, []string{"pi_1 review 0 0 1"}},
	{"a review closed by a refund", func(s suspect) { s.review("opened", "").review("closed", "refunded") }, []string{"pi_1 review 0 0 0"}},
	{"a review closed as fraud", func(s suspect) { s.review("opened", "").review("closed", "refunded_as_fraud") }, []string{"pi_1 review 0 0 0"}},
	{"a review closed by a dispute", func(s suspect) { s.review("opened", "").review("closed", "disputed") }, []string{"pi_1 review 0 0 0"}},
	{"a dispute", func(s suspect) {
		s.dispute("created", "dp_1", "needs_response", 90).dispute("funds_withdrawn", "dp_1", "needs_response", 90)
	}, []string{"pi_1 dispute 0 90 0"}},
	{"a dispute whose evidence is due later now", func(s suspect) {
		s.dispute("created", "dp_1", "needs_response", 90).dispute("updated", "dp_1", "needs_response", 120)
	}, []string{"pi_1 dispute 0 120 0"}},
	{"a dispute under review", func(s suspect) {
		s.dispute("created", "dp_1", "needs_response", 90).dispute("updated", "dp_1", "under_review", 90)
	}, []string{"pi_1 dispute 0 90 0"}},
	{"a dispute won", func(s suspect) {
		s.dispute("created", "dp_1", "needs_response", 90).dispute("closed", "dp_1", "won", 90).dispute("funds_reinstated", "dp_1", "won", 90)
	}, []string{"pi_1 dispute 0 90 1"}},
	{"a dispute lost", func(s suspect) {
		s.dispute("created", "dp_1", "needs_response", 90).dispute("closed", "dp_1", "lost", 90)
	}, []string{"pi_1 dispute 0 90 1"}},
	{"a dispute prevented", func(s suspect) { s.dispute("created", "dp_1", "prevented", 0) }, []string{"pi_1 dispute 0 0 0"}},
	{"a dispute prevented and closed", func(s suspect) {
		s.dispute("created", "dp_1", "prevented", 0).dispute("closed", "dp_1", "prevented", 0)
	}, []string{"pi_1 dispute 0 0 1"}},
	{"an inquiry", func(s suspect) { s.dispute("created", "dp_1", "warning_needs_response", 90) }, []string{"pi_1 inquiry 0 90 0"}},
	{"an inquiry closed", func(s suspect) {
		s.dispute("created", "dp_1", "warning_needs_response", 90).dispute("updated", "dp_1", "warning_under_review", 90).dispute("closed", "dp_1", "warning_closed", 90)
	}, []string{"pi_1 inquiry 0 90 2"}},
	{"an inquiry that became a dispute", func(s suspect) {
		s.dispute("created", "dp_1", "warning_needs_response", 90).dispute("updated", "dp_1", "needs_response", 120)
	}, []string{"pi_1 dispute 1 120 0", "pi_1 inquiry 0 90 1"}},
	{"an inquiry closed that became a dispute all the same", func(s suspect) {
		s.dispute("created", "dp_1", "warning_needs_response", 90).dispute("closed", "dp_1", "warning_closed", 90).dispute("updated", "dp_1", "needs_response", 120)
	}, []string{"pi_1 dispute 2 120 0", "pi_1 inquiry 0 90 1"}},
	{"two disputes of one order, one of which stands", func(s suspect) {
		s.dispute("created", "dp_1", "needs_response", 90).dispute("created", "dp_2", "needs_response", 95).dispute("closed", "dp_1", "won", 90)
	}, []string{"pi_1 dispute 1 95 0"}},
	{"two disputes of one order, both over", func(s suspect) {
		s.dispute("created", "dp_1", "needs_response", 90).dispute("created", "dp_2", "needs_response", 95).dispute("closed", "dp_2", "won", 95).dispute("closed", "dp_1", "lost", 90)
	}, []string{"pi_1 dispute 0 90 3"}},
	{"a warning, a review and a dispute of one order", func(s suspect) {
		s.warn("created", "issfr_1", true).review("opened", "").dispute("created", "dp_1", "needs_response", 90).warn("updated", "issfr_1", false).review("closed", "disputed")
	}, []string{"pi_1 dispute 2 90 0", "pi_1 early_fraud_warning 0 0 3", "pi_1 review 1 0 0"}},
	{"too few failures", func(s suspect) { s.failures(1, 2, "fp_1", nil) }, nil},
	{"failures too far apart", func(s suspect) { s.failures(1, 2, "fp_1", nil).wait(10).failures(3, 1, "fp_1", nil) }, nil},
	{"failures of different cards and nobody known", func(s suspect) {
		s.failures(1, 1, "fp_1", nil).failures(2, 1, "fp_2", nil).failures(3, 1, "fp_3", nil)
	}, nil},
	{"many failures on one card", func(s suspect) { s.failures(1, 4, "fp_1", nil) }, []string{
		"pi_1 failures 2 0 0", "pi_2 failures 2 0 0", "pi_3 failures 2 0 0", "pi_4 failures 3 0 0",
	}},
	{"many failures of one customer with different cards", func(s suspect) {
		s.failures(1, 1, "fp_1", "cus_1").failures(2, 1, "fp_2", "cus_1").failures(3, 1, "fp_3", "cus_1")
	}, []string{"pi_1 failures 2 0 0", "pi_2 failures 2 0 0", "pi_3 failures 2 0 0"}},
	{"many failures on one card of one customer", func(s suspect) { s.failures(1, 3, "fp_1", "cus_1") }, []string{
		"pi_1 failures 2 0 0", "pi_2 failures 2 0 0", "pi_3 failures 2 0 0",
	}},
	{"a success after many failures", func(s suspect) {
		s.failures(1, 3, "fp_1", nil).charge("succeeded", "ch_9", "pi_9", "fp_1", nil)
	}, []string{"pi_1 failures 2 0 0", "pi_2 failures 2 0 0", "pi_3 failures 2 0 0", "pi_9 failures 3 0 0"}},
	{"a success long before and another long after", func(s suspect) {
		s.charge("succeeded", "ch_8", "pi_8", "fp_1", nil).wait(20).failures(1, 3, "fp_1", nil).wait(20).charge("succeeded", "ch_9", "pi_9", "fp_1", nil)
	}, []string{"pi_1 failures 23 0 0", "pi_2 failures 23 0 0", "pi_3 failures 23 0 0"}},
	{"many attempts to pay one order", func(s suspect) {
		s.charge("failed", "ch_1", "pi_1", "fp_1", nil).charge("failed", "ch_2", "pi_1", "fp_1", nil).charge("failed", "ch_3", "pi_1", "fp_1", nil)
	}, []string{"pi_1 failures 2 0 0"}},
}

func TestStoriesHoldTheSameInBothVersions(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			var first map[string]string
			for _, version := range stripetest.Versions {
				s := newSuspect(version)
				story.happen(s)
				all := rows(t, s.Life.Views())
				var got []string
				for _, h := range held(t, all) {
					got = append(got, line(h))
				}
				if diff := cmp.Diff(story.want, got); diff != "" {
					t.Errorf("%s: holds (-want +got):\n%s", version, diff)
				}
				if first == nil {
					first = all
				}
				if diff := cmp.Diff(first, all); diff != "" {
					t.Errorf("rows of %s differ:\n%s", version, diff)
				}
			}
		})
	}
}

func TestAnyOrderAndDuplicationEndsInTheSameRows(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			s := newSuspect(stripetest.Latest)
			story.happen(s)
			want := rows(t, s.Life.Views())
			for order := range stripetest.Orders(1, s.Life.Views()) {
				if diff := cmp.Diff(want, rows(t, order)); diff != "" {
					t.Fatalf("rows differ:\n%s", diff)
				}
			}
		})
	}
}

func TestTheUnionOfFactsIsASetUnion(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a, b, c := anyFacts(r), anyFacts(r), anyFacts(r)
		if d := cmp.Diff(a.union(b), b.union(a)); d != "" {
			r.Fatalf("not commutative:\n%s", d)
		}
		if d := cmp.Diff(a.union(b).union(c), a.union(b.union(c))); d != "" {
			r.Fatalf("not associative:\n%s", d)
		}
		if d := cmp.Diff(a.union(a), a.union(a).union(a)); d != "" {
			r.Fatalf("not idempotent:\n%s", d)
		}
	})
}

func anyFacts(r *rapid.T) Facts {
	at := func() int64 { return rapid.Int64Range(0, 3).Draw(r, "at") }
	word := func(words ...string) string { return rapid.SampledFrom(words).Draw(r, "word") }
	span := func() Span { return Span{at(), at(), number{at(), at()}} }
	f := Facts{
		Tried:    triedAt(at(), []string{word("card/1", "card/2")}),
		Warnings: map[string]Span{}, Reviews: map[string]Span{}, Disputes: map[string]Case{},
	}
	for range at() {
		f.Warnings[word("1", "2")], f.Reviews[word("1", "2")] = span(), span()
		f.Disputes[word("1", "2")] = Case{at(), span(), span()}
	}
	return f
}

func TestCheckAsksTheOrderAndItsCardsAndCustomers(t *testing.T) {
	s := newSuspect(stripetest.Latest)
	s.failures(1, 3, "fp_1", "cus_1").review("opened", "").review("closed", "approved").dispute("created", "dp_1", "needs_response", 90)
	store := memory.New()
	for key, data := range rows(t, s.Life.Views()) {
		if err := store.Write(t.Context(), event.Write{Table: Table, Key: key, Data: []byte(data)}); err != nil {
			t.Fatal(err)
		}
	}
	for order, want := range map[string][]string{
		"pi_1": {"pi_1 dispute 5 90 0", "pi_1 failures 2 0 0"},
		"pi_2": {"pi_2 failures 2 0 0"},
		"pi_7": nil,
	} {
		holds, err := Check(t.Context(), store, rule, event.Scope{Livemode: true}, order)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range holds {
			got = append(got, line(h))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", order, diff)
		}
	}
}

func TestABurstIsWhatFollowsWithinTheWindow(t *testing.T) {
	s := newSuspect(stripetest.Latest)
	s.failures(1, 4, "fp_1", nil).charge("succeeded", "ch_5", "pi_1", "fp_1", nil).wait(60).failures(6, 3, "fp_1", nil).wait(60).failures(9, 1, "fp_1", nil)
	var row Source
	if err := json.Unmarshal([]byte(rows(t, s.Life.Views())["live/own/card/fp_1"]), &row); err != nil {
		t.Fatal(err)
	}
	if b, ok := row.Burst(minute(1), rule); !ok || b != (Burst{Begin: begin, Failed: 4}) {
		t.Errorf("burst is %+v, %t", b, ok)
	}
	if b, ok := row.Burst(minute(67), rule); !ok || b != (Burst{Begin: minute(65), Failed: 3}) {
		t.Errorf("second burst is %+v, %t", b, ok)
	}
	if b, ok := row.Burst(minute(128), rule); ok {
		t.Errorf("a single failure is the burst %+v", b)
	}
}

func TestCheckReadsItsOwnScopeOnly(t *testing.T) {
	s := newSuspect(stripetest.Latest)
	s.failures(1, 3, "fp_1", "cus_1").dispute("created", "dp_1", "needs_response", 90)
	store := memory.New()
	for key, data := range rows(t, s.Life.Views()) {
		if err := store.Write(t.Context(), event.Write{Table: Table, Key: key, Data: []byte(data)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, other := range []event.Scope{{}, {Account: "acct_1", Livemode: true}} {
		if holds, err := Check(t.Context(), store, rule, other, "pi_1"); err != nil || len(holds) != 0 {
			t.Errorf("%s: holds are %+v, %v, want none", other.Text(), holds, err)
		}
	}
}

func TestCardsAndCustomersAreSources(t *testing.T) {
	e := facts.Event{Facts: event.Facts{Type: "charge.failed"}, Charge: &facts.Charge{ID: "ch_1", Method: "card", Fingerprint: "fp", Customer: "cus"}}
	want := []string{"card/fp", "customer/cus"}
	if diff := cmp.Diff(want, Sources(e)); diff != "" {
		t.Error(diff)
	}
	e.Charge.Method = "sepa_debit"
	if diff := cmp.Diff(want[1:], Sources(e)); diff != "" {
		t.Errorf("a bank account is no card:\n%s", diff)
	}
}

func TestTheRuleIsReadFromTheEnvironment(t *testing.T) {
	for _, c := range []struct {
		limit, window string
		want          Rule
		bad           bool
	}{
		{"", "", Rule{5, time.Hour}, false},
		{"10", "30", Rule{10, 30 * time.Minute}, false},
		{"0", "", Rule{0, time.Hour}, false},
		{"many", "", Rule{}, true},
		{"", "-1", Rule{}, true},
	} {
		got, err := RuleFrom(func(name string) string {
			return map[string]string{"FAILURE_LIMIT": c.limit, "FAILURE_WINDOW_MINUTES": c.window}[name]
		})
		if (err != nil) != c.bad || err == nil && got != c.want {
			t.Errorf("%q, %q: got %+v, %v", c.limit, c.window, got, err)
		}
	}
	if (Rule{Limit: 0, Window: time.Hour}).windows(tries{{at: 1}}).since(1) != 0 {
		t.Error("a limit of 0 was reached")
	}
}
