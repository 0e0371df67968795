package standin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// What nobody put is made up so that a sample event can be acted on:
//
//   - the line items of a checkout session: one of the session's amount_total,
//     price price_standin and product prod_standin; also of a session that
//     nobody put, so that an event signed by hand can be acted on;
//   - the items of a subscription: those that the subscription lists;
//   - the balance transaction that a charge, refund or payout names: its amount
//     in its currency, with a fee of 2.9% and 30 for a captured charge.

// made turns what was made up into an object of the kind of others.
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

// derived makes up what an object names or lists.
func derived(of *entry) []*entry {
	all := items(of)
	if t := transaction(of); t != nil {
		all = append(all, t)
	}
	return all
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

// transaction is the balance transaction that an object names and nobody put.
func transaction(of *entry) *entry {
	id := text(of.members["balance_transaction"])
	if id == "" || of.kind != "charge" && of.kind != "refund" && of.kind != "payout" {
		return nil
	}
	amount, fee := number(of.members["amount"]), int64(0)
	fees := []any{}
	switch of.kind {
	case "charge":
		if captured, ok := of.members["amount_captured"]; ok {
			amount = number(captured)
		}
		if amount > 0 {
			fee = amount*29/1000 + 30
			fees = append(fees, map[string]any{"amount": fee, "application": nil, "currency": text(of.members["currency"]), "description": "Stripe processing fees", "type": "stripe_fee"})
		}
	default:
		amount = -amount
	}
	return made(of, map[string]any{
		"id": id, "object": "balance_transaction", "amount": amount, "fee": fee, "fee_details": fees, "net": amount - fee,
		"currency": text(of.members["currency"]), "created": of.created, "available_on": of.created,
		"type": of.kind, "reporting_category": of.kind, "source": of.id, "status": "available",
		"description": nil, "exchange_rate": nil,
	})
}

// lineItems answers with those that were put, else with one of the total.
func (v view) lineItems(w http.ResponseWriter, r *http.Request, id string) *failure {
	session := v.find(id)
	if session == nil && v.api.objects[v.account][id] == nil && strings.HasPrefix(id, "cs_") {
		session = made(&entry{}, map[string]any{"id": id, "object": "checkout.session", "livemode": v.live})
	}
	if session == nil || session.kind != "checkout.session" {
		return missing("checkout.session", id, http.StatusNotFound, "session")
	}
	all := slices.DeleteFunc(v.all("item"), func(e *entry) bool { return text(e.members["_session"]) != id })
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
			"id": "price_standin", "object": "price", "active": true, "currency": currency, "product": "prod_standin",
			"type": "one_time", "unit_amount": total, "livemode": string(session.members["livemode"]) == "true",
		},
	})
}
