package facts

import (
	"cmp"
	"time"
)

// CheckoutSession is one visit to Stripe's checkout page.
type CheckoutSession struct {
	ID              string
	Mode            string // payment, setup, subscription
	Status          string // open, complete, expired
	PaymentStatus   string // paid, unpaid, no_payment_required
	PaymentIntent   string
	Invoice         string
	Subscription    string
	Customer        string
	ClientReference string // client_reference_id
	Email           string // customer_details.email, else customer_email
	Name            string
	Phone           string
	Locale          string // in which the page is shown, as in pt-BR; may be auto
	AmountTotal     int64
	Currency        string
	Presentment     Presentment
	Metadata        map[string]string
	Created         time.Time
	ExpiresAt       time.Time
}

func session(n node) *CheckoutSession {
	who := n.in("customer_details")
	return &CheckoutSession{
		ID:              n.text("id"),
		Mode:            n.text("mode"),
		Status:          n.text("status"),
		PaymentStatus:   n.text("payment_status"),
		PaymentIntent:   n.id("payment_intent"),
		Invoice:         n.id("invoice"),
		Subscription:    n.id("subscription"),
		Customer:        n.id("customer"),
		ClientReference: n.text("client_reference_id"),
		Email:           cmp.Or(who.text("email"), n.text("customer_email")),
		Name:            who.text("name"),
		Phone:           who.text("phone"),
		Locale:          n.text("locale"),
		AmountTotal:     n.integer("amount_total"),
		Currency:        n.text("currency"),
		Presentment:     presentment(n),
		Metadata:        n.metadata(),
		Created:         n.time("created"),
		ExpiresAt:       n.time("expires_at"),
	}
}
