package mails

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/money"
)

func TestThereAreSixLanguages(t *testing.T) {
	if got := slices.Sorted(maps.Keys(languages())); !slices.Equal(got, []string{"de", "en", "es", "fr", "ja", "pt"}) {
		t.Errorf("languages %v", got)
	}
}

func TestLanguageWithAHoleIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(map[string]string)
		want   string
	}{
		"missing":           {func(m map[string]string) { delete(m, "receipt.body") }, `the text "receipt.body" is missing`},
		"empty":             {func(m map[string]string) { m["receipt.body"] = " " }, `the text "receipt.body" is missing`},
		"unused":            {func(m map[string]string) { m["receipt.boby"] = "x" }, `nothing uses the text "receipt.boby"`},
		"another value":     {func(m map[string]string) { m["refund.subject"] = "{shop}: {amuont}" }, `the text "refund.subject" fills in [{amuont} {shop}]`},
		"no value":          {func(m map[string]string) { m["refund.subject"] = "{shop}" }, `the text "refund.subject" fills in [{shop}]`},
		"a month too few":   {func(m map[string]string) { m["months"] = "Januar" }, "months are 1"},
		"what nobody fills": {func(m map[string]string) { m["test"] = "{shop}" }, `the text "test" fills in [{shop}]`},
	} {
		l := language{tag: "de", texts: maps.Clone(languages()["de"].texts)}
		c.change(l.texts)
		if err := l.check(languages()[english]); err == nil || !strings.Contains(err.Error(), "de.json: "+c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// Every text is named in the code, and every text that the code asks for is there.
func TestEveryTextIsUsed(t *testing.T) {
	named, asked := stringsOfCode(t)
	for key := range languages()[english].texts {
		if !named[key] {
			t.Errorf("no code asks for the text %q", key)
		}
	}
	for key := range asked {
		if _, ok := languages()[english].texts[key]; !ok {
			t.Errorf("the code asks for the text %q, which en.json does not have", key)
		}
	}
}

// stringsOfCode are the package's string literals, and those that say is called with.
func stringsOfCode(t *testing.T) (named, asked map[string]bool) {
	t.Helper()
	named, asked = map[string]bool{}, map[string]bool{}
	files, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // one folder without tags
	if err != nil {
		t.Fatal(err)
	}
	literal := func(n ast.Node) string {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			return s
		}
		return ""
	}
	ast.Inspect(files["mails"], func(n ast.Node) bool {
		named[literal(n)] = true
		if call, ok := n.(*ast.CallExpr); ok {
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "say" && literal(call.Args[0]) != "" {
				asked[literal(call.Args[0])] = true
			}
		}
		return true
	})
	return named, asked
}

func TestMoneyAndDatesFollowTheLanguage(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 5, 0, 0, time.FixedZone("", 3600))
	for tag, want := range map[string][5]string{
		"en": {"1234.50 EUR", "500 JPY", "5.120 KWD", "5 ISK", "1 March 2026, 08:05 UTC"},
		"de": {"1234,50 EUR", "500 JPY", "5,120 KWD", "5 ISK", "1. März 2026, 08:05 UTC"},
		"fr": {"1234,50 EUR", "500 JPY", "5,120 KWD", "5 ISK", "1er mars 2026, 08:05 UTC"},
		"es": {"1234,50 EUR", "500 JPY", "5,120 KWD", "5 ISK", "1 de marzo de 2026, 08:05 UTC"},
		"pt": {"1234,50 EUR", "500 JPY", "5,120 KWD", "5 ISK", "1º de março de 2026, 08:05 UTC"},
		"ja": {"1234.50 EUR", "500 JPY", "5.120 KWD", "5 ISK", "2026年3月1日 08:05 UTC"},
	} {
		w := languages()[tag]
		got := [5]string{4: w.moment(at)}
		for i, a := range []money.Amount{{Minor: 123450, Currency: "eur"}, {Minor: 500, Currency: "jpy"}, {Minor: 5120, Currency: "kwd"}, {Minor: 500, Currency: "isk"}} {
			got[i] = w.amount(a)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", tag, got, want)
		}
	}
}

