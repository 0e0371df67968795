//go:build !race

package access

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// largest is what no row exceeds.
const largest = 64 << 10

func TestOneChangeThatIsReportedTwiceHappenedOnce(t *testing.T) {
	l := stripetest.New(stripetest.Latest)
	u := l.Subscribe("sub_1", "active", "prod_a").Wait(time.Minute).Turn("past_due")
	twin := l.Events[1]
	twin.ID = "evt_zz"
	u.Turn("active")
	l.Add(twin)
	for order := range stripetest.Orders(1, l.Views()) {
		if r := merged(order).Rows(l.Now, week)[0]; !strings.HasPrefix(r.Why, "sub_1 is active") || strings.Contains(r.Why, "event id") {
			t.Fatalf("row is %+v, want it active without a doubt", r)
		}
	}
}

// Whatever is reported of one subscription or of features, the row stays small, and
// says what the last event does.
func TestFloodsLeaveASmallRow(t *testing.T) {
	for name, flood := range map[string]struct {
		wait   time.Duration
		change func(u *stripetest.Subscription)
		says   string
	}{
		"unpaid":          {time.Second, func(u *stripetest.Subscription) { u.Status = "unpaid" }, "is unpaid"},
		"past due":        {time.Second, func(u *stripetest.Subscription) { u.Status = "past_due" }, "past due since 2026-"},
		"incomplete list": {time.Second, func(u *stripetest.Subscription) { u.Partial = true }, "is active"},
		"one second":      {0, func(u *stripetest.Subscription) { u.Status = "unpaid" }, "is unpaid"},
	} {
		l := stripetest.New(stripetest.Latest)
		u := l.Subscribe("sub_1", "active", "prod_a", "prod_b").Wait(time.Second).Update(flood.change).Wait(flood.wait)
		u.Update(func(u *stripetest.Subscription) { u.Invoice = "in_0" })
		checkFlood(t, name, repeated(l, flood.wait), l.Now, strings.Replace(flood.says, "2026-", start.Add(time.Second).Format(time.DateTime), 1))
	}
	l := stripetest.New(stripetest.Latest)
	for i := range 10_000 {
		l.Wait(time.Duration(i%7)*time.Second).Entitle(i%5 == 0, "base", fmt.Sprint("feature_", i%50))
	}
	checkFlood(t, "features", l.Views(), l.Now, "listed")
}

// repeated is the life with its last change of the invoice 10,000 times.
func repeated(l *stripetest.Life, wait time.Duration) []facts.Event {
	all := l.Views()
	e := all[len(all)-1]
	for i := range 10_000 {
		now, before := *e.Subscription, *e.SubscriptionBefore
		before.LatestInvoice, now.LatestInvoice = now.LatestInvoice, fmt.Sprint("in_", i+1)
		e.ID, e.Created, e.Subscription, e.SubscriptionBefore = fmt.Sprint("evt_", 10_000+i), e.Created.Add(wait), &now, &before
		all = append(all, e)
	}
	return all
}

// checkFlood compares three orders of delivery.
func checkFlood(t *testing.T, name string, views []facts.Event, now time.Time, says string) {
	t.Helper()
	c := merged(views)
	row := encoded(t, c)
	t.Logf("%s: %d bytes after %d events", name, len(row), len(views))
	if len(row) > largest {
		t.Errorf("%s: %d bytes", name, len(row))
	}
	if r := c.Rows(now, week)[0]; !strings.Contains(r.Why, says) || strings.Contains(r.Why, "event id") {
		t.Errorf("%s: %+v, want it to say %q", name, r, says)
	}
	backwards := slices.Clone(views)
	slices.Reverse(backwards)
	for _, order := range [][]facts.Event{backwards, shuffled(views)} {
		if encoded(t, merged(order)) != row {
			t.Errorf("%s: another order gives another row", name)
		}
	}
}

func shuffled[T any](all []T) []T {
	all = slices.Clone(all)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] }) //nolint:gosec // one order
	return all
}

// stripeID is as long and as varied as Stripe's.
func stripeID(rng *rand.Rand, prefix string, n int) string {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	id := []byte(prefix)
	for range n {
		id = append(id, letters[rng.IntN(len(letters))])
	}
	return string(id)
}

// customer is one with 200 subscriptions of 20 items each, renewed each month.
func customer(products, renewals int, ends bool) *stripetest.Life {
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // one sample
	l := stripetest.New(stripetest.Latest)
	l.Lean = true
	l.NewID = func(prefix string) string { return stripeID(rng, prefix, 24) }
	var names []string
	for range products {
		names = append(names, stripeID(rng, "prod_", 14))
	}
	for n := range 200 {
		var has []string
		for i := range 20 {
			has = append(has, names[(n*20+i)%products])
		}
		u := l.Subscribe("", "incomplete", has...).Turn("active").Wait(time.Duration(rng.IntN(9999)) * time.Second)
		for range renewals {
			u.Wait(month).Renew().Wait(time.Hour).Update(func(u *stripetest.Subscription) { u.Invoice = l.ID("in_") })
		}
		if ends {
			u.Cancel()
		}
		l.Now = start.Add(time.Duration(rng.IntN(9999)) * time.Second)
	}
	return l
}

func TestACustomerWithHundredsOfSubscriptionsHasASmallRow(t *testing.T) {
	for _, c := range []struct {
		products, renewals int
		ends               bool
		most               int
	}{{200, 4, false, largest}, {200, 1, true, largest}, {4000, 1, false, 2 * largest}} {
		l := customer(c.products, c.renewals, c.ends)
		views := l.Views()
		whole := merged(views)
		row := encoded(t, whole)
		t.Logf("200 subscriptions of 20 of %d products, ended %v: %d bytes", c.products, c.ends, len(row))
		if len(row) > c.most {
			t.Errorf("%d products: %d bytes", c.products, len(row))
		}
		if encoded(t, merged(shuffled(views))) != row {
			t.Error("another order gives another row")
		}
		var read Customer
		if err := json.Unmarshal([]byte(row), &read); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole.Rows(l.Now, week), read.Rows(l.Now, week)); diff != "" {
			t.Errorf("rows of what was written (-want +got):\n%s", diff)
		}
	}
}
