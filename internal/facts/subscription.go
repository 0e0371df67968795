package facts

import (
	"cmp"
	"time"
)

// Subscription is a customer paying for products again and again.
type Subscription struct {
	ID                string
	Status            string
	Customer          string
	Currency          string
	Items             []SubscriptionItem
	ItemsComplete     bool // the payload says that there are no other items
	LatestInvoice     string
	PauseCollection   bool
	CancelAtPeriodEnd bool
	CancelAt          time.Time
	CanceledAt        time.Time
	EndedAt           time.Time
	TrialStart        time.Time
	TrialEnd          time.Time
	Metadata          map[string]string
	Created           time.Time
}

// SubscriptionItem is one product of a subscription. In older versions the period
// is the subscription's.
type SubscriptionItem struct {
	ID          string
	Price       string
	Product     string
	Quantity    int64
	HasQuantity bool // a metered item has none, which is not 0
	PeriodStart time.Time
	PeriodEnd   time.Time
}

func subscription(n node) *Subscription {
	s := &Subscription{
		ID:                n.text("id"),
		Status:            n.text("status"),
		Customer:          cmp.Or(n.id("customer"), n.id("customer_account")),
		Currency:          n.text("currency"),
		LatestInvoice:     n.id("latest_invoice"),
		PauseCollection:   n.has("pause_collection"),
		CancelAtPeriodEnd: n.flag("cancel_at_period_end"),
		CancelAt:          n.time("cancel_at"),
		CanceledAt:        n.time("canceled_at"),
		EndedAt:           n.time("ended_at"),
		TrialStart:        n.time("trial_start"),
		TrialEnd:          n.time("trial_end"),
		Metadata:          n.metadata(),
		Created:           n.time("created"),
	}
	items, complete := n.list("items")
	s.ItemsComplete = complete
	for _, i := range items {
		s.Items = append(s.Items, subscriptionItem(n, i))
	}
	return s
}

func subscriptionItem(sub, n node) SubscriptionItem {
	item := SubscriptionItem{
		ID:          n.text("id"),
		Price:       cmp.Or(n.id("price"), n.id("plan")),
		Product:     cmp.Or(n.expanded("price").id("product"), n.expanded("plan").id("product")),
		Quantity:    n.integer("quantity"),
		HasQuantity: n.has("quantity"),
		PeriodStart: n.time("current_period_start"),
		PeriodEnd:   n.time("current_period_end"),
	}
	if !n.has("current_period_end") {
		item.PeriodStart, item.PeriodEnd = sub.time("current_period_start"), sub.time("current_period_end")
	}
	return item
}