func TestFirstLocaleThatHasALanguageIsTaken(t *testing.T) {
	for _, c := range []struct {
		locales   []string
		otherwise string
		want      string
	}{
		{[]string{"fr-CA", "en"}, "en", "fr"},
		{[]string{"pt_BR"}, "en", "pt"},
		{[]string{"PT"}, "en", "pt"},
		{[]string{"zh-TW", "ja"}, "en", "ja"},
		{[]string{"auto", ""}, "de", "de"},
		{nil, "es", "es"},
		{nil, "zh", "en"},
	} {
		if got := languageOf(c.locales, c.otherwise); got.tag != c.want {
			t.Errorf("%v, otherwise %s: %s, want %s", c.locales, c.otherwise, got.tag, c.want)
		}
	}
}

// speaking is a customer whose address, too, is at Stripe.
func speaking(locales ...string) obj {
	return customer("ada@example.com", nil).with(obj{"preferred_locales": locales})
}

func TestCustomersAreWrittenToInTheirLanguage(t *testing.T) {
	german := always
	german.Language = "de"
	known := chargeOf("pi_1").with(obj{"customer": "cus_1"})
	for name, c := range map[string]struct {
		cfg     Settings
		stripe  *api
		locale  any // of the checkout
		charge  obj
		subject string
		calls   int64
	}{
		"that of the customer, whose address is read":        {always, newAPI(t, speaking("ja", "en")), nil, regular(), "Acmeからの領収書：100.00 USD", 1},
		"that of the customer, whose address is in an event": {always, newAPI(t, speaking("pt-BR")), nil, known, "Seu recibo de Acme: 100,00 USD", 1},
		"that of the checkout, without a read":               {always, newAPI(t, speaking("ja")), "fr", known, "Votre reçu de Acme : 100,00 USD", 0},
		"a checkout that left it to the browser":             {always, newAPI(t, speaking("es")), "auto", known, "Su recibo de Acme: 100,00 USD", 1},
		"the shop's for a customer without one":              {german, newAPI(t, speaking()), nil, known, "Ihr Zahlungsbeleg von Acme: 100,00 USD", 1},
		"the shop's for a stranger":                          {german, newAPI(t), nil, chargeOf("pi_1"), "Ihr Zahlungsbeleg von Acme: 100,00 USD", 0},
		"the shop's where Stripe has no such customer":       {german, newAPI(t), nil, known, "Ihr Zahlungsbeleg von Acme: 100,00 USD", 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, c.cfg).asks(c.stripe)
			s.store(posted("evt_0", "checkout.session.completed", today, 0, session().with(obj{"locale": c.locale, "customer_details": nil}), nil))
			s.deliver(posted("evt_1", "charge.succeeded", today, time.Second, c.charge, nil))
			if len(s.post.sent) != 1 || s.post.sent[0].Subject != c.subject || int64(c.stripe.Calls()) != c.calls {
				t.Fatalf("mails %v, first %q after %d reads, want %q after %d", s.mails(), subjectOf(s), c.stripe.Calls(), c.subject, c.calls)
			}
		})
	}
}

func subjectOf(s *shop) string {
	if len(s.post.sent) == 0 {
		return ""
	}
	return s.post.sent[0].Subject
}

func TestMailWhoseAddressIsKnownDoesNotWaitForItsLanguage(t *testing.T) {
	for _, broken := range []http.HandlerFunc{
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) },
		func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
	} {
		srv := httptest.NewServer(broken)
		t.Cleanup(srv.Close)
		testWithoutLanguage(t, &api{url: srv.URL})
	}
}

func testWithoutLanguage(t *testing.T, stripe *api) {
	t.Helper()
	s := open(t, always).asks(stripe)
	d := s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1").with(obj{"customer": "cus_1"}), nil))
	if d.State != event.Done || subjectOf(s) != "Your receipt from Acme: 100.00 USD" {
		t.Errorf("%s %q, subject %q", d.State, d.Error, subjectOf(s))
	}
}

