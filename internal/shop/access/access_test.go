package access

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// grant is the part of a row that a story ends in; until is in days after the
// story's start, 0 for none.
type grant struct {
	what    string
	granted bool
	until   int64
	why     string // part of it
}

var stories = []struct {
	name   string
	happen func(l *stripetest.Life)
	want   []grant
}{
	{
		"active", func(l *stripetest.Life) { l.Subscribe("sub_1", "active", "prod_a") },
		[]grant{{"prod_a", true, 30, "sub_1 is active"}},
	},
	{
		"created and updated within one second", func(l *stripetest.Life) { l.Subscribe("sub_1", "incomplete", "prod_a").Turn("active") },
		[]grant{{"prod_a", true, 30, "sub_1 is active"}},
	},
	{"on trial", func(l *stripetest.Life) {
		u := l.Subscribe("sub_1", "trialing", "prod_a").Wait(27 * day)
		u.Send("trial_will_end")
	}, []grant{{"prod_a", true, 30, "sub_1 is trialing"}}},
	{"trial over and paid", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "trialing", "prod_a").Wait(month).Update(func(u *stripetest.Subscription) { u.Status, u.End = "active", u.End.Add(month) })
	}, []grant{{"prod_a", true, 60, "active"}}},
	{"renewed twice", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(month).Renew().Wait(month).Renew()
	}, []grant{{"prod_a", true, 90, "active"}}},
	{"past due within grace", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(month).Renew().Turn("past_due").Wait(6 * day)
	}, []grant{{"prod_a", true, 37, "past due since"}}},
	{"past due beyond grace", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(month).Turn("past_due").Wait(3 * day).Update(func(u *stripetest.Subscription) { u.Invoice = "in_2" }).Wait(4 * day)
	}, []grant{{"prod_a", false, 37, "grace ended"}}},
	{"past due, paid, past due again", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(month).Turn("past_due").Wait(5 * day).Turn("active").Wait(25 * day).Turn("past_due").Wait(3 * day)
	}, []grant{{"prod_a", true, 67, "past due"}}},
	{"past due, paid and past due again within one second", func(l *stripetest.Life) {
		u := l.Subscribe("sub_1", "active", "prod_a").Wait(month).Turn("past_due").Wait(5 * day)
		u.Turn("active").Update(func(u *stripetest.Subscription) { u.Status, u.Invoice = "past_due", "in_2" }).Wait(day)
	}, []grant{{"prod_a", true, 42, "past due"}}},
	{"unpaid", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(month).Turn("past_due").Wait(2 * day).Turn("unpaid")
	}, []grant{{"prod_a", false, 0, "unpaid"}}},
	{"unpaid, then paid", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(month).Turn("past_due").Wait(2 * day).Turn("unpaid").Wait(day).Update(func(u *stripetest.Subscription) { u.Status, u.End = "active", u.End.Add(month) })
	}, []grant{{"prod_a", true, 60, "active"}}},
	{
		"incomplete", func(l *stripetest.Life) { l.Subscribe("sub_1", "incomplete", "prod_a") },
		[]grant{{"prod_a", false, 0, "incomplete"}},
	},
	{"never completed", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "incomplete", "prod_a").Wait(23 * time.Hour).Turn("incomplete_expired")
	}, []grant{{"prod_a", false, -1, "incomplete_expired"}}},
	{"paused after its trial", func(l *stripetest.Life) {
		u := l.Subscribe("sub_1", "trialing", "prod_a").Wait(month).Turn("paused")
		u.Send("paused")
	}, []grant{{"prod_a", false, 0, "paused"}}},
	{"paused, then resumed", func(l *stripetest.Life) {
		u := l.Subscribe("sub_1", "trialing", "prod_a").Wait(month).Turn("paused").Wait(day).Update(func(u *stripetest.Subscription) { u.Status, u.End = "active", l.Now.Add(month) })
		u.Send("resumed")
	}, []grant{{"prod_a", true, 61, "active"}}},
	{"collection paused", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(day).Update(func(u *stripetest.Subscription) { u.Paused = true })
	}, []grant{{"prod_a", true, 30, "collection paused"}}},
	{"to be canceled at the period's end", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(day).Update(func(u *stripetest.Subscription) { u.CancelsAtEnd, u.CancelAt = true, u.End })
	}, []grant{{"prod_a", true, 30, "cancels then"}}},
	{"to be canceled earlier", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(day).Update(func(u *stripetest.Subscription) { u.CancelAt = start.Add(10 * day) })
	}, []grant{{"prod_a", true, 10, "cancels then"}}},
	{"to be canceled, then kept", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(day).Update(func(u *stripetest.Subscription) { u.CancelsAtEnd = true }).Wait(day).Update(func(u *stripetest.Subscription) { u.CancelsAtEnd = false })
	}, []grant{{"prod_a", true, 30, "active"}}},
	{
		"canceled", func(l *stripetest.Life) { l.Subscribe("sub_1", "active", "prod_a").Wait(10 * day).Cancel().Wait(day) },
		[]grant{{"prod_a", false, 10, "canceled since"}},
	},
	{"canceled within the second of an update", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(10 * day).Update(func(u *stripetest.Subscription) { u.Invoice = "in_9" }).Cancel()
	}, []grant{{"prod_a", false, 10, "canceled since"}}},
	{"canceled, and subscribed anew", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(10 * day).Cancel().Wait(day)
		l.Subscribe("sub_2", "active", "prod_a")
	}, []grant{{"prod_a", true, 41, "sub_2"}}},
	{"two subscriptions, one canceled", func(l *stripetest.Life) {
		u := l.Subscribe("sub_1", "active", "prod_a", "prod_b")
		l.Subscribe("sub_2", "active", "prod_a").Wait(day)
		u.Cancel()
	}, []grant{{"prod_a", true, 30, "sub_2"}, {"prod_b", false, 1, "sub_1"}}},
	{"upgraded", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(day).Update(func(u *stripetest.Subscription) { u.Products = []string{"prod_b"} })
	}, []grant{{"prod_a", false, 0, "no longer in sub_1"}, {"prod_b", true, 30, "active"}}},
	{"upgraded and downgraded within one second", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(day).Update(func(u *stripetest.Subscription) { u.Products = []string{"prod_b"} }).
			Update(func(u *stripetest.Subscription) { u.Products, u.Invoice = []string{"prod_a"}, "in_2" })
	}, []grant{{"prod_a", true, 30, "active"}, {"prod_b", false, 0, "no longer"}}},
	{"a product added, then taken away", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(day).Update(func(u *stripetest.Subscription) { u.Products = []string{"prod_a", "prod_b"} }).
			Wait(day).Update(func(u *stripetest.Subscription) { u.Products = []string{"prod_a"} })
	}, []grant{{"prod_a", true, 30, "active"}, {"prod_b", false, 0, "no longer"}}},
	{"a list of items that is not all takes nothing away", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a", "prod_b").Wait(month).
			Update(func(u *stripetest.Subscription) {
				u.Products, u.Partial, u.End = []string{"prod_a"}, true, u.End.Add(month)
			})
	}, []grant{{"prod_a", true, 60, "active"}, {"prod_b", true, 30, "active"}}},
	{"an add-on turned down to 0 next to a metered one", func(l *stripetest.Life) {
		u := l.Subscribe("sub_1", "active", "prod_a", "prod_b", "prod_m").Update(func(u *stripetest.Subscription) { u.Quantities = map[string]any{"prod_m": nil} })
		u.Wait(day).Update(func(u *stripetest.Subscription) { u.Quantities = map[string]any{"prod_b": 0, "prod_m": nil} })
	}, []grant{{"prod_a", true, 30, "active"}, {"prod_b", false, 0, "quantity 0"}, {"prod_m", true, 30, "active"}}},
	{"turned up again within one second", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(day).Update(func(u *stripetest.Subscription) { u.Quantities = map[string]any{"prod_a": 0} }).
			Update(func(u *stripetest.Subscription) { u.Quantities, u.Invoice = map[string]any{"prod_a": 2}, "in_2" })
	}, []grant{{"prod_a", true, 30, "active"}}},
	{"0 in a list of items that is not all", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a", "prod_b").Wait(day).
			Update(func(u *stripetest.Subscription) {
				u.Products, u.Quantities, u.Partial = []string{"prod_a"}, map[string]any{"prod_a": 0}, true
			})
	}, []grant{{"prod_a", false, 0, "quantity 0"}, {"prod_b", true, 30, "active"}}},
	{"customer deleted without a word of the subscription", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(10 * day)
		l.DeleteCustomer().Wait(day)
	}, []grant{{"prod_a", false, 10, "cus_1 is deleted since"}}},
	{"customer deleted with all that they had", func(l *stripetest.Life) {
		l.Subscribe("sub_1", "active", "prod_a").Wait(2 * day).Cancel()
		u := l.Subscribe("sub_2", "trialing", "prod_b").Wait(8 * day)
		l.Entitle(false, "seats")
		u.Cancel()
		l.DeleteCustomer().Wait(day)
	}, []grant{{"prod_a", false, 2, "sub_1 is canceled since"}, {"prod_b", false, 10, "cus_1 is deleted"}, {"seats", false, 10, "cus_1 is deleted"}}},
	{"customer deleted, and changes reported with a later time", func(l *stripetest.Life) {
		u := l.Subscribe("sub_1", "active", "prod_a").Wait(10 * day)
		l.DeleteCustomer().Wait(time.Second)
		u.Update(func(u *stripetest.Subscription) { u.Products = []string{"prod_a", "prod_b"} })
		l.Entitle(true, "seats")
	}, []grant{{"prod_a", false, 10, "deleted"}, {"prod_b", false, 10, "deleted"}, {"seats", false, 10, "deleted"}}},
	{
		"features", func(l *stripetest.Life) { l.Entitle(false, "seats", "sso") },
		[]grant{{"seats", true, 0, "listed"}, {"sso", true, 0, "listed"}},
	},
	{
		"a feature taken away", func(l *stripetest.Life) { l.Entitle(false, "seats", "sso").Wait(day).Entitle(false, "sso") },
		[]grant{{"seats", false, 0, "not in"}, {"sso", true, 0, "listed"}},
	},
	{"all features taken away and one given within one second", func(l *stripetest.Life) {
		l.Entitle(false, "seats").Wait(day).Entitle(false).Entitle(false, "sso")
	}, []grant{{"seats", false, 0, "not in"}, {"sso", true, 0, "listed"}}},
	{"an incomplete summary takes nothing away", func(l *stripetest.Life) {
		l.Entitle(false, "seats", "sso").Wait(day).Entitle(true, "api").Wait(day).Entitle(true, "seats")
	}, []grant{{"api", true, 0, "incomplete"}, {"seats", true, 0, "listed"}, {"sso", true, 0, "incomplete"}}},
	{"a complete summary after incomplete ones", func(l *stripetest.Life) {
		l.Entitle(true, "seats").Wait(day).Entitle(true, "sso").Wait(day).Entitle(false, "sso")
	}, []grant{{"seats", false, 0, "not in"}, {"sso", true, 0, "listed"}}},
}

