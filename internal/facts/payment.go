package facts

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// PaymentIntent is one attempt to be paid, however many charges it takes.
type PaymentIntent struct {
	ID                 string
	Status             string // requires_payment_method, requires_confirmation, requires_action, processing, requires_capture, canceled, succeeded
	Amount             int64
	AmountReceived     int64
	AmountCapturable   int64
	Currency           string
	Customer           string
	CaptureMethod      string // automatic, automatic_async, manual
	CancellationReason string
	ReceiptEmail       string
	Invoice            string // see Version.NamesInvoiceOfPayment
	LatestCharge       string
	LastError          *PaymentError
	// Charges are those the payload contains whole: latest_charge when expanded,
	// and the list of charges in versions that send one.
	Charges     []Charge
	Presentment Presentment
	Metadata    map[string]string
	Created     time.Time
}

// PaymentError is why the last attempt failed.
type PaymentError struct {
	Type        string
	Code        string
	DeclineCode string
	Message     string
	Charge      string // empty when the attempt never became a charge
	// Digest is equal for the same error and differs for another one.
	Digest string
}

// Charge is one movement of money from the customer, captured or not.
type Charge struct {
	ID                        string
	PaymentIntent             string // empty for charges made without one
	Invoice                   string // see Version.NamesInvoiceOfPayment
	Status                    string // succeeded, pending, failed
	Paid                      bool
	Captured                  bool
	Amount                    int64
	AmountCaptured            int64
	AmountRefunded            int64
	Currency                  string
	Customer                  string
	BillingEmail              string
	BillingName               string
	BillingPhone              string
	ReceiptEmail              string
	FailureCode               string
	FailureMessage            string
	DeclineReason             string // outcome.reason
	Method                    string // card, sepa_debit, ...
	Brand                     string
	Last4                     string
	Fingerprint               string // the same for the same card or account, over all customers
	Multicapture              bool   // may be captured in several parts
	BalanceTransaction        string
	FailureBalanceTransaction string
	Disputed                  bool
	ReceiptURL                string // Stripe's page of the receipt
	// Refunds are those the payload holds whole, in old versions without an ID;
	// RefundsComplete is true only if the payload says that there are no others.
	Refunds         []Refund
	RefundsComplete bool
	Presentment     Presentment
	Metadata        map[string]string
	Created         time.Time
}

// Refund is money on its way back to the customer.
type Refund struct {
	ID                        string
	Charge                    string
	PaymentIntent             string
	Status                    string // pending, requires_action, succeeded, failed, canceled
	Amount                    int64
	Currency                  string
	Reason                    string
	FailureReason             string
	BalanceTransaction        string
	FailureBalanceTransaction string
	Presentment               Presentment
	Metadata                  map[string]string
	Created                   time.Time
}

func paymentIntent(n node) *PaymentIntent {
	p := &PaymentIntent{
		ID:                 n.text("id"),
		Status:             n.text("status"),
		Amount:             n.integer("amount"),
		AmountReceived:     n.integer("amount_received"),
		AmountCapturable:   n.integer("amount_capturable"),
		Currency:           n.text("currency"),
		Customer:           n.id("customer"),
		CaptureMethod:      n.text("capture_method"),
		CancellationReason: n.text("cancellation_reason"),
		ReceiptEmail:       n.text("receipt_email"),
		Invoice:            invoiceOf(n),
		LatestCharge:       n.id("latest_charge"),
		LastError:          paymentError(n.in("last_payment_error")),
		Presentment:        presentment(n),
		Metadata:           n.metadata(),
		Created:            n.time("created"),
	}
	held, _ := n.list("charges")
	for _, c := range append(held, n.expanded("latest_charge")) {
		if c.text("object") == "charge" && c.has("amount") {
			p.Charges = append(p.Charges, *charge(c))
		}
	}
	return p
}

func paymentError(n node) *PaymentError {
	if n.absent() {
		return nil
	}
	e := &PaymentError{
		Type:        n.text("type"),
		Code:        n.text("code"),
		DeclineCode: n.text("decline_code"),
		Message:     n.text("message"),
		Charge:      n.id("charge"),
	}
	method := n.id("payment_method")
	sum := sha256.Sum256([]byte(strings.Join([]string{e.Type, e.Code, e.DeclineCode, e.Message, e.Charge, method}, "\x00")))
	e.Digest = hex.EncodeToString(sum[:8])
	return e
}

func charge(n node) *Charge {
	billing := n.in("billing_details")
	method, means := meansOf(n)
	c := &Charge{
		ID:                        n.text("id"),
		PaymentIntent:             n.id("payment_intent"),
		Invoice:                   invoiceOf(n),
		Status:                    chargeStatus(n),
		Paid:                      n.flag("paid"),
		Captured:                  n.flag("captured"),
		Amount:                    n.integer("amount"),
		AmountCaptured:            n.integer("amount_captured"),
		AmountRefunded:            n.integer("amount_refunded"),
		Currency:                  n.text("currency"),
		Customer:                  n.id("customer"),
		BillingEmail:              billing.text("email"),
		BillingName:               billing.text("name"),
		BillingPhone:              billing.text("phone"),
		ReceiptEmail:              n.text("receipt_email"),
		FailureCode:               n.text("failure_code"),
		FailureMessage:            n.text("failure_message"),
		DeclineReason:             n.in("outcome").text("reason"),
		Method:                    method,
		Brand:                     means.text("brand"),
		Last4:                     means.text("last4"),
		Fingerprint:               means.text("fingerprint"),
		Multicapture:              means.in("multicapture").text("status") == "available",
		BalanceTransaction:        n.id("balance_transaction"),
		FailureBalanceTransaction: n.id("failure_balance_transaction"),
		Disputed:                  n.flag("disputed"),
		ReceiptURL:                n.text("receipt_url"),
		Presentment:               presentment(n),
		Metadata:                  n.metadata(),
		Created:                   n.time("created"),
	}
	refunds, complete := n.list("refunds")
	for _, r := range refunds {
		c.Refunds = append(c.Refunds, *refund(r))
	}
	c.RefundsComplete = complete
	return c
}

func refund(n node) *Refund {
	return &Refund{
		ID:                        n.text("id"),
		Charge:                    n.id("charge"),
		PaymentIntent:             n.id("payment_intent"),
		Status:                    refundStatus(n),
		Amount:                    n.integer("amount"),
		Currency:                  n.text("currency"),
		Reason:                    n.text("reason"),
		FailureReason:             n.text("failure_reason"),
		BalanceTransaction:        n.id("balance_transaction"),
		FailureBalanceTransaction: n.id("failure_balance_transaction"),
		Presentment:               presentment(n),
		Metadata:                  n.metadata(),
		Created:                   n.time("created"),
	}
}