func TestLanguageIsInNoEffectKey(t *testing.T) {
	stripe := newAPI(t, speaking("ja"))
	s := open(t, texting()).asks(stripe)
	body := posted("evt_1", "charge.succeeded", today, 0, withPhone(chargeOf("pi_1")).with(obj{"customer": "cus_1"}), nil)
	s.deliver(body)
	stripe.has(t, speaking("de"))
	s.deliver(body)
	s.deliver(posted("evt_2", "charge.updated", today, time.Second, withPhone(chargeOf("pi_1")).with(obj{"customer": "cus_1"}), obj{"balance_transaction": nil}))
	if got := s.texts(); len(s.post.sent) != 1 || len(got) != 1 || s.post.sent[0].Key != "receipt/pi_1" || !strings.Contains(got[0], "お支払い") {
		t.Errorf("mails %v, texts %q, want one of each in Japanese", s.mails(), got)
	}
}

func TestDisputeIsInTheShopsLanguage(t *testing.T) {
	cfg := always
	cfg.Language = "de"
	s := open(t, cfg).asks(newAPI(t, speaking("ja")))
	s.store(posted("evt_0", "charge.succeeded", today, 0, regular(), nil))
	s.deliver(posted("evt_1", "charge.dispute.created", today, time.Hour, disputed(), nil))
	if got := subjectOf(s); got != "Zahlungsanfechtung: 100,00 USD, Bestellung A-17" {
		t.Errorf("subject %q", got)
	}
}

func TestReasonOfAFailureIsInTheMailsLanguage(t *testing.T) {
	for _, c := range []struct{ code, decline, want string }{
		{"expired_card", "", "Die Karte ist abgelaufen."},
		{"card_declined", "insufficient_funds", "nicht ausreichend gedeckt"},
		{"card_declined", "generic_decline", "Ihre Bank hat die Zahlung abgelehnt."},
		{"incorrect_cvc", "", "Prüfziffer"},
	} {
		cfg := always
		cfg.Language = "de"
		s := open(t, cfg)
		s.deliver(posted("evt_1", "charge.failed", today, 0, failedCharge1().with(obj{"failure_code": c.code, "outcome": obj{"reason": c.decline}}), nil))
		m := s.post.sent[0]
		if !strings.Contains(m.Text, c.want) || !strings.Contains(m.HTML, c.want) || strings.Contains(m.Text, "declined") {
			t.Errorf("%s %s:\n%s", c.code, c.decline, m.Text)
		}
	}
}

func TestPageNamesItsLanguageAndBothColourSchemes(t *testing.T) {
	s := Sender{Settings: always, Now: func() time.Time { return noon }}
	for tag, w := range languages() {
		m, err := s.render(hostile(kindReceipt, "A-17", ""), "jenny@example.com", w)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`<html lang="` + tag + `">`, `name="color-scheme" content="light dark"`, "prefers-color-scheme: dark"} {
			if !strings.Contains(m.HTML, want) {
				t.Errorf("%s: %q is not in the page", tag, want)
			}
		}
	}
}

// A dark scheme must name each colour again that the page sets inline.
func TestDarkSchemeChangesEveryInlineColour(t *testing.T) {
	page, err := files.ReadFile("templates/mail.html.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(page), "</style>")
	dark := regexp.MustCompile(`\.([a-z]+) \{`).FindAllStringSubmatch(head[strings.Index(head, "prefers-color-scheme"):], -1)
	var known []string
	for _, m := range dark {
		known = append(known, m[1])
	}
	for _, tag := range regexp.MustCompile(`<[^>]* style="[^"]*(?:color:|background:|border[a-z-]*:[0-9]px)[^"]*"`).FindAllString(body, -1) {
		if strings.Contains(tag, "#1d4ed8\">") || strings.Contains(tag, "#ffffff;text-decoration") || strings.Contains(tag, "border-radius:8px;background:#1d4ed8") {
			continue // the button is the same in both
		}
		class := regexp.MustCompile(`class="([^"]*)"`).FindStringSubmatch(tag)
		if class == nil || !slices.ContainsFunc(strings.Fields(class[1]), func(c string) bool { return slices.Contains(known, c) || c == "{{.Tone}}" }) {
			t.Errorf("nothing changes in a dark scheme of %s", tag)
		}
	}
}
