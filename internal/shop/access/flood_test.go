package access

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/stripetest"
)

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

// Whatever is reported of one subscription, its row stays small.
func TestFloodsLeaveASmallRow(t *testing.T) {
	for name, change := range map[string]func(u *stripetest.Subscription, i int){
		"unpaid":          func(u *stripetest.Subscription, i int) { u.Status, u.Invoice = "unpaid", fmt.Sprint("in_", i) },
		"past due":        func(u *stripetest.Subscription, i int) { u.Status, u.Invoice = "past_due", fmt.Sprint("in_", i) },
		"incomplete list": func(u *stripetest.Subscription, i int) { u.Partial, u.Invoice = true, fmt.Sprint("in_", i) },
		"one second":      func(u *stripetest.Subscription, i int) { u.Invoice = fmt.Sprint("in_", i) },
	} {
		l := stripetest.New(stripetest.Latest)
		l.Lean = true
		u := l.Subscribe("sub_1", "active", "prod_a", "prod_b").Wait(time.Second)
		for i := range 1000 {
			u.Update(func(u *stripetest.Subscription) { change(u, i) })
			if name != "one second" {
				u.Wait(time.Second)
			}
		}
		size := len(encoded(t, merged(l.Views())))
		t.Logf("%s: %d bytes after 1,000 updates", name, size)
		if size > 16<<10 {
			t.Errorf("%s: %d bytes", name, size)
		}
	}
}
