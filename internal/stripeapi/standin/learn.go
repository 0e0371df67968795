package standin

import (
	"encoding/json"
	"fmt"
)

// Learn takes from a signed event what Stripe must know then: the customer or
// refund that it tells of, the balance transactions of its charge, refund,
// payout or dispute, and the line items of its session, if somebody put them
// there. Refunds are learned only in API versions that tell all of them: half a
// list would be worse than none. So whoever signs events by hand gets books of them. It keeps no more
// than that of an event, which is why an endless load of them stays small. What
// was put goes before what was learned, and a balance transaction never
// changes: the first that was learned stays.
func (a *API) Learn(body []byte) error {
	var e struct {
		Type     string `json:"type"`
		Account  string `json:"account"`
		Version  string `json:"api_version"`
		Created  int64  `json:"created"`
		Livemode bool   `json:"livemode"`
		Data     struct {
			Object map[string]json.RawMessage `json:"object"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return fmt.Errorf("learn an event: %w", err)
	}
	object := e.Data.Object
	if !learns[text(object["object"])] || text(object["id"]) == "" {
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
		return fmt.Errorf("learn an event: %w", err)
	}
	of, err := read(Object{Account: e.Account, At: e.Created, Learned: true, Data: data})
	if err != nil {
		return fmt.Errorf("learn an event: %w", err)
	}
	news := append(transactions(of), sold(of)...)
	if of.kind == "customer" || of.kind == "refund" && e.Version >= tellsEveryRefund {
		news = append(news, of)
	}
	return a.learn(of.At, news)
}

// tellsEveryRefund is the first API version whose events do.
const tellsEveryRefund = "2024-10-28"

// learns are the kinds that something is learned from.
var learns = map[string]bool{"charge": true, "refund": true, "payout": true, "dispute": true, "checkout.session": true, "customer": true}

// learn takes what is news. Customers and refunds change, and the newest stays.
func (a *API) learn(at int64, news []*entry) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var saved []Object
	for _, e := range news {
		e.Learned, e.At = true, at
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
