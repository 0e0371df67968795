package console

import (
	"net/url"

	"github.com/payhooks/payhooks/internal/event"
)

// atStripe are the pages of the dashboard by the type of an object.
var atStripe = map[string]string{
	"payment_intent": "payments/", "charge": "payments/", "invoice": "invoices/", "subscription": "subscriptions/", "customer": "customers/",
	"dispute": "disputes/", "payout": "payouts/", "refund": "refunds/", "checkout.session": "checkout/sessions/", "product": "products/", "price": "prices/",
}

// objectAtStripe is where the dashboard shows an object, or empty.
func objectAtStripe(s event.Scope, kind, id string) string {
	page, ok := atStripe[kind]
	if !ok || id == "" {
		return ""
	}
	return stripeAddress(s, page+url.PathEscape(id))
}

func stripeAddress(s event.Scope, path string) string {
	at := "https://dashboard.stripe.com/"
	if s.Account != "" {
		at += url.PathEscape(s.Account) + "/"
	}
	if !s.Livemode {
		at += "test/"
	}
	return at + path
}
