package lookup_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

func TestPaymentsOfAnInvoiceAreListedInAVersionThatHasThem(t *testing.T) {
	one := `{"id":"inpay_1","object":"invoice_payment","invoice":"in_1","status":"paid","amount_paid":400,"currency":"usd","payment":{"type":"payment_record","payment_record":"payrec_1"}}`
	two := `{"id":"inpay_2","object":"invoice_payment","invoice":"in_1","status":"paid","amount_paid":600,"currency":"usd","payment":{"type":"payment_intent","payment_intent":"pi_1"}}`
	a := answered(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/invoice_payments" || r.URL.Query().Get("invoice") != "in_1" || r.Header.Get("Stripe-Account") != "acct_1" {
			t.Errorf("asked for %s of %q", r.URL, r.Header.Get("Stripe-Account"))
		}
		if v := r.Header.Get("Stripe-Version"); v != string(facts.ListsInvoicePayments) {
			t.Errorf("asked in version %q", v)
		}
		if r.URL.Query().Get("starting_after") == "" {
			_, _ = fmt.Fprint(w, page(true, one))
			return
		}
		_, _ = fmt.Fprint(w, page(false, two))
	})
	got, err := a.Payments(t.Context(), event.Scope{Account: "acct_1"}, "in_1")
	if err != nil {
		t.Fatal(err)
	}
	want := []facts.InvoicePayment{
		{ID: "inpay_1", Invoice: "in_1", PaymentRecord: "payrec_1", Status: "paid", AmountPaid: 400, Currency: "usd"},
		{ID: "inpay_2", Invoice: "in_1", PaymentIntent: "pi_1", Status: "paid", AmountPaid: 600, Currency: "usd"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestInvoiceOfAPaymentIsListedAndRead(t *testing.T) {
	a := answered(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case r.URL.Path == "/v1/invoices/in_1":
			_, _ = fmt.Fprint(w, `{"id":"in_1","object":"invoice","customer":"cus_1","currency":"usd","amount_due":900,"amount_paid":900,"amount_remaining":0,"total":1000,"number":"A-1","customer_email":"a@example.com","customer_phone":"+15550100","hosted_invoice_url":"https://invoice.example.com/1"}`)
		case q.Get("payment[type]") == "payment_intent" && q.Get("payment[payment_intent]") == "pi_1":
			_, _ = fmt.Fprint(w, page(false, `{"id":"inpay_1","object":"invoice_payment","invoice":"in_1"}`))
		default:
			_, _ = fmt.Fprint(w, page(false))
		}
	})
	for intent, want := range map[string]string{"pi_1": "in_1", "pi_2": ""} {
		if got, err := a.InvoiceOf(t.Context(), event.Scope{}, intent); err != nil || got != want {
			t.Errorf("invoice of %s is %q, %v, want %q", intent, got, err, want)
		}
	}
	got, err := a.Invoice(t.Context(), event.Scope{}, "in_1")
	want := facts.Invoice{ID: "in_1", Customer: "cus_1", CustomerEmail: "a@example.com", CustomerPhone: "+15550100", HostedURL: "https://invoice.example.com/1", Number: "A-1", Total: 1000, AmountDue: 900, AmountPaid: 900, Currency: "usd"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
