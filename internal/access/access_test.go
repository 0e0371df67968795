package access

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"pgregory.net/rapid"
)

// grant is the part of a row that a story promises; until is in days after the
// story's start, 0 for none.
type grant struct {
	what    string
	granted bool
	until   int64
	why     string // part of it
}

var stories = []struct {
	name string
	tell func(s *stripe)
	want []grant
}{
	{
		"active", func(s *stripe) { s.start("sub_1", "active", "prod_a") },
		[]grant{{"prod_a", true, 30, "sub_1 is active"}},
	},
	{
		"created and updated within one second", func(s *stripe) { s.start("sub_1", "incomplete", "prod_a").turn("active") },
		[]grant{{"prod_a", true, 30, "sub_1 is active"}},
	},
	{"on trial", func(s *stripe) {
		u := s.start("sub_1", "trialing", "prod_a").wait(27 * day)
		s.event("", "customer.subscription.trial_will_end", u.render(), nil)
	}, []grant{{"prod_a", true, 30, "sub_1 is trialing"}}},
	{"trial over and paid", func(s *stripe) {
		s.start("sub_1", "trialing", "prod_a").wait(month).update(func(u *sub) { u.status, u.end = "active", u.end+month })
	}, []grant{{"prod_a", true, 60, "active"}}},
	{"renewed twice", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(month).renew().wait(month).renew()
	}, []grant{{"prod_a", true, 90, "active"}}},
	{"past due within grace", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(month).renew().turn("past_due").wait(6 * day)
	}, []grant{{"prod_a", true, 37, "past due since"}}},
	{"past due beyond grace", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(month).turn("past_due").wait(3 * day).update(func(u *sub) { u.invoice = "in_2" }).wait(4 * day)
	}, []grant{{"prod_a", false, 37, "grace ended"}}},
	{"past due, paid, past due again", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(month).turn("past_due").wait(5 * day).turn("active").wait(25 * day).turn("past_due").wait(3 * day)
	}, []grant{{"prod_a", true, 67, "past due"}}},
	{"past due, paid and past due again within one second", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(month).turn("past_due").wait(5 * day)
		s.subs["sub_1"].turn("active").update(func(u *sub) { u.status, u.invoice = "past_due", "in_2" }).wait(day)
	}, []grant{{"prod_a", true, 42, "past due"}}},
	{"unpaid", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(month).turn("past_due").wait(2 * day).turn("unpaid")
	}, []grant{{"prod_a", false, 0, "unpaid"}}},
	{"unpaid, then paid", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(month).turn("past_due").wait(2 * day).turn("unpaid").wait(day).update(func(u *sub) { u.status, u.end = "active", u.end+month })
	}, []grant{{"prod_a", true, 60, "active"}}},
	{
		"incomplete", func(s *stripe) { s.start("sub_1", "incomplete", "prod_a") },
		[]grant{{"prod_a", false, 0, "incomplete"}},
	},
	{"never completed", func(s *stripe) {
		s.start("sub_1", "incomplete", "prod_a").wait(23 * 3600).turn("incomplete_expired")
	}, []grant{{"prod_a", false, -1, "incomplete_expired"}}},
	{"paused after its trial", func(s *stripe) {
		u := s.start("sub_1", "trialing", "prod_a").wait(month).turn("paused")
		s.event("", "customer.subscription.paused", u.render(), nil)
	}, []grant{{"prod_a", false, 0, "paused"}}},
	{"paused, then resumed", func(s *stripe) {
		u := s.start("sub_1", "trialing", "prod_a").wait(month).turn("paused").wait(day).update(func(u *sub) { u.status, u.end = "active", s.now+month })
		s.event("", "customer.subscription.resumed", u.render(), nil)
	}, []grant{{"prod_a", true, 61, "active"}}},
	{"collection paused", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(day).update(func(u *sub) { u.paused = true })
	}, []grant{{"prod_a", true, 30, "collection paused"}}},
	{"to be canceled at the period's end", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(day).update(func(u *sub) { u.cancelAtEnd, u.cancelAt = true, u.end })
	}, []grant{{"prod_a", true, 30, "cancels then"}}},
	{"to be canceled earlier", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(day).update(func(u *sub) { u.cancelAt = start + 10*day })
	}, []grant{{"prod_a", true, 10, "cancels then"}}},
	{"to be canceled, then kept", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(day).update(func(u *sub) { u.cancelAtEnd = true }).wait(day).update(func(u *sub) { u.cancelAtEnd = false })
	}, []grant{{"prod_a", true, 30, "active"}}},
	{
		"canceled", func(s *stripe) { s.start("sub_1", "active", "prod_a").wait(10 * day).cancel().wait(day) },
		[]grant{{"prod_a", false, 10, "canceled since"}},
	},
	{"canceled within the second of an update", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(10 * day).update(func(u *sub) { u.invoice = "in_9" }).cancel()
	}, []grant{{"prod_a", false, 10, "canceled since"}}},
	{"canceled, and subscribed anew", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(10 * day).cancel().wait(day)
		s.start("sub_2", "active", "prod_a")
	}, []grant{{"prod_a", true, 41, "sub_2"}}},
	{"two subscriptions, one canceled", func(s *stripe) {
		s.start("sub_1", "active", "prod_a", "prod_b")
		s.start("sub_2", "active", "prod_a").wait(day)
		s.subs["sub_1"].cancel()
	}, []grant{{"prod_a", true, 30, "sub_2"}, {"prod_b", false, 1, "sub_1"}}},
	{"upgraded", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(day).update(func(u *sub) { u.products = []string{"prod_b"} })
	}, []grant{{"prod_a", false, 0, "no longer in sub_1"}, {"prod_b", true, 30, "active"}}},
	{"upgraded and downgraded within one second", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(day).update(func(u *sub) { u.products = []string{"prod_b"} }).
			update(func(u *sub) { u.products, u.invoice = []string{"prod_a"}, "in_2" })
	}, []grant{{"prod_a", true, 30, "active"}, {"prod_b", false, 0, "no longer"}}},
	{"a product added, then taken away", func(s *stripe) {
		s.start("sub_1", "active", "prod_a").wait(day).update(func(u *sub) { u.products = []string{"prod_a", "prod_b"} }).
			wait(day).update(func(u *sub) { u.products = []string{"prod_a"} })
	}, []grant{{"prod_a", true, 30, "active"}, {"prod_b", false, 0, "no longer"}}},
	{"a list of items that is not all takes nothing away", func(s *stripe) {
		s.start("sub_1", "active", "prod_a", "prod_b").wait(month).
			update(func(u *sub) { u.products, u.more, u.end = []string{"prod_a"}, true, u.end+month })
	}, []grant{{"prod_a", true, 60, "active"}, {"prod_b", true, 30, "active"}}},
	{
		"features", func(s *stripe) { s.entitle(false, "seats", "sso") },
		[]grant{{"seats", true, 0, "listed"}, {"sso", true, 0, "listed"}},
	},
	{
		"a feature taken away", func(s *stripe) { s.entitle(false, "seats", "sso").wait(day).entitle(false, "sso") },
		[]grant{{"seats", false, 0, "not in"}, {"sso", true, 0, "listed"}},
	},
	{"all features taken away and one given within one second", func(s *stripe) {
		s.entitle(false, "seats").wait(day).entitle(false).entitle(false, "sso")
	}, []grant{{"seats", false, 0, "not in"}, {"sso", true, 0, "listed"}}},
	{"an incomplete summary takes nothing away", func(s *stripe) {
		s.entitle(false, "seats", "sso").wait(day).entitle(true, "api").wait(day).entitle(true, "seats")
	}, []grant{{"api", true, 0, "incomplete"}, {"seats", true, 0, "listed"}, {"sso", true, 0, "incomplete"}}},
	{"a complete summary after incomplete ones", func(s *stripe) {
		s.entitle(true, "seats").wait(day).entitle(true, "sso").wait(day).entitle(false, "sso")
	}, []grant{{"seats", false, 0, "not in"}, {"sso", true, 0, "listed"}}},
}

