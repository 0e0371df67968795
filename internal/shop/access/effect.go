package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/facts"
)

// effectNames is how many products or features an effect names.
const effectNames = 3

// Effect says in a few words what the event did to the customer's access, for people:
// "granted prod_Pro until 28 Dec 2026", or that access stays as it is where it came late.
// own is the event as Stripe made it, full with what was fetched for it.
func Effect(own, full facts.Event, old, now Customer) string {
	id := now.Customer
	if old.Customer != "" && old.Deleted == now.Deleted && slices.EqualFunc(old.Rows(own.Created, 0), now.Rows(own.Created, 0), sameAccess) {
		return "access of " + id + " stays as it is"
	}
	c := merge(Customer{}, id, own, full)
	if c.Deleted != 0 {
		return "all access of " + id + " ended"
	}
	var granted, refused, parts []string
	until := ""
	for _, r := range c.Rows(own.Created, 0) {
		if !r.Granted {
			refused = append(refused, r.Product+r.Feature)
			continue
		}
		if granted = append(granted, r.Product+r.Feature); !r.Until.IsZero() {
			until = " until " + r.Until.UTC().Format("2 Jan 2006")
		}
	}
	if len(granted) > 0 {
		parts = append(parts, "granted "+few(granted)+until)
	}
	if len(refused) > 0 {
		parts = append(parts, standingOf(own, few(refused)))
	}
	if gone := removed(own, full); len(gone) > 0 {
		parts = append(parts, "revoked "+few(gone))
	}
	if len(parts) == 0 {
		return "nothing granted to " + id
	}
	return strings.Join(parts, ", ")
}

func sameAccess(a, b Row) bool {
	return a.Product+a.Feature == b.Product+b.Feature && a.Granted == b.Granted && a.Until.Equal(b.Until)
}

// standingOf says what a subscription that does not grant means for its products.
func standingOf(e facts.Event, products string) string {
	if e.Subscription == nil {
		return "revoked " + products
	}
	switch status := statusOf(e.Type, e.Subscription.Status); {
	case over[status]:
		return "revoked " + products
	case status == "past_due":
		return "grace for " + products + " began: " + e.Subscription.ID + " is past due"
	default:
		return products + " not granted: " + e.Subscription.ID + " is " + strings.ReplaceAll(status, "_", " ")
	}
}

// removed are those that the object had before the change and has no more.
func removed(own, full facts.Event) (gone []string) {
	now := []string{}
	switch {
	case own.SubscriptionBefore != nil && full.Subscription.ItemsComplete:
		gone, now = names(products(*own.SubscriptionBefore)), names(products(*full.Subscription))
	case own.EntitlementsBefore != nil && full.Entitlements.Complete:
		gone, now = names(features(*own.EntitlementsBefore)), names(features(*full.Entitlements))
	}
	return slices.DeleteFunc(gone, func(name string) bool { return slices.Contains(now, name) })
}

// few names the first few.
func few(all []string) string {
	if more := len(all) - effectNames; more > 0 {
		return strings.Join(all[:effectNames], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(all, ", ")
}
