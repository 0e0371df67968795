package access

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// model is one way in which the life of a subscription may have gone, with every
// event kept. It decides by the rules alone and shares nothing with what it checks.
type model struct {
	is    *facts.Subscription // as the last event shows it
	at    time.Time           // of that
	since time.Time           // the earliest past_due after the last good state
	items map[string]bool     // whether each grants
	gaps  int
}

// announced is an event that changes nothing.
const announced = "customer.subscription.trial_will_end"

// after is what an event makes of it.
func (m model) after(e facts.Event) model {
	s := e.Subscription
	m.gaps += m.misfit(e)
	isGood := map[string]bool{"active": true, "trialing": true}
	announcement := e.Type == announced
	if e.SubscriptionBefore != nil && isGood[e.SubscriptionBefore.Status] {
		m.since = time.Time{}
	}
	switch {
	case announcement:
	case isGood[s.Status]:
		m.since = time.Time{}
	case s.Status == "past_due" && m.since.IsZero():
		m.since = e.Created
	}
	m.items = maps.Clone(m.items)
	if s.ItemsComplete && !announcement || m.items == nil {
		m.items = map[string]bool{}
	}
	for _, i := range s.Items {
		m.items[i.Product] = !i.HasQuantity || i.Quantity > 0
	}
	m.is, m.at = s, e.Created
	return m
}

// misfit is much for an event that says that something else was before.
func (m model) misfit(e facts.Event) int {
	const gap = 1000
	switch {
	case m.is == nil || e.Type == "customer.subscription.created":
		return 0
	case e.SubscriptionBefore == nil && (e.Type == "customer.subscription.updated" || fields(e.Subscription) == fields(m.is)):
		return 0
	case e.SubscriptionBefore == nil:
		return 1
	}
	was, is, known := fields(e.SubscriptionBefore), fields(e.Subscription), fields(m.is)
	if known == was {
		return 0
	}
	for i := range was {
		if was[i] != is[i] && known[i] != was[i] {
			return gap
		}
	}
	return 1
}

// fields are what a change of a subscription is about.
func fields(s *facts.Subscription) [5]string {
	var items []string
	for _, i := range s.Items {
		items = append(items, fmt.Sprint(i.ID, i.Price, i.Quantity, i.PeriodEnd))
	}
	return [5]string{s.Status, fmt.Sprint(items), s.LatestInvoice, fmt.Sprint(s.CancelAtPeriodEnd, s.CancelAt), fmt.Sprint(s.PauseCollection)}
}

// ends are all ways of the events that fit best, second by second.
func ends(events []facts.Event) (last []model, seconds int) {
	bySecond := map[time.Time][]facts.Event{}
	for _, e := range distinct(events) {
		bySecond[e.Created] = append(bySecond[e.Created], e)
	}
	last = []model{{}}
	for _, at := range slices.SortedFunc(maps.Keys(bySecond), time.Time.Compare) {
		last = orders(last, withoutAnnouncements(bySecond[at]))
	}
	return last, len(bySecond)
}

// distinct has each occurrence once.
func distinct(events []facts.Event) (once []facts.Event) {
	seen := map[string]bool{}
	for _, e := range events {
		before := ""
		if e.SubscriptionBefore != nil {
			before = fmt.Sprintf("%+v", *e.SubscriptionBefore)
		}
		what := fmt.Sprintf("%s %v %+v %s", e.Type, e.Created, *e.Subscription, before)
		if !seen[what] {
			once = append(once, e)
		}
		seen[what] = true
	}
	return once
}

func withoutAnnouncements(second []facts.Event) []facts.Event {
	changes := slices.DeleteFunc(slices.Clone(second), func(e facts.Event) bool { return e.Type == announced })
	if len(changes) == 0 {
		return second
	}
	return changes
}

func orders(begins []model, second []facts.Event) (best []model) {
	created := slices.ContainsFunc(second, func(e facts.Event) bool { return e.Type == "customer.subscription.created" })
	for order := range stripetest.Permutations(second) {
		if created && order[0].Type != "customer.subscription.created" {
			continue
		}
		for _, m := range begins {
			for _, e := range order {
				m = m.after(e)
			}
			best = append(best, m)
		}
	}
	least := slices.MinFunc(best, func(a, b model) int { return cmp.Compare(a.gaps, b.gaps) }).gaps
	once := map[string]model{}
	for _, m := range best {
		if m.gaps == least {
			m.gaps = 0
			once[fmt.Sprint(fields(m.is), m.since, m.items)] = m
		}
	}
	return slices.Collect(maps.Values(once))
}

// agrees reports whether the row says what the model does.
func (m model) agrees(r Row) bool {
	has, is := m.items[r.Product], m.is.Status
	if !has {
		return !r.Granted && (strings.Contains(r.Why, "no longer") || strings.Contains(r.Why, "quantity 0"))
	}
	says := strings.HasPrefix(r.Why, "sub_1 is "+strings.ReplaceAll(is, "_", " "))
	if is == "past_due" {
		if m.since.IsZero() {
			m.since = m.at
		}
		return says && r.Until.Equal(m.since.Add(week))
	}
	return says && r.Granted == (is == "active" || is == "trialing")
}
