package mails

import (
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/mail"
)

func TestTheSenderIsNamedForTheShop(t *testing.T) {
	for _, c := range []struct {
		from, shop         string
		wantFrom, wantShop string
	}{
		{"shop@example.com", "Acme", `"Acme" <shop@example.com>`, "Acme"},
		{"Acme Mail <shop@example.com>", "Acme", "Acme Mail <shop@example.com>", "Acme"},
		{"Acme Mail <shop@example.com>", "", "Acme Mail <shop@example.com>", "Acme Mail"},
		{"shop@example.com", "", `"example.com" <shop@example.com>`, "example.com"},
		{"not an address", "Acme", "not an address", "Acme"},
		{"", "", "", ""},
	} {
		s, err := SettingsFrom(func(name string) string { return map[string]string{"MAIL_FROM": c.from, "SHOP_NAME": c.shop}[name] }, "send-receipt")
		if err != nil || s.From != c.wantFrom || s.ShopName != c.wantShop {
			t.Errorf("MailFrom %q, ShopName %q: mails come from %s for %q, %v, want %s for %q", c.from, c.shop, s.From, s.ShopName, err, c.wantFrom, c.wantShop)
		}
	}
}

func TestSettingsWithoutMeaningAreRefused(t *testing.T) {
	for _, c := range [][2]string{
		{"MAIL", "sometimes"},
		{"SMS", "true"},
		{"MAIL_CONNECTED", "true"},
		{"MAIL_LANGUAGE", "zh"},
		{"MAIL_LANGUAGE", "de-AT"},
		{"SHOP_LOGO", "http://shop.example.com/logo.png"},
		{"SHOP_LOGO", "logo.png"},
		{"SHOP_LOGO", "https://shop.example.com/a\nb"},
		{"MAIL_UNSUBSCRIBE", "leave@example.com"},
		{"MAIL_UNSUBSCRIBE", "mailto:"},
		{"MAIL_UNSUBSCRIBE", "mailto:a@example.com,b@example.com"},
		{"MAIL_UNSUBSCRIBE", "https://shop.example.com/leave"},
		{"MAIL_UNSUBSCRIBE", "http://shop.example.com/{customer}"},
		{"MAIL_UNSUBSCRIBE", "https://shop.example.com/{customer}\r\nBcc: a@b"},
		{"MAIL_UNSUBSCRIBE", "https://shop.example.com/{customer}" + strings.Repeat("x", 200)},
	} {
		read := func(n string) string { return map[string]string{c[0]: c[1]}[n] }
		if s, err := SettingsFrom(read, "send-receipt"); err == nil || !strings.Contains(err.Error(), c[0]) {
			t.Errorf("%s=%s is read as %+v, %v", c[0], c[1], s, err)
		}
	}
}

func TestSettingsOfTheMailsLooksAreRead(t *testing.T) {
	env := map[string]string{
		"STACK": "payhooks", "MAIL_LANGUAGE": "ja", "SHOP_LOGO": "https://shop.example.com/logo.png", "SHOP_ADDRESS": "Tokyo", "MAIL_UNSUBSCRIBE": "mailto:leave@example.com", "MAIL_CONFIGURATION_SET": "shop",
	}
	s, err := SettingsFrom(func(n string) string { return env[n] }, "send-receipt")
	want := Settings{Language: "ja", Logo: env["SHOP_LOGO"], Address: "Tokyo", Unsubscribe: "mailto:leave@example.com", Via: mail.Via{Set: "shop", Stack: "payhooks", Action: "send-receipt"}}
	if err != nil || s != want {
		t.Errorf("%+v, %v, want %+v", s, err, want)
	}
	if s, err := SettingsFrom(func(string) string { return "" }, "send-receipt"); err != nil || s.Language != "en" {
		t.Errorf("without settings: %+v, %v, want English", s, err)
	}
}