func TestStoriesEndAsTheRulesSay(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			for _, version := range stripetest.Versions {
				l := stripetest.New(version)
				story.happen(l)
				checkRows(t, version, merged(l.Views()).Rows(l.Now, week), story.want)
			}
		})
	}
}

func checkRows(t *testing.T, version facts.Version, rows []Row, want []grant) {
	t.Helper()
	if len(rows) != len(want) {
		t.Fatalf("%s: rows %+v, want %d", version, rows, len(want))
	}
	for i, w := range want {
		r, until := rows[i], int64(0)
		if !rows[i].Until.IsZero() {
			until = int64(r.Until.Sub(start) / day)
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
			older, newer := stripetest.New(stripetest.Older), stripetest.New(stripetest.Latest)
			story.happen(older)
			story.happen(newer)
			if diff := cmp.Diff(merged(older.Views()), merged(newer.Views())); diff != "" {
				t.Errorf("row (-older +newer):\n%s", diff)
			}
		})
	}
}

func TestAnyOrderAndDuplicationEndsInTheSameRow(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) {
			for _, version := range stripetest.Versions {
				l := stripetest.New(version)
				story.happen(l)
				want := encoded(t, merged(l.Views()))
				for order := range stripetest.Orders(1, l.Views()) {
					if got := encoded(t, merged(order)); got != want {
						t.Fatalf("got  %s\nwant %s", got, want)
					}
				}
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
		l := stripetest.New(rapid.SampledFrom(stripetest.Versions).Draw(r, "version"))
		u := l.Subscribe("sub_1", "active", "prod_a")
		for range rapid.IntRange(1, 8).Draw(r, "events") {
			l.Wait(rapid.SampledFrom([]time.Duration{0, 0, time.Second, day}).Draw(r, "wait"))
			u.Update(func(u *stripetest.Subscription) {
				u.Status, u.Products = statuses.Draw(r, "status"), products.Draw(r, "products")
				u.Partial = rapid.IntRange(0, 4).Draw(r, "more") == 0
			})
		}
		want := encoded(r, merged(l.Views()))
		if got := encoded(r, merged(mixed(r, l.Views()))); got != want {
			r.Fatalf("got  %s\nwant %s", got, want)
		}
		late := l.Now.Add(3 * day)
		if got, all := merged(l.Views()).Rows(late, week), unpruned(l.Views()).Rows(late, week); !cmp.Equal(got, all) {
			r.Fatalf("what was dropped made a difference:\n%s", cmp.Diff(all, got))
		}
	})
}