func TestStoriesEndAsTheRulesSay(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			for _, version := range []string{v2023, dahlia} {
				s := newStripe(t, version)
				story.tell(s)
				checkRows(t, version, merged(s.events).Rows(at(s.now)), story.want)
			}
		})
	}
}

func checkRows(t *testing.T, version string, rows []Row, want []grant) {
	t.Helper()
	if len(rows) != len(want) {
		t.Fatalf("%s: rows %+v, want %d", version, rows, len(want))
	}
	for i, w := range want {
		r, until := rows[i], int64(0)
		if !rows[i].Until.IsZero() {
			until = (r.Until.Unix() - start) / day
		}
		if w.until < 0 {
			until = w.until
		}
		if r.Product+r.Feature != w.what || r.Granted != w.granted || until != w.until || !strings.Contains(r.Why, w.why) || r.Customer != "cus_1" || !r.Livemode {
			t.Errorf("%s: row %+v (day %d), want %+v", version, r, until, w)
		}
		if strings.Contains(r.Why, "event id") {
			t.Errorf("%s: %s", version, r.Why)
		}
	}
}

func TestBothAPIVersionsGiveTheSameRow(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			older, newer := newStripe(t, v2023), newStripe(t, dahlia)
			story.tell(older)
			story.tell(newer)
			if diff := cmp.Diff(merged(older.events), merged(newer.events)); diff != "" {
				t.Errorf("row (-older +newer):\n%s", diff)
			}
		})
	}
}

