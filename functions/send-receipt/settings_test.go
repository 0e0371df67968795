package main

import "testing"

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
		s := settingsFrom(func(name string) string { return map[string]string{"MAIL_FROM": c.from, "SHOP_NAME": c.shop}[name] })
		if s.From != c.wantFrom || s.ShopName != c.wantShop {
			t.Errorf("MailFrom %q, ShopName %q: mails come from %s for %q, want %s for %q", c.from, c.shop, s.From, s.ShopName, c.wantFrom, c.wantShop)
		}
	}
}
