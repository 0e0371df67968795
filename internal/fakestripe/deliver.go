package fakestripe

import (
	"encoding/json"
	"slices"
)

// Delivery is an event on its way to one endpoint or destination.
type Delivery struct {
	URL, Secret string // of a webhook, or
	Source      string // of an EventBridge destination: its partner event source
	Type        string
	Body        []byte
}

// deliver hands an event to all enabled endpoints and destinations that ask for it: of
// the account itself, or of its connected accounts.
func (a *API) deliver(e *entry) {
	if a.Deliver == nil {
		return
	}
	live, _ := view{api: a}.mode(e, 0)
	owner := a.view("", live)
	a.mu.RLock()
	var all []Delivery
	for _, to := range append(owner.all(endpointKind), owner.all(destinationKind)...) {
		if d, ok := deliveryTo(to, e); ok {
			all = append(all, d)
		}
	}
	a.mu.RUnlock()
	for _, d := range all {
		a.Deliver(d)
	}
}

// target is what a delivery needs of an endpoint or destination.
type target struct {
	Status  string
	Payload string   `json:"event_payload"`
	Types   []string `json:"enabled_events"`
	From    []string `json:"events_from"`
	Connect bool     `json:"_connect"`
	URL     string   `json:"_url"`
	Secret  string   `json:"_signing_secret"`
	Bridge  struct {
		ARN string `json:"aws_event_source_arn"`
	} `json:"amazon_eventbridge"`
}

func deliveryTo(to, e *entry) (d Delivery, ok bool) {
	var t target
	if json.Unmarshal(to.Data, &t) != nil || t.Status != "enabled" {
		return d, false
	}
	connected := t.Connect || slices.Contains(t.From, "@accounts") || slices.Contains(t.From, "other_accounts")
	if connected != (e.Account != "") {
		return d, false
	}
	d = Delivery{URL: t.URL, Secret: t.Secret, Source: sourceOf(t.Bridge.ARN), Type: text(e.members["type"]), Body: e.Data}
	if t.Payload == "thin" {
		body, err := Thin(e.Data, true)
		if err != nil {
			return d, false // the type has no thin event
		}
		d.Body = body
		var thin struct{ Type string }
		_ = json.Unmarshal(body, &thin) // it was made just now
		d.Type = thin.Type
	}
	return d, slices.Contains(t.Types, d.Type) || slices.Contains(t.Types, "*")
}

// deliverPing hands a ping to the destination that it is of.
func (a *API) deliverPing(to, ping *entry) {
	var t target
	if a.Deliver != nil && json.Unmarshal(to.Data, &t) == nil {
		a.Deliver(Delivery{URL: t.URL, Secret: t.Secret, Source: sourceOf(t.Bridge.ARN), Type: text(ping.members["type"]), Body: ping.Data})
	}
}
