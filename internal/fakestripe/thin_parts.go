package fakestripe

import (
	"cmp"
	"crypto/sha512"
	"encoding/binary"
	"encoding/json"
	"slices"
	"sync"

	"github.com/payhooks/payhooks/internal/facts"
)

// millis is a fraction of the second for the event: snapshots have none.
func millis(id string) int64 {
	sum := sha512.Sum384([]byte(id))
	return int64(binary.BigEndian.Uint16(sum[:])) % 1000
}

// thinTypes are those that are known, by name.
var thinTypes = sync.OnceValue(func() map[string]facts.ThinType {
	all := map[string]facts.ThinType{}
	for _, t := range facts.ThinTypes() {
		all[t.Name] = t
	}
	return all
})

// relatedTo is nil for a type without a related object, and for an object that has
// no address.
func relatedTo(kind string, object map[string]json.RawMessage) *related {
	r := related{Type: text(object["object"])}
	r.URL = address(r.Type, object)
	switch thinTypes()[kind].Related {
	case "object":
		r.ID = text(object["id"])
	case "singleton":
	default:
		return nil
	}
	if r.Type == "billing.alert_triggered" { // is no object, it has one
		r.Type, r.ID = "billing.alert", text(object["alert"])
	}
	if r.URL == "" || r.ID == "" && !slices.Contains(singletons, r.Type) {
		return nil
	}
	return &r
}

func reasonOf(raw json.RawMessage) *reason {
	var r request
	if json.Unmarshal(raw, &r) != nil {
		r.ID = text(raw)
	}
	if r.ID == "" {
		return nil
	}
	return &reason{Type: "request", Request: r}
}

// subscriptionOf is the subscription of an invoice, in either shape.
func subscriptionOf(invoice map[string]json.RawMessage) string {
	var parent struct {
		Details struct {
			Subscription json.RawMessage `json:"subscription"`
		} `json:"subscription_details"`
	}
	_ = json.Unmarshal(invoice["parent"], &parent) // absent in old versions
	return cmp.Or(text(invoice["subscription"]), text(parent.Details.Subscription))
}