// unpruned is the row with the facts of every second.
func unpruned(events []facts.Event) Customer {
	c := Customer{Customer: "cus_1", Scope: event.Scope{Livemode: true}}
	var l Life
	for _, e := range events {
		life := subscription(e, e)
		l.Ended, l.Facts, l.Seen = l.Ended.earlier(life.Ended), unite(l.Facts, life.Facts), tidyNames(append(l.Seen, life.Seen...))
	}
	seconds := bySecond(l.Facts)
	l.Facts = nil
	for i, facts := range seconds {
		for _, f := range facts {
			l.Past.count(f)
		}
		l.Facts = append(l.Facts, folded(facts, i == len(seconds)-1, 0)...)
	}
	l.Past.prune(1)
	c.Subscriptions = map[string]Life{"sub_1": l}
	return c
}

func tidyNames(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

func TestALateUpdateDoesNotGiveBackWhatADeletionTook(t *testing.T) {
	l := stripetest.New(stripetest.Latest)
	l.Subscribe("sub_1", "active", "prod_a").Wait(day).Update(func(u *stripetest.Subscription) { u.Invoice = "in_2" }).Wait(day).Cancel()
	c := merged([]facts.Event{l.Views()[2], l.Views()[1], l.Views()[0]})
	if r := c.Rows(l.Now, week)[0]; r.Granted {
		t.Errorf("row is %+v, want it revoked", r)
	}
	if d := c.Check("prod_a", start.Add(day), week); d.Allowed {
		t.Errorf("check says %+v, want a refusal", d)
	}
}

func TestTheChainOfChangesDecidesWithinOneSecondWhateverTheIDs(t *testing.T) {
	for _, ids := range [][]string{{"evt_a", "evt_b", "evt_c"}, {"evt_c", "evt_b", "evt_a"}, {"evt_b", "evt_c", "evt_a"}} {
		l := stripetest.New(stripetest.Latest)
		u := l.Subscribe("sub_1", "incomplete", "prod_a").Wait(time.Minute)
		u.UpdateAs(ids[0], func(u *stripetest.Subscription) { u.Status = "active" })
		u.UpdateAs(ids[1], func(u *stripetest.Subscription) { u.Status, u.Invoice = "past_due", "in_2" })
		u.UpdateAs(ids[2], func(u *stripetest.Subscription) { u.Status = "unpaid" })
		if r := merged(l.Views()).Rows(l.Now, week)[0]; r.Granted || !strings.Contains(r.Why, "unpaid") || strings.Contains(r.Why, "event id") {
			t.Errorf("%v: %+v, want unpaid without a doubt", ids, r)
		}
	}
}

func TestTiesAreDecidedByEventIDAndNoted(t *testing.T) {
	l := stripetest.New(stripetest.Latest)
	u := l.Subscribe("sub_1", "active", "prod_a").Wait(time.Minute)
	u.Status = "paused"
	u.SendAs("evt_x", "updated")
	u.Status = "active"
	u.SendAs("evt_w", "updated")
	for _, events := range [][]facts.Event{l.Views(), {l.Views()[2], l.Views()[1], l.Views()[0]}} {
		if r := merged(events).Rows(l.Now, week)[0]; r.Granted || !strings.Contains(r.Why, "paused (order of events within one second unknown") {
			t.Errorf("row is %+v, want that of evt_x, with a note", r)
		}
	}
}

func TestEventsAboutNoAccessAreSkippedWithTheReason(t *testing.T) {
	for why, e := range map[string]facts.Event{
		"neither a subscription,": {Charge: &facts.Charge{ID: "ch_1", Customer: "cus_1"}},
		"no customer":             {Subscription: &facts.Subscription{ID: "sub_1"}},
		"no id":                   {Subscription: &facts.Subscription{Customer: "cus_1"}},
	} {
		if _, id, err := Key(e); id != "" || !event.Skipped(err) || !strings.Contains(err.Error(), why) {
			t.Errorf("id %q, %v, want a Skip because of %q", id, err, why)
		}
	}
}

func TestARowKeepsNoMoreFactsThanItsRulesNeed(t *testing.T) {
	l := stripetest.New(stripetest.Latest)
	u := l.Subscribe("sub_1", "active", "prod_a")
	for range 36 {
		u.Wait(month).Renew().Wait(time.Minute).Turn("past_due").Wait(day).Turn("active")
	}
	c := merged(l.Views())
	if n := len(c.Subscriptions["sub_1"].Facts); n != window {
		t.Errorf("%d facts after three years, want the last %d", n, window)
	}
	if size := len(encoded(t, c)); size > 1600 {
		t.Errorf("row of %d bytes, want less than 1,600", size)
	}
	u.Cancel()
	c = Merge(c, "cus_1", l.Views()[len(l.Events)-1])
	if l := c.Subscriptions["sub_1"]; len(l.Facts) != 0 {
		t.Errorf("kept %+v after the end, want no facts", l)
	}
}

func TestDeletedCustomerIsRefusedWhateverComesLast(t *testing.T) {
	l := stripetest.New(stripetest.Latest)
	l.Subscribe("sub_1", "active", "prod_a")
	l.Entitle(false, "seats").Wait(day).DeleteCustomer()
	for order := range stripetest.Orders(1, l.Views()) {
		c := merged(order)
		for _, what := range []string{"prod_a", "seats"} {
			if d := c.Check(what, l.Now, week); d.Allowed || !strings.Contains(d.Why, "cus_1 is deleted") {
				t.Fatalf("%s: %+v, want a refusal", what, d)
			}
		}
		if len(c.Features.Facts) != 0 || len(c.Subscriptions["sub_1"].Facts) != 0 {
			t.Fatalf("kept %+v of a deleted customer, want no facts", c)
		}
	}
}

func TestLongEndedPeriodIsReported(t *testing.T) {
	l := stripetest.New(stripetest.Latest)
	l.Subscribe("sub_1", "active", "prod_a")
	r := merged(l.Views()).Rows(start.Add(90*day), week)[0]
	if !r.Granted || !strings.Contains(r.Why, "nothing heard") {
		t.Errorf("row is %+v, want it granted with a word about the silence", r)
	}
}
