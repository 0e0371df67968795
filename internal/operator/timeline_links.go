package operator

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// What an id names, by how much it comprises: a timeline follows links to what comprises
// no more than the thing that was asked for, and from a payment to its invoice.
const (
	ofPayment = iota
	ofInvoice
	ofSubscription
	ofCustomer
)

func comprises(id string) int {
	kind, _, _ := strings.Cut(id, "_")
	switch kind {
	case "cus":
		return ofCustomer
	case "sub":
		return ofSubscription
	case "in", "cs":
		return ofInvoice
	}
	return ofPayment
}

// ownSubject reports whether all events about the thing have it as their subject.
func ownSubject(id string) bool {
	kind, _, _ := strings.Cut(id, "_")
	return kind == "pi" || kind == "sub" || kind == "cus"
}

// linkable are the ids that events can have as their subject, and checkout sessions.
var linkable = regexp.MustCompile(`^(?:pi|ch|py|in|sub|cs)_[A-Za-z0-9_]+$`)

// linkFields are those of Stripe's objects that name another one, or contain it.
var linkFields = []string{"payment_intent", "charge", "latest_charge", "invoice", "latest_invoice", "subscription"}

// linkObjects are the objects that others may contain.
var linkObjects = []any{"payment_intent", "charge", "invoice", "subscription", "checkout.session"}

// linksOf are the ids of payments, invoices, subscriptions and checkout sessions that the
// object of a snapshot event names, sorted. Those in metadata are not among them: anyone
// may write there.
func linksOf(payload []byte) []string {
	var e struct {
		Data struct {
			Object any `json:"object"`
		} `json:"data"`
	}
	if json.Unmarshal(payload, &e) != nil {
		return nil
	}
	var ids []string
	addLinks(e.Data.Object, &ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

func addLinks(v any, to *[]string) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			addLinks(one, to)
		}
	case map[string]any:
		if slices.Contains(linkObjects, v["object"]) {
			addLink(v["id"], to)
		}
		for name, one := range v {
			if slices.Contains(linkFields, name) {
				addLink(one, to)
			}
			if name != "metadata" {
				addLinks(one, to)
			}
		}
	}
}

// addLink adds an id, or that of the object that stands in its place.
func addLink(v any, to *[]string) {
	if o, ok := v.(map[string]any); ok {
		v = o["id"]
	}
	if id, ok := v.(string); ok && linkable.MatchString(id) {
		*to = append(*to, id)
	}
}
