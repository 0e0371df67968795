package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// One life of a subscription with changes of one second in groups, announcements
// and twins. Its last state is what every order of delivery must find.
func TestAnyLifeEndsInItsLastState(t *testing.T) {
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		l := stripetest.New(rapid.SampledFrom(stripetest.Versions).Draw(r, "version"))
		u := l.Subscribe("sub_1", "active", "prod_a")
		for range rapid.IntRange(1, 3).Draw(r, "seconds") {
			u.Wait(time.Minute)
			for range rapid.IntRange(1, 6).Draw(r, "changes") {
				u.UpdateAs(fmt.Sprint("evt_", rapid.IntRange(100, 999).Draw(r, "id"), len(l.Events)), func(u *stripetest.Subscription) { vary(r, u) })
				if rapid.IntRange(0, 5).Draw(r, "announced") == 0 {
					u.Send("trial_will_end")
				}
			}
		}
		if sameTwice(l.Views()) {
			return // they count as one, or change nothing: the life is another one
		}
		lives++
		c := merged(mixed(r, l.Views()))
		tie := strings.Contains(fmt.Sprint(c.Rows(l.Now, week)), "event id")
		for _, p := range []string{"prod_a", "prod_b"} {
			grants := slices.Contains(u.Products, p) && (u.Status == "active" || u.Status == "past_due")
			if s := c.stands(p, l.Now); s.granted != grants || tie {
				r.Fatalf("%s: %+v in %s, want granted %v without a tie", p, s, encoded(r, c), grants)
			}
		}
	})
	t.Log(lives, "lives")
}

// vary changes one of what rules read.
func vary(r *rapid.T, u *stripetest.Subscription) {
	switch rapid.IntRange(0, 4).Draw(r, "change") {
	case 0:
		all := others(strings.Join(u.Products, " "), "prod_a", "prod_b", "prod_a prod_b")
		u.Products = strings.Fields(rapid.SampledFrom(all).Draw(r, "products"))
	case 1:
		u.Paused = !u.Paused
	case 2:
		u.CancelsAtEnd = !u.CancelsAtEnd
	default:
		u.Status = rapid.SampledFrom(others(u.Status, "active", "past_due", "unpaid", "paused")).Draw(r, "status")
	}
}

func others(is string, all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == is })
}

func sameTwice(events []facts.Event) bool {
	seen := map[string]bool{}
	for _, e := range events {
		if e.Type != "customer.subscription.updated" {
			continue
		}
		what := fmt.Sprint(e.Created, *e.Subscription)
		if e.SubscriptionBefore == nil {
			return true
		}
		what += fmt.Sprint(*e.SubscriptionBefore)
		if seen[what] {
			return true
		}
		seen[what] = true
	}
	return false
}

func TestAnyLifeOfFeaturesEndsInItsLastList(t *testing.T) {
	lives := 0
	rapid.Check(t, func(r *rapid.T) {
		lives++
		l := stripetest.New(rapid.SampledFrom(stripetest.Versions).Draw(r, "version"))
		l.Entitle(false, "base")
		var has []string
		seen := map[string]bool{}
		for range rapid.IntRange(1, 3).Draw(r, "seconds") {
			l.Wait(time.Minute)
			for range rapid.IntRange(1, 6).Draw(r, "changes") {
				was := fmt.Sprint(has)
				has = rapid.SampledFrom([][]string{{}, {"seats"}, {"sso"}, {"seats", "sso"}}).Draw(r, "features")
				key := fmt.Sprint(l.Now, was, has)
				if seen[key] {
					lives--
					return
				}
				seen[key] = true
				l.Entitle(false, has...)
			}
		}
		c := merged(mixed(r, l.Views()))
		for _, row := range c.Rows(l.Now, week) {
			if want := slices.Contains(has, row.Feature); row.Granted != want || strings.Contains(row.Why, "event id") {
				r.Fatalf("%+v, want granted %v without a tie", row, want)
			}
		}
	})
	t.Log(lives, "lives")
}

// stands is what the row says of a product.
func (c Customer) stands(product string, now time.Time) standing {
	return c.product(c.lives(func(Life) bool { return true }), product, now, week)
}

func TestPausesOfOneSecondEndAsTheyMust(t *testing.T) {
	for name, c := range map[string]struct {
		from   string
		happen func(u *stripetest.Subscription)
		says   string
	}{
		"paused and resumed, announced only": {"active", func(u *stripetest.Subscription) { announce(u, "paused"); announce(u, "resumed") }, "is active"},
		"resumed and paused, announced only": {"paused", func(u *stripetest.Subscription) { announce(u, "resumed"); announce(u, "paused") }, "is paused"},
		"with updates": {"trialing", func(u *stripetest.Subscription) {
			u.Turn("paused").Send("paused")
			u.Turn("active").Send("resumed")
		}, "is active"},
		"and paused again": {"trialing", func(u *stripetest.Subscription) {
			u.Turn("paused").Send("paused")
			u.Turn("active").Send("resumed")
			u.Turn("paused").Send("paused")
		}, "is paused"},
	} {
		l := stripetest.New(stripetest.Latest)
		u := l.Subscribe("sub_1", c.from, "prod_a").Wait(time.Minute)
		c.happen(u)
		for order := range stripetest.Orders(1, l.Views()) {
			if r := merged(order).Rows(l.Now, week)[0]; !strings.HasSuffix(r.Why, c.says) {
				t.Fatalf("%s: %+v, want %q", name, r, c.says)
			}
		}
	}
}

// announce is a change that is reported without an update.
func announce(u *stripetest.Subscription, kind string) {
	u.Status = map[string]string{"paused": "paused", "resumed": "active"}[kind]
	u.Send(kind)
}
