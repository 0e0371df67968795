package facts

import "time"

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
	AmountTotal     int64
	Currency        string
	Metadata        map[string]string
	Created         time.Time
	ExpiresAt       time.Time
}

// Invoice is a bill. What it was paid with differs most between versions.
type Invoice struct {
	ID              string
	Status          string // draft, open, paid, void, uncollectible
	Number          string
	Total           int64
	AmountDue       int64
	AmountPaid      int64
	AmountRemaining int64
	Currency        string
	// PaidOutOfBand: marked as paid outside Stripe; told until 2025-03-31.
	// AmountPaidOffStripe is what later versions say instead.
	PaidOutOfBand       bool
	AmountPaidOffStripe int64
	PaymentIntents      []string // .payment_intent, later payments.data[].payment.payment_intent
	Charges             []string // .charge, later payments.data[].payment.charge
	Subscription        string   // .subscription, later parent.subscription_details.subscription
	BillingReason       string
	Customer            string
	CustomerEmail       string
	CustomerName        string
	CustomerPhone       string
	HostedURL           string // hosted_invoice_url: where the customer can pay
	AttemptCount        int64
	NextAttempt         time.Time // zero: Stripe will not try again by itself
	Metadata            map[string]string
	Created             time.Time
}

// InvoicePayment ties an invoice to what paid it, from 2025-03-31 on.
type InvoicePayment struct {
	ID            string
	Invoice       string
	PaymentIntent string
	Charge        string
	PaymentRecord string // what was paid outside Stripe
	Status        string // open, paid, canceled
	AmountPaid    int64
	Currency      string
	Created       time.Time
}

// Subscription is a customer paying for products again and again.
type Subscription struct {
	ID                string
	Status            string
	Customer          string
	Currency          string
	Items             []SubscriptionItem
	ItemsComplete     bool // the payload says that there are no other items
	LatestInvoice     string
	PauseCollection   bool
	CancelAtPeriodEnd bool
	CancelAt          time.Time
	CanceledAt        time.Time
	EndedAt           time.Time
	TrialStart        time.Time
	TrialEnd          time.Time
	Metadata          map[string]string
	Created           time.Time
}

// SubscriptionItem is one product of a subscription. The period is the
// subscription's own before 2025-03-31.
type SubscriptionItem struct {
	ID          string
	Price       string
	Product     string
	Quantity    int64
	PeriodStart time.Time
	PeriodEnd   time.Time
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
		Email:           first(who.text("email"), n.text("customer_email")),
		Name:            who.text("name"),
		Phone:           who.text("phone"),
		AmountTotal:     n.integer("amount_total"),
		Currency:        n.text("currency"),
		Metadata:        n.metadata(),
		Created:         n.time("created"),
		ExpiresAt:       n.time("expires_at"),
	}
}

func invoice(n node) *Invoice {
	i := &Invoice{
		ID:                  n.text("id"),
		Status:              n.text("status"),
		Number:              n.text("number"),
		Total:               n.integer("total"),
		AmountDue:           n.integer("amount_due"),
		AmountPaid:          n.integer("amount_paid"),
		AmountRemaining:     n.integer("amount_remaining"),
		Currency:            n.text("currency"),
		PaidOutOfBand:       n.flag("paid_out_of_band"),
		AmountPaidOffStripe: n.integer("amount_paid_off_stripe"),
		Subscription:        first(n.id("subscription"), n.in("parent").in("subscription_details").id("subscription")),
		BillingReason:       n.text("billing_reason"),
		Customer:            n.id("customer"),
		CustomerEmail:       n.text("customer_email"),
		CustomerName:        n.text("customer_name"),
		CustomerPhone:       n.text("customer_phone"),
		HostedURL:           n.text("hosted_invoice_url"),
		AttemptCount:        n.integer("attempt_count"),
		NextAttempt:         n.time("next_payment_attempt"),
		Metadata:            n.metadata(),
		Created:             n.time("created"),
	}
	i.PaymentIntents = unite(i.PaymentIntents, n.id("payment_intent"))
	i.Charges = unite(i.Charges, n.id("charge"))
	payments, _ := n.list("payments")
	for _, p := range payments {
		i.PaymentIntents = unite(i.PaymentIntents, p.in("payment").id("payment_intent"))
		i.Charges = unite(i.Charges, p.in("payment").id("charge"))
	}
	return i
}

func invoicePayment(n node) *InvoicePayment {
	with := n.in("payment")
	return &InvoicePayment{
		ID:            n.text("id"),
		Invoice:       n.id("invoice"),
		PaymentIntent: with.id("payment_intent"),
		Charge:        with.id("charge"),
		PaymentRecord: with.id("payment_record"),
		Status:        n.text("status"),
		AmountPaid:    n.integer("amount_paid"),
		Currency:      n.text("currency"),
		Created:       n.time("created"),
	}
}

func subscription(n node) *Subscription {
	s := &Subscription{
		ID:                n.text("id"),
		Status:            n.text("status"),
		Customer:          first(n.id("customer"), n.id("customer_account")),
		Currency:          n.text("currency"),
		LatestInvoice:     n.id("latest_invoice"),
		PauseCollection:   n.has("pause_collection"),
		CancelAtPeriodEnd: n.flag("cancel_at_period_end"),
		CancelAt:          n.time("cancel_at"),
		CanceledAt:        n.time("canceled_at"),
		EndedAt:           n.time("ended_at"),
		TrialStart:        n.time("trial_start"),
		TrialEnd:          n.time("trial_end"),
		Metadata:          n.metadata(),
		Created:           n.time("created"),
	}
	items, complete := n.list("items")
	s.ItemsComplete = complete
	for _, i := range items {
		s.Items = append(s.Items, subscriptionItem(n, i))
	}
	return s
}

func subscriptionItem(sub, n node) SubscriptionItem {
	item := SubscriptionItem{
		ID:          n.text("id"),
		Price:       first(n.id("price"), n.id("plan")),
		Product:     first(n.expanded("price").id("product"), n.expanded("plan").id("product")),
		Quantity:    n.integer("quantity"),
		PeriodStart: n.time("current_period_start"),
		PeriodEnd:   n.time("current_period_end"),
	}
	if !n.has("current_period_end") {
		item.PeriodStart, item.PeriodEnd = sub.time("current_period_start"), sub.time("current_period_end")
	}
	return item
}

// unite adds an id that is not empty and not there yet.
func unite(ids []string, id string) []string {
	for _, known := range ids {
		if known == id {
			return ids
		}
	}
	if id == "" {
		return ids
	}
	return append(ids, id)
}
