package main

import (
	"strings"

	"github.com/payhooks/payhooks/internal/mail"
)

// settings is what template.yaml says about mails. The zero value sends none.
type settings struct {
	// Mode: "always"; "unless-stripe-does" leaves the receipts that Stripe
	// mails itself to Stripe; anything else sends nothing.
	Mode string
	From string // sender, verified in SES
	Shop string // where notices about disputes go
	// TestRecipient gets the mails of test-mode events; "customer" is the
	// customer, on the local stack only; empty is nobody.
	TestRecipient string
	Texts         bool   // customers get text messages besides the mails
	ShopName      string // as customers know it
	PayLink       string // where to pay again when Stripe has no page for it
}

const (
	modeAlways       = "always"
	modeUnlessStripe = "unless-stripe-does"
	toCustomer       = "customer"

	mailIsOff = "mail is off"
)

// mailing reports whether customers get any.
func (s settings) mailing() bool { return s.Mode == modeAlways || s.Mode == modeUnlessStripe }

func settingsFrom(env func(string) string) settings {
	s := settings{
		Mode: env("MAIL"), From: env("MAIL_FROM"), Shop: env("MAIL_SHOP"),
		TestRecipient: env("MAIL_TEST_RECIPIENT"), Texts: env("SMS") == "on", ShopName: env("SHOP_NAME"), PayLink: env("PAY_LINK"),
	}
	if s.TestRecipient == toCustomer && env("AWS_ENDPOINT_URL") == "" {
		s.TestRecipient = "" // a mailbox of the local stack may hold anybody's mail, AWS would deliver it
	}
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return s // the first mail is parked with this error
	}
	if s.ShopName == "" {
		s.ShopName = from.Name
	}
	if s.ShopName == "" {
		_, s.ShopName, _ = strings.Cut(from.Address, "@")
	}
	if from.Name == "" {
		from.Name = s.ShopName
		s.From = from.String()
	}
	return s
}
