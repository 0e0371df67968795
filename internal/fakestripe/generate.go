package fakestripe

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Objects that were not put are derived, so that an action can process a sample:
//
//   - the line items of a checkout session: one of the session's amount_total,
//     price price_fake and product prod_fake; also of a session that was not
//     put, so that an action can process an event signed by hand;
//   - the items of a subscription: those that the subscription lists;
//   - the balance transactions that a charge, refund, payout or dispute names:
//     see transactions.go.

// made returns members as an entry of the same account; nil if they have no id.
func made(of *entry, members map[string]any) *entry {
	data, err := json.Marshal(members)
	if err != nil {
		return nil
	}
	e, err := read(Object{Account: of.Account, Seq: of.Seq, Data: data})
	if err != nil {
		return nil
	}
	return e
}

// derived returns the objects that an object names or lists.
func derived(of *entry) []*entry {
	return append(items(of), transactions(of)...)
}

// items are those of a subscription.
func items(of *entry) (all []*entry) {
	var list struct {
		Data []map[string]any `json:"data"`
	}
	if of.kind != "subscription" || json.Unmarshal(of.members["items"], &list) != nil {
		return nil
	}
	for _, item := range list.Data {
		item["subscription"] = of.id
		if e := made(of, item); e != nil {
			all = append(all, e)
		}
	}
	return all
}

// sold are the line items that a session holds whole.
func sold(of *entry) (all []*entry) {
	var list struct {
		Data []map[string]any `json:"data"`
	}
	if of.kind != "checkout.session" || json.Unmarshal(of.members["line_items"], &list) != nil {
		return nil
	}
	for n, item := range list.Data {
		item["object"], item["_session"] = "item", of.id
		if _, ok := item["id"]; !ok {
			item["id"] = fmt.Sprintf("li_%d_%s", n, of.id)
		}
		if e := made(of, item); e != nil {
			all = append(all, e)
		}
	}
	return all
}

// lineItems answers with those that were put, else with one of the total.
func (v view) lineItems(w http.ResponseWriter, r *http.Request, id string) *failure {
	session := v.find(id)
	if session == nil && v.api.objects[v.Account][id] == nil && strings.HasPrefix(id, "cs_") {
		session = made(&entry{}, map[string]any{"id": id, "object": "checkout.session", "livemode": v.Livemode})
	}
	if session == nil || session.kind != "checkout.session" {
		return missing("checkout.session", id, http.StatusNotFound, "session")
	}
	all := v.matching("item", func(e *entry) bool { return text(e.members["_session"]) == id })
	slices.Reverse(all) // in the order in which they were put
	if len(all) == 0 {
		all = append(all, lineItem(session))
	}
	return v.list(w, r, all, r.URL.Query())
}

func lineItem(session *entry) *entry {
	total, currency := number(session.members["amount_total"]), text(session.members["currency"])
	return made(session, map[string]any{
		"id": "li_" + strings.TrimPrefix(session.id, "cs_"), "object": "item", "quantity": 1, "currency": currency,
		"amount_subtotal": total, "amount_total": total, "amount_discount": 0, "amount_tax": 0, "description": "Sample item",
		"price": map[string]any{
			"id": "price_fake", "object": "price", "active": true, "currency": currency, "product": "prod_fake",
			"type": "one_time", "unit_amount": total, "livemode": string(session.members["livemode"]) == "true",
		},
	})
}
