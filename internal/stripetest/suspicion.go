package stripetest

import (
	"slices"
	"strings"
	"time"
)

// Dispute is what later events of one repeat. Fields may change between steps.
type Dispute struct {
	Due   time.Time // of evidence; zero is none
	Moves []Object  // balance transactions; nil is one, unless it is an inquiry

	created int64
}

// DisputeOf returns the dispute with the id, which begins with the next event.
// Evidence is due nine days later.
func (p *Payment) DisputeOf(id string) *Dispute {
	if p.disputes[id] == nil {
		p.disputes[id] = &Dispute{Due: p.Life.Now.AddDate(0, 0, 9)}
	}
	return p.disputes[id]
}

// Dispute is a step of one event charge.dispute.KIND.
func (p *Payment) Dispute(kind, id string, amount int64, status string) *Payment {
	p.Life.next()
	d := p.DisputeOf(id)
	if d.created == 0 {
		d.created = p.Life.Now.Unix()
	}
	p.Life.sample("charge.dispute."+kind, p.about(id, d.created, Object{
		"amount": amount, "currency": p.Currency, "status": status, "reason": "fraudulent", "metadata": Object{},
		"balance_transactions": d.moves(id, status), "evidence_details": d.evidence(status),
	}), nil)
	return p.step()
}

func (d *Dispute) moves(id, status string) []Object {
	if d.Moves != nil {
		return slices.Clone(d.Moves)
	}
	if status == "prevented" || strings.HasPrefix(status, "warning_") {
		return []Object{} // takes no money
	}
	return []Object{{"id": Transaction(id), "object": "balance_transaction"}}
}

func (d *Dispute) evidence(status string) Object {
	evidence := Object{"due_by": nil, "has_evidence": false, "past_due": false, "submission_count": 0}
	if !d.Due.IsZero() && status != "prevented" {
		evidence["due_by"] = d.Due.Unix()
	}
	return evidence
}

// Warn is a step of one event radar.early_fraud_warning.KIND.
func (p *Payment) Warn(kind, id string, actionable bool) *Payment {
	p.Life.next()
	var previous Object
	if kind == "updated" {
		previous = Object{"actionable": !actionable}
	}
	p.Life.sample("radar.early_fraud_warning."+kind, p.about(id, p.since(id), Object{"actionable": actionable, "fraud_type": "misc"}), previous)
	return p.step()
}

// Review is a step of one event review.KIND. A review without a reason to be
// closed is open.
func (p *Payment) Review(kind, id, closed string) *Payment {
	p.Life.next()
	fields := Object{"open": true, "reason": "rule", "opened_reason": "rule", "closed_reason": nil}
	if closed != "" {
		fields["open"], fields["reason"], fields["closed_reason"] = false, closed, closed
	}
	p.Life.sample("review."+kind, p.about(id, p.since(id), fields), nil)
	return p.step()
}

// since is created of an object, which later events repeat.
func (p *Payment) since(id string) int64 {
	if p.opened[id] == 0 {
		p.opened[id] = p.Life.Now.Unix()
	}
	return p.opened[id]
}

// about lays the fields over those that all objects about a charge have.
func (p *Payment) about(id string, created int64, fields Object) Object {
	return With(Object{"id": id, "charge": p.Charge, "payment_intent": p.intentID(), "created": created}, fields)
}
