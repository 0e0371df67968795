package access

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
)

// Within one second a subscription is created before all else, and announcements do
// not outdo a change.
const (
	rankCreated = iota
	rankAnnounced
	rankUpdated
	rankPaused // or resumed
)

func typeRank(event string) int {
	switch event {
	case "customer.subscription.created":
		return rankCreated
	case "customer.subscription.updated":
		return rankUpdated
	case "customer.subscription.paused", "customer.subscription.resumed":
		return rankPaused
	default:
		return rankAnnounced
	}
}

// announcement reports whether the fact shows a state without having changed it.
func (f Fact) announcement() bool { return f.Status != listed && f.Rank == rankAnnounced }

// subscription is what one event says of a subscription. own is the event as Stripe
// made it, without what was fetched: the changes of one second know each other by it.
func subscription(own, e facts.Event) Life {
	s := *e.Subscription
	status := statusOf(e.Type, s.Status)
	f := Fact{
		At: e.Created.Unix(), Rank: typeRank(e.Type), Event: e.ID, Status: status,
		Items: products(s), Partial: !s.ItemsComplete,
		Paused: s.PauseCollection, Ends: s.CancelAtPeriodEnd,
	}
	f.Partial = f.Partial || f.announcement() // it changes nothing, and so takes nothing away
	if s.CancelAt.After(e.Created) {
		f.Cancel = s.CancelAt.Unix()
	}
	life := Life{Seen: names(f.Items)}
	if over[status] {
		life.Ended = end{At: unix(cmp.Or(s.EndedAt, e.Created)), Why: status}
		return life
	}
	s = *own.Subscription
	s.Status = status
	f.Is = marks(s)
	if own.SubscriptionBefore != nil {
		f.changed(marks(*own.SubscriptionBefore))
	}
	life.Facts = []Fact{f}
	return life
}

// statusOf lets the event's type beat the status of its object.
func statusOf(event, status string) string {
	switch {
	case event == "customer.subscription.deleted" && !over[status]:
		return "canceled"
	case event == "customer.subscription.paused":
		return "paused"
	case event == "customer.subscription.resumed" && status == "paused":
		return "active"
	default:
		return status
	}
}

// products are the items by product, each once. An item whose product is not
// known is named by its price.
func products(s facts.Subscription) (items []Item) {
	for _, i := range s.Items {
		items = append(items, Item{Name: cmp.Or(i.Product, i.Price), Until: unix(i.PeriodEnd), None: i.HasQuantity && i.Quantity == 0})
	}
	return tidy(items)
}

// marks are what a change of a subscription is recognised by.
func marks(s facts.Subscription) map[string]string {
	items := make([]string, len(s.Items))
	for n, i := range s.Items {
		items[n] = fmt.Sprint(i.ID, " ", i.Price, " ", i.Quantity, " ", unix(i.PeriodEnd))
	}
	return map[string]string{
		"status":  s.Status,
		"items":   digest(items...),
		"invoice": digest(s.LatestInvoice),
		"cancel":  fmt.Sprint(s.CancelAtPeriodEnd, unix(s.CancelAt)),
		"pause":   strconv.FormatBool(s.PauseCollection),
		"trial":   strconv.FormatInt(unix(s.TrialEnd), 10),
		"rest":    digest(rest(s)...),
	}
}

// rest is what no rule reads. It still says that two changes are not one that was
// reported twice.
func rest(s facts.Subscription) []string {
	all := []string{s.Currency, fmt.Sprint(unix(s.TrialStart), unix(s.CanceledAt))}
	for k, v := range s.Metadata {
		all = append(all, k+"="+v)
	}
	return all
}

// entitlements is what one summary says: it replaces the one before.
func entitlements(own, e facts.Event) Life {
	f := Fact{
		At: e.Created.Unix(), Event: e.ID, Status: listed,
		Items: features(*e.Entitlements), Partial: !e.Entitlements.Complete,
	}
	f.Is = map[string]string{"items": digest(names(features(*own.Entitlements))...)}
	if own.EntitlementsBefore != nil {
		f.changed(map[string]string{"items": digest(names(features(*own.EntitlementsBefore))...)})
	}
	return Life{Facts: []Fact{f}, Seen: names(f.Items)}
}

// features are named as the shop does; by their id only without such a name.
func features(s facts.EntitlementSummary) (items []Item) {
	for _, e := range s.Entitlements {
		items = append(items, Item{Name: cmp.Or(e.LookupKey, e.Feature, e.ID)})
	}
	return tidy(items)
}

// tidy orders items by name and joins those of one name: of those that grant, the
// longest counts.
func tidy(items []Item) []Item {
	slices.SortFunc(items, compareItem)
	items = slices.CompactFunc(items, func(a, b Item) bool { return a.Name == b.Name })
	return slices.DeleteFunc(items, func(i Item) bool { return i.Name == "" })
}

func compareItem(a, b Item) int {
	return cmp.Or(strings.Compare(a.Name, b.Name), boolean(a.None)-boolean(b.None), cmp.Compare(b.Until, a.Until))
}

func names(items []Item) []string {
	all := make([]string, len(items))
	for n, i := range items {
		all[n] = i.Name
	}
	return all
}

func digest(values ...string) string {
	slices.Sort(values)
	sum := sha256.Sum256([]byte(strings.Join(values, "\n")))
	return hex.EncodeToString(sum[:4])
}

func unix(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
