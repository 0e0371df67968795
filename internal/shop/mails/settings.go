package mails

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/mail"
)

// Settings is what template.yaml says about mails. The zero value sends none.
type Settings struct {
	// Mode: "always"; "unless-stripe-does" leaves the receipts that Stripe
	// mails itself to Stripe; anything else sends nothing.
	Mode string
	From string // sender, verified in SES
	Shop string // where notices about disputes go
	// TestRecipient gets the mails of test-mode events; "customer" is the
	// customer, on the local stack only; empty sends none.
	TestRecipient string
	Texts         bool   // customers get text messages besides the mails
	Connected     bool   // customers of connected accounts get both, too
	ShopName      string // as customers know it
	PayLink       string // where to pay again when Stripe has no page for it
	Language      string // of customers whose own is not known, and of the shop
	Logo          string // an https link to the shop's, may be empty
	Address       string // of the shop by post, may be empty
	Unsubscribe   Unsubscribe
	Via           mail.Via // the configuration set of SES that the mails are of
}

const (
	modeOff          = "off"
	modeAlways       = "always"
	modeUnlessStripe = "unless-stripe-does"
	toCustomer       = "customer"

	mailIsOff      = "mail is off"
	notOurCustomer = "customer of a connected account: MailConnected is off"
)

// mailing reports whether customers get any.
func (s Settings) mailing() bool { return s.Mode == modeAlways || s.Mode == modeUnlessStripe }

// SettingsFrom reads the environment variables of the action of that name. A MAIL_FROM that is
// not an address is no error: the first mail parks with it.
func SettingsFrom(getenv func(string) string, action string) (Settings, error) {
	s := Settings{
		Mode: getenv("MAIL"), From: getenv("MAIL_FROM"), Shop: getenv("MAIL_SHOP"), TestRecipient: getenv("MAIL_TEST_RECIPIENT"),
		Language: cmp.Or(getenv("MAIL_LANGUAGE"), english), Logo: getenv("SHOP_LOGO"), Address: getenv("SHOP_ADDRESS"), Unsubscribe: Unsubscribe(getenv("MAIL_UNSUBSCRIBE")),
		Via:   mail.Via{Set: getenv("MAIL_CONFIGURATION_SET"), Stack: getenv("STACK"), Action: action},
		Texts: getenv("SMS") == "on", Connected: getenv("MAIL_CONNECTED") == "on", ShopName: getenv("SHOP_NAME"), PayLink: getenv("PAY_LINK"),
	}
	if s.Mode != "" && s.Mode != modeOff && !s.mailing() {
		return Settings{}, fmt.Errorf("environment variable MAIL is %q: expected off, unless-stripe-does or always", s.Mode)
	}
	for _, name := range []string{"SMS", "MAIL_CONNECTED"} {
		if text := getenv(name); text != "" && text != "on" && text != "off" {
			return Settings{}, fmt.Errorf("environment variable %s is %q: expected on or off", name, text)
		}
	}
	if err := s.check(); err != nil {
		return Settings{}, err
	}
	if s.TestRecipient == toCustomer && getenv("AWS_ENDPOINT_URL") == "" {
		s.TestRecipient = "" // a mailbox of the local stack may hold anybody's mail, AWS would deliver it
	}
	return s.named(), nil
}

// check is what is wrong with the settings that a mail shows.
func (s Settings) check() error {
	if _, ok := languages()[s.Language]; !ok {
		return fmt.Errorf("environment variable MAIL_LANGUAGE is %q: expected one of %s", s.Language, strings.Join(slices.Sorted(maps.Keys(languages())), ", "))
	}
	if s.Logo != "" && (webPage(s.Logo) == "" || !strings.HasPrefix(s.Logo, "https://")) {
		return fmt.Errorf("environment variable SHOP_LOGO is %q: expected an https address of a picture", s.Logo)
	}
	return s.Unsubscribe.check()
}

// named is s with the shop's name in the sender, or the name of the sender as the
// shop's.
func (s Settings) named() Settings {
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return s
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