func TestAnyOrderAndNumberOfTheSameEventsEndsInTheSameRow(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			for _, version := range []string{v2023, dahlia} {
				s := newStripe(t, version)
				story.tell(s)
				want := encoded(t, merged(s.events))
				rapid.Check(t, func(t *rapid.T) {
					if got := encoded(t, merged(mixed(t, s.events))); got != want {
						t.Fatalf("got  %s\nwant %s", got, want)
					}
				})
			}
		})
	}
}

func mixed(t *rapid.T, events []facts.Event) []facts.Event {
	again := rapid.SliceOf(rapid.SampledFrom(events)).Draw(t, "again")
	return rapid.Permutation(slices.Concat(events, again)).Draw(t, "order")
}

// Lives that nobody would write down: any changes, many within one second.
func TestAnyLifeEndsInTheSameRowInAnyOrder(t *testing.T) {
	statuses := rapid.SampledFrom([]string{"active", "active", "past_due", "past_due", "unpaid", "trialing", "paused", "incomplete", "canceled"})
	products := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"prod_a", "prod_b", "prod_c"}), 1, 3, rapid.ID)
	rapid.Check(t, func(r *rapid.T) {
		s := newStripe(t, rapid.SampledFrom([]string{v2023, dahlia}).Draw(r, "version"))
		u := s.start("sub_1", "active", "prod_a")
		for range rapid.IntRange(1, 8).Draw(r, "events") {
			s.wait(rapid.SampledFrom([]int64{0, 0, 1, day}).Draw(r, "wait"))
			u.update(func(u *sub) {
				u.status, u.products = statuses.Draw(r, "status"), products.Draw(r, "products")
				u.more = rapid.IntRange(0, 4).Draw(r, "more") == 0
			})
		}
		want := encoded(r, merged(s.events))
		if got := encoded(r, merged(mixed(r, s.events))); got != want {
			r.Fatalf("got  %s\nwant %s", got, want)
		}
		late := s.now + 3*day
		if got, all := merged(s.events).Rows(at(late)), unpruned(s.events).Rows(at(late)); !cmp.Equal(got, all) {
			r.Fatalf("what was dropped made a difference:\n%s", cmp.Diff(all, got))
		}
	})
}

// unpruned is the row with every fact ever told.
func unpruned(events []facts.Event) Customer {
	c := Customer{Customer: "cus_1", Scope: event.Scope{Livemode: true}, GraceDays: 7}
	var l Life
	for _, e := range events {
		told := subscription(e)
		l.Ended, l.Facts, l.Seen = l.Ended.earlier(told.Ended), unite(l.Facts, told.Facts), tidyNames(append(l.Seen, told.Seen...))
	}
	c.Subscriptions = map[string]Life{"sub_1": l}
	return c
}

