package fakestripe

import (
	"encoding/json"
	"fmt"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/rawjson"
)

// envelope is what Record reads of an event.
type envelope struct {
	Type     string        `json:"type"`
	Account  string        `json:"account"`
	Version  facts.Version `json:"api_version"`
	Created  int64         `json:"created"`
	Livemode bool          `json:"livemode"`
	Data     struct {
		Object map[string]json.RawMessage `json:"object"`
	} `json:"data"`
}

// Record stores the objects that Stripe must have when it sends the signed event:
// the customer or refund that it contains, the balance transactions of its
// charge, refund, payout or dispute, and the line items of its session, if it
// contains them. Refunds are stored only from API versions that report every
// refund: half a list would be worse than none. Nothing else of an event is kept,
// so an endless load of them stays small. Objects that were put come first, and a
// balance transaction never changes: the first one stays.
func (a *API) Record(body []byte) error {
	if kind := rawjson.At(body, "data", "object", "object"); kind != "" && !recordable[kind] {
		return nil // most of a load of events, without decoding them
	}
	var e envelope
	var kind struct{ Object string }
	if json.Unmarshal(body, &kind) == nil && kind.Object == thinKind {
		return nil // contains no object
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return fmt.Errorf("record the objects of an event: %w", err)
	}
	object := e.Data.Object
	if !recordable[text(object["object"])] || text(object["id"]) == "" {
		return nil
	}
	if _, ok := object["livemode"]; !ok {
		object["_livemode"] = fmt.Append(nil, e.Livemode)
	}
	if e.Type == "charge.captured" { // beats what its object says
		object["captured"] = json.RawMessage("true")
	}
	data, err := json.Marshal(object)
	if err != nil {
		return fmt.Errorf("record the objects of an event: %w", err)
	}
	of, err := read(Object{Account: e.Account, At: e.Created, Recorded: true, Data: data})
	if err != nil {
		return fmt.Errorf("record the objects of an event: %w", err)
	}
	news := append(transactions(of), sold(of)...)
	if of.kind == "customer" || of.kind == "refund" && e.Version.ReportsEveryRefund() {
		news = append(news, of)
	}
	return a.record(of.At, news)
}

// recordable are the types of objects that Record stores something of.
var recordable = map[string]bool{"charge": true, "refund": true, "payout": true, "dispute": true, "checkout.session": true, "customer": true}

// record stores what is new. Customers and refunds change, and the newest stays.
func (a *API) record(at int64, news []*entry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var saved []Object
	for _, e := range news {
		e.Recorded, e.At = true, at
		old := a.made[e.Account][e.id]
		if a.objects[e.Account][e.id] != nil || old != nil && (e.kind != "customer" && e.kind != "refund" || old.At > e.At) {
			continue
		}
		a.seq++
		e.Seq = a.seq
		saved = append(saved, e.Object)
		a.take(e)
	}
	if a.Save == nil || len(saved) == 0 {
		return nil
	}
	if err := a.Save(saved); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	return nil
}
