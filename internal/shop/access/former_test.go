package access

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// former is a row as the release before wrote it, of the events of formerLife.
const former = `{"customer":"cus_1","livemode":true,"grace_days":7,"subscriptions":{"sub_1":{"facts":[
{"at":1795348800,"event":"evt_001","status":"active","is":{"cancel":"false 0","invoice":"7d1db59b","items":"c0c7be45","pause":"false","status":"active","trial":"0"}},
{"at":1795348860,"rank":2,"event":"evt_002","status":"past_due","is":{"cancel":"false 0","invoice":"7d1db59b","items":"c0c7be45","pause":"false","status":"past_due","trial":"0"},"was":{"status":"active"},"chained":true},
{"at":1795435260,"rank":2,"event":"evt_003","status":"past_due","items":[{"name":"prod_a","until":1797940800},{"name":"prod_b","until":1797940800}],"is":{"cancel":"false 0","invoice":"911dd521","items":"c0c7be45","pause":"false","status":"past_due","trial":"0"},"was":{"invoice":"7d1db59b"},"chained":true},
{"at":1795435260,"rank":2,"event":"evt_004","status":"past_due","items":[{"name":"prod_a","until":1797940800}],"is":{"cancel":"false 0","invoice":"911dd521","items":"70c667aa","pause":"false","status":"past_due","trial":"0"},"was":{"items":"c0c7be45"},"chained":true}],
"seen":["prod_a","prod_b"]},"sub_2":{"ended":{"at":1795435260,"why":"canceled"},"seen":["prod_c"]}},
"features":{"facts":[{"at":1795435260,"event":"evt_005","status":"listed","items":[{"name":"seats"}],"is":{"items":"2530aa22"},"was":{"items":"e3b0c442"},"chained":true}],"seen":["seats"]}}`

func formerLife() (*stripetest.Life, *stripetest.Subscription) {
	l := stripetest.New(stripetest.Latest)
	u := l.Subscribe("sub_1", "active", "prod_a", "prod_b").Wait(time.Minute).Turn("past_due").Wait(day)
	u.Update(func(u *stripetest.Subscription) { u.Invoice = "in_8" })
	u.Update(func(u *stripetest.Subscription) { u.Products = []string{"prod_a"} })
	l.Entitle(false, "seats")
	l.Subscribe("sub_2", "active", "prod_c").Cancel()
	return l, u
}

func formerRow(t *testing.T) (c Customer) {
	t.Helper()
	if err := json.Unmarshal([]byte(former), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARowOfTheReleaseBeforeIsReadRight(t *testing.T) {
	l, _ := formerLife()
	rows := formerRow(t).Rows(l.Now, week)
	if diff := cmp.Diff(merged(l.Views()).Rows(l.Now, week), rows); diff != "" {
		t.Errorf("rows (-of the events +of the former row):\n%s", diff)
	}
	if r := rows[0]; !r.Granted || !r.Until.Equal(start.Add(time.Minute+week)) || strings.Contains(r.Why, "event id") {
		t.Errorf("%+v, want it granted for a week from the second that it became past due in", r)
	}
}

// What the release before wrote is added to, and what it knew is not counted twice.
func TestARowOfTheReleaseBeforeIsAddedTo(t *testing.T) {
	l, u := formerLife()
	u.Update(func(u *stripetest.Subscription) { u.Products = []string{"prod_a", "prod_b"} })
	u.Update(func(u *stripetest.Subscription) { u.Products = []string{"prod_a"} })
	later := l.Views()[len(l.Events)-2:]
	for _, again := range [][]facts.Event{later, l.Views(), slices.Concat(later, l.Views())} {
		c := formerRow(t)
		for _, e := range again {
			c = Merge(c, "cus_1", e)
		}
		if diff := cmp.Diff(merged(l.Views()).Rows(l.Now, week), c.Rows(l.Now, week)); diff != "" {
			t.Errorf("rows after %d events (-of all events +of the former row):\n%s", len(again), diff)
		}
	}
}