func tidyNames(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func TestALateUpdateDoesNotGiveBackWhatADeletionTook(t *testing.T) {
	s := newStripe(t, dahlia)
	s.start("sub_1", "active", "prod_a").wait(day).update(func(u *sub) { u.invoice = "in_2" }).wait(day).cancel()
	c := merged([]facts.Event{s.events[2], s.events[1], s.events[0]})
	if r := c.Rows(at(s.now))[0]; r.Granted {
		t.Errorf("row is %+v, want it revoked", r)
	}
	if d := c.Check("prod_a", at(start+day)); d.Allowed {
		t.Errorf("check says %+v, want a refusal", d)
	}
}

func TestTheChainOfChangesDecidesWithinOneSecondWhateverTheIDs(t *testing.T) {
	for _, ids := range [][]string{{"evt_a", "evt_b", "evt_c"}, {"evt_c", "evt_b", "evt_a"}, {"evt_b", "evt_c", "evt_a"}} {
		s := newStripe(t, dahlia)
		u := s.start("sub_1", "incomplete", "prod_a").wait(60)
		u.updateAs(ids[0], func(u *sub) { u.status = "active" })
		u.updateAs(ids[1], func(u *sub) { u.status, u.invoice = "past_due", "in_2" })
		u.updateAs(ids[2], func(u *sub) { u.status = "unpaid" })
		if r := merged(s.events).Rows(at(s.now))[0]; r.Granted || !strings.Contains(r.Why, "unpaid") || strings.Contains(r.Why, "event id") {
			t.Errorf("%v: %+v, want unpaid without a doubt", ids, r)
		}
	}
}

func TestWhatNothingElseDecidesIsLeftToTheEventIDAndNoted(t *testing.T) {
	s := newStripe(t, dahlia)
	u := s.start("sub_1", "active", "prod_a").wait(60)
	u.status = "paused"
	s.event("evt_x", "customer.subscription.updated", u.render(), nil)
	u.status = "active"
	s.event("evt_w", "customer.subscription.updated", u.render(), nil)
	for _, events := range [][]facts.Event{s.events, {s.events[2], s.events[1], s.events[0]}} {
		if r := merged(events).Rows(at(s.now))[0]; r.Granted || !strings.Contains(r.Why, "paused (order of events within one second unknown") {
			t.Errorf("row is %+v, want that of evt_x, with a note", r)
		}
	}
}

func TestEventsThatTellOfNobodysAccessAreNamedSo(t *testing.T) {
	for why, e := range map[string]facts.Event{
		"neither a subscription": {Charge: &facts.Charge{ID: "ch_1", Customer: "cus_1"}},
		"no customer":            {Subscription: &facts.Subscription{ID: "sub_1"}},
		"no id":                  {Subscription: &facts.Subscription{Customer: "cus_1"}},
	} {
		if _, id, err := Key(e); id != "" || !event.Skipped(err) || !strings.Contains(err.Error(), why) {
			t.Errorf("id %q, %v, want a Skip because of %q", id, err, why)
		}
	}
}

func TestARowKeepsNoMoreFactsThanItsRulesNeed(t *testing.T) {
	s := newStripe(t, dahlia)
	u := s.start("sub_1", "active", "prod_a")
	for range 36 {
		u.wait(month).renew().wait(60).turn("past_due").wait(day).turn("active")
	}
	c := merged(s.events)
	if n := len(c.Subscriptions["sub_1"].Facts); n != 1 {
		t.Errorf("%d facts after three years, want the last", n)
	}
	if size := len(encoded(t, c)); size > 600 {
		t.Errorf("row of %d bytes, want less than 600", size)
	}
	c = Merge(c, "cus_1", mustCancel(s, u), 7)
	if l := c.Subscriptions["sub_1"]; len(l.Facts) != 0 {
		t.Errorf("kept %+v after the end, want no facts", l)
	}
}

func mustCancel(s *stripe, u *sub) facts.Event {
	u.cancel()
	return s.events[len(s.events)-1]
}

func TestAPeriodThatEndedLongAgoIsSaidAndNotDeniedByTheRow(t *testing.T) {
	s := newStripe(t, dahlia)
	s.start("sub_1", "active", "prod_a")
	r := merged(s.events).Rows(at(start).Add(90 * 24 * time.Hour))[0]
	if !r.Granted || !strings.Contains(r.Why, "nothing heard") {
		t.Errorf("row is %+v, want it granted with a word about the silence", r)
	}
}
