package stripetest

import "time"

// Payment is one payment of a life. Its methods are the steps that it can take.
// Fields may change between steps.
type Payment struct {
	Life      *Life
	ID        string // of the payment intent
	NoIntent  bool   // the charge has no payment intent
	Charge    string // of the current attempt; another id begins another one
	Session   string
	Amount    int64
	Currency  string
	Reference string // metadata.order_id of intent and charge
	Client    string // client_reference_id of the session
	// Over is laid over each charge, also in later events.
	Over Object

	captured, refunded, released int64
	began, charged               int64 // created of the intent and of the charge
	attempt                      string
	refunds                      map[string]*refund
	disputes                     map[string]*Dispute
	opened                       map[string]int64 // warnings and reviews
}

// Payment begins a payment without an event. Fields of p that are zero get a
// default: new ids, 1000 usd, the references A-1 and cart-1.
func (l *Life) Payment(p Payment) *Payment {
	p.Life = l
	for _, id := range []struct {
		at     *string
		prefix string
	}{{&p.ID, "pi_"}, {&p.Charge, "ch_"}, {&p.Session, "cs_"}} {
		if *id.at == "" {
			*id.at = l.ID(id.prefix)
		}
	}
	for at, text := range map[*string]string{&p.Currency: l.currency(), &p.Reference: "A-1", &p.Client: "cart-1"} {
		if *at == "" {
			*at = text
		}
	}
	if p.Amount == 0 {
		p.Amount = 1000
	}
	p.refunds, p.disputes, p.opened = map[string]*refund{}, map[string]*Dispute{}, map[string]int64{}
	return &p
}

// Create makes the payment intent.
func (p *Payment) Create() *Payment {
	p.intent("created", "requires_payment_method", nil)
	return p.step()
}

// Decline fails the current attempt. The next one has a new charge.
func (p *Payment) Decline() *Payment {
	p.charge("failed", Object{
		"status": "failed", "paid": false, "captured": false, "amount_captured": int64(0), "balance_transaction": nil,
		"failure_code": "card_declined", "failure_message": "Your card has insufficient funds.",
	}, nil)
	p.intent("payment_failed", "requires_payment_method", Object{"latest_charge": p.Charge, "last_payment_error": Object{
		"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds",
		"message": "Your card has insufficient funds.", "charge": p.Charge,
	}})
	p.Charge = p.Life.ID("ch_")
	return p.step()
}

// Authorize holds the amount without taking it.
func (p *Payment) Authorize() *Payment {
	p.charge("succeeded", nil, nil)
	p.intent("amount_capturable_updated", "requires_capture", Object{"amount_capturable": p.Amount, "latest_charge": p.Charge})
	return p.step()
}

// Capture takes a part of what is authorized. After the last part the rest is
// released, which old versions report as a refund.
func (p *Payment) Capture(part int64, last bool) *Payment {
	p.begin()
	before := Object{"captured": p.captured > 0, "amount_captured": p.captured}
	p.captured += part
	if last && p.Amount > p.captured {
		p.released = p.Amount - p.captured
		if p.Life.Version.CountsReleaseAsRefund() {
			p.charge("refunded", nil, Object{"amount_refunded": p.refunded})
		}
	}
	p.charge("captured", nil, before)
	if last {
		p.succeed()
	}
	return p.step()
}

// Pay takes the whole amount at once.
func (p *Payment) Pay() *Payment {
	p.begin()
	p.captured = p.Amount
	p.charge("succeeded", nil, nil)
	p.succeed()
	return p.step()
}

func (p *Payment) succeed() {
	p.intent("succeeded", "succeeded", Object{"amount_received": p.captured, "latest_charge": p.Charge})
}

// Release gives a whole authorization back, which Stripe reports as a refund.
func (p *Payment) Release() *Payment {
	p.charge("refunded", Object{"amount_refunded": p.Amount, "refunded": true}, Object{"amount_refunded": int64(0), "refunded": false})
	p.intent("canceled", "canceled", Object{
		"latest_charge": p.Charge, "canceled_at": p.Life.Now.Unix(), "cancellation_reason": "requested_by_customer",
	})
	return p.step()
}

// Debit begins an attempt whose money arrives days later, or is declined.
func (p *Payment) Debit() *Payment {
	p.charge("pending", Object{"status": "pending", "paid": false, "captured": true, "amount_captured": p.Amount, "balance_transaction": nil}, nil)
	p.intent("processing", "processing", Object{"latest_charge": p.Charge})
	return p.step()
}

// begin forgets the sums of the attempt before.
func (p *Payment) begin() {
	if p.attempt != p.Charge {
		p.attempt, p.charged, p.captured, p.refunded, p.released = p.Charge, 0, 0, 0, 0
	}
}

// Touch reports the charge as it is, as when its fee becomes known.
func (p *Payment) Touch() *Payment { return p.SendCharge("updated", nil, nil) }

// Wait lets time pass.
func (p *Payment) Wait(d time.Duration) *Payment {
	p.Life.Wait(d)
	return p
}

func (p *Payment) step() *Payment {
	p.Life.step()
	return p
}
