package mails

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
		s, err := SettingsFrom(func(name string) string { return map[string]string{"MAIL_FROM": c.from, "SHOP_NAME": c.shop}[name] })
		if err != nil || s.From != c.wantFrom || s.ShopName != c.wantShop {
			t.Errorf("MailFrom %q, ShopName %q: mails come from %s for %q, %v, want %s for %q", c.from, c.shop, s.From, s.ShopName, err, c.wantFrom, c.wantShop)
		}
	}
}

func TestSettingsWithoutMeaningAreRefused(t *testing.T) {
	for name, text := range map[string]string{"MAIL": "sometimes", "SMS": "true", "MAIL_CONNECTED": "true"} {
		read := func(n string) string { return map[string]string{name: text}[n] }
		if s, err := SettingsFrom(read); err == nil {
			t.Errorf("%s=%s is read as %+v", name, text, s)
		}
	}
}
