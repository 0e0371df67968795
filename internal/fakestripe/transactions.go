package fakestripe

import "encoding/json"

// disputeFee is what Stripe takes for a dispute, won or lost.
const disputeFee = 1500

// move is one balance transaction that an object names. A number of its own
// stands for what an expanded one says.
type move struct {
	raw             json.RawMessage // the id, or the whole transaction
	kind, category  string
	amount, fee, at int64
}

// transactions are the balance transactions that an object names and were not
// put: its amount in its currency, with a fee of 2.9% and 30 for a captured
// charge and of 15.00 for a dispute, and what reverses it when it failed. One
// that the object holds whole is served as it is.
func transactions(of *entry) (all []*entry) {
	for _, m := range moves(of) {
		if t := m.entry(of); t != nil {
			all = append(all, t)
		}
	}
	return all
}

func moves(of *entry) []move {
	amount, named, failed := number(of.members["amount"]), of.members["balance_transaction"], of.members["failure_balance_transaction"]
	switch of.kind {
	case "charge":
		sold := captured(of)
		if sold == 0 {
			return nil // nothing of an authorisation is on the balance
		}
		return []move{
			{named, "charge", "charge", sold, sold*29/1000 + 30, of.created},
			{failed, "payment_failure_refund", "charge_failure", -sold, 0, max(of.created, of.At)},
		}
	case "refund":
		return []move{
			{named, "refund", "refund", -amount, 0, of.created},
			{failed, "refund_failure", "refund_failure", amount, 0, max(of.created, of.At)},
		}
	case "payout":
		return []move{
			{named, "payout", "payout", -amount, 0, of.created},
			{failed, "payout_failure", "payout_reversal", amount, 0, max(of.created, of.At)},
		}
	case "dispute":
		return disputeMoves(of, amount)
	}
	return nil
}

// disputeMoves: Stripe names at most two, the money that went and came back.
func disputeMoves(of *entry, amount int64) (all []move) {
	var named []json.RawMessage
	if json.Unmarshal(of.members["balance_transactions"], &named) != nil {
		return nil
	}
	for i, raw := range named {
		m := move{raw, "adjustment", "dispute", -amount, disputeFee, of.created}
		if i > 0 {
			m = move{raw, "adjustment", "dispute_reversal", amount, 0, max(of.created, of.At)}
		}
		all = append(all, m)
	}
	return all
}

// captured is what of a charge was. Old versions have no amount_captured.
func captured(of *entry) int64 {
	part, known := of.members["amount_captured"]
	switch all := number(of.members["amount"]); {
	case known && number(part) != 0:
		return number(part)
	case !known || string(of.members["captured"]) == "true":
		return all
	}
	return 0
}

// entry is the transaction, or nil if the object names none.
func (m move) entry(of *entry) *entry {
	id := text(m.raw)
	if id == "" {
		return nil
	}
	t := map[string]any{}
	if json.Unmarshal(m.raw, &t) != nil || t["amount"] == nil {
		t = m.derive(of, id)
	}
	if live, ok := of.members["livemode"]; ok {
		t["_livemode"] = live
	} else if live, ok := of.members["_livemode"]; ok {
		t["_livemode"] = live
	}
	return made(of, t)
}

func (m move) derive(of *entry, id string) map[string]any {
	currency, fees := text(of.members["currency"]), []any{}
	if m.fee != 0 {
		fees = append(fees, map[string]any{"amount": m.fee, "application": nil, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee"})
	}
	return map[string]any{
		"id": id, "object": "balance_transaction", "amount": m.amount, "fee": m.fee, "fee_details": fees, "net": m.amount - m.fee,
		"currency": currency, "created": m.at, "available_on": m.at,
		"type": m.kind, "reporting_category": m.category, "source": of.id, "status": "available",
		"description": nil, "exchange_rate": nil,
	}
}
