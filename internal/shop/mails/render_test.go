package mails

import (
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/mail"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// texts of amounts as customers read them.
func TestAReceiptNamesTheAmountExactly(t *testing.T) {
	for _, c := range []struct {
		amount   int
		currency string
		want     string
	}{
		{1000, "usd", "10.00 USD"},
		{500, "jpy", "500 JPY"},
		{5000, "kwd", "5.000 KWD"},
		{500, "isk", "5 ISK"},
		{500, "ugx", "5 UGX"},
		{100000, "huf", "1000.00 HUF"},
		{80045, "twd", "800.45 TWD"},
	} {
		s := open(t, always)
		charge := chargeOf("pi_1").with(obj{"amount": c.amount, "amount_captured": c.amount, "currency": c.currency})
		s.deliver(posted("evt_1", "charge.succeeded", today, 0, charge, nil))
		m := s.post.sent[0]
		if m.Subject != "Your receipt from Acme: "+c.want {
			t.Errorf("%d %s: subject %q", c.amount, c.currency, m.Subject)
		}
		for _, body := range []string{m.Text, html.UnescapeString(m.HTML)} {
			if !strings.Contains(body, " "+c.want+"\n") && !strings.Contains(body, ">"+c.want+"<") {
				t.Errorf("%d %s: %q is not in\n%s", c.amount, c.currency, c.want, body)
			}
		}
	}
}

func TestAMailNamesOrderCardAndUTCDate(t *testing.T) {
	s := open(t, always)
	s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil))
	m := s.post.sent[0]
	if m.Kind != "receipt" || m.Event != "evt_1" || m.Key != "receipt/pi_1" || m.Reference != "A-17" || m.From != always.From {
		t.Errorf("mail is %s %s %s %q from %s", m.Kind, m.Event, m.Key, m.Reference, m.From)
	}
	for _, want := range []string{"A-17", "Visa ending in 4242", "22 November 2026, 12:00 UTC", "pi_1", "Acme", "This was a test."} {
		for _, body := range []string{m.Text, m.HTML} {
			if !strings.Contains(body, want) {
				t.Errorf("%q is not in\n%s", want, body)
			}
		}
	}
}

func TestTheSessionsReferenceComesBeforeTheMetadatas(t *testing.T) {
	s := open(t, always)
	s.store(posted("evt_2", "checkout.session.completed", today, time.Second, session(), nil))
	s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil))
	if got := s.post.sent[0].Reference; got != "CART-9" {
		t.Errorf("reference %q, want CART-9", got)
	}
}

func TestALiveMailDoesNotCallItselfATest(t *testing.T) {
	s := open(t, always)
	s.deliver(live(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil)))
	if m := s.post.sent[0]; strings.Contains(m.Text+m.HTML, "This was a test") {
		t.Error("a live receipt says that it was a test")
	}
}

func TestWhatOthersWroteCannotChangeAMail(t *testing.T) {
	cfg := always
	cfg.ShopName = "Acme <b>&\r\nBcc: x@example.com"
	s := open(t, cfg)
	evil := failedCharge1().with(obj{
		"metadata":        obj{"order_id": "<script>alert(1)</script>\r\n\r\nAmount: 0.01 USD"},
		"failure_message": "<img src=x>\nTo try again open: https://evil.example.com",
	})
	s.deliver(posted("evt_1", "charge.failed", today, 0, evil, nil))
	m := s.post.sent[0]
	if strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, "<img") || strings.Contains(m.HTML, "Acme <b>") {
		t.Errorf("markup of others is in\n%s", m.HTML)
	}
	if strings.ContainsAny(m.Subject, "\r\n") {
		t.Errorf("subject %q", m.Subject)
	}
	for _, line := range strings.Split(m.Text, "\n") {
		if strings.HasPrefix(line, "Amount: 0.01") || strings.HasPrefix(line, "To try again open") {
			t.Errorf("others started a line of the text: %q", line)
		}
	}
}

func TestTextOfOthersIsOneLineThatHidesNothing(t *testing.T) {
	hidden := "\u202e\u202c\u2066\u2069\u200b\u200d\u2060\ufeff\u00ad\u061c\u115f\u3164\ufe0f\U000e0041\x00\x1b\u0085\u2028"
	charge := failedCharge1().with(obj{
		"metadata":        obj{"order_id": "A" + hidden + "17" + strings.Repeat("x", 300)},
		"failure_message": "Declined" + hidden + "now",
	})
	for _, version := range stripetest.Versions {
		s := open(t, texting())
		s.deliver(posted("evt_1", "charge.failed", version, 0, withPhone(charge), nil))
		m := s.post.sent[0]
		for _, text := range []string{m.Subject, m.Text, m.HTML, m.Reference, s.texts()[0]} {
			if strings.ContainsAny(text, hidden) || strings.Contains(text, strings.Repeat("x", 200)) {
				t.Errorf("%s: hidden or endless characters in %q", version, text)
			}
		}
		if !strings.HasPrefix(m.Reference, "A 17x") || !strings.Contains(m.Text, "Declined now.") {
			t.Errorf("%s: what is shown of the order number and the reason was lost:\n%s", version, m.Text)
		}
	}
}

// samples are the mails that there are, by name.
var samples = map[string][][]byte{
	"receipt":          {posted("evt_0", "invoice.paid", before2024, 0, invoice(obj{"hosted_invoice_url": "https://invoice.stripe.com/i/acct_1/test_1"}), nil), posted("evt_1", "charge.succeeded", before2024, 0, chargeOf("pi_1").with(obj{"invoice": "in_1", "receipt_url": "https://pay.stripe.com/receipts/abc"}), nil)},
	"failed":           {posted("evt_1", "charge.failed", today, 0, failedCharge1().with(obj{"failure_code": "expired_card"}), nil)},
	"refund":           {posted("evt_0", "charge.succeeded", today, 0, chargeOf("pi_1"), nil), posted("evt_1", "refund.created", today, time.Hour, refundOf("re_1", 3000, "succeeded"), nil)},
	"dispute":          {posted("evt_0", "charge.succeeded", today, 0, chargeOf("pi_1"), nil), posted("evt_1", "charge.dispute.created", today, time.Hour, disputed(), nil)},
	"inquiry":          {posted("evt_1", "charge.dispute.created", today, time.Hour, disputed().with(obj{"status": "warning_needs_response"}), nil)},
	"dispute_lost":     {posted("evt_1", "charge.dispute.created", today, time.Hour, disputed().with(obj{"status": "lost"}), nil)},
	"trial_ending":     {stories[len(stories)-1].events[0], stories[len(stories)-1].events[1]},
	"receipt_bare":     {live(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1").with(obj{"metadata": obj{}, "payment_method_details": nil}), nil))},
	"failed_bare":      {posted("evt_1", "charge.failed", today, 0, failedCharge1().with(obj{"metadata": obj{}, "failure_message": nil}), nil)},
	"receipt_from_sub": {posted("evt_1", "invoice.paid", today, 0, invoice(obj{"payment_intent": nil, "charge": nil, "amount_due": 0}), nil)},
}

func TestNoTemplateLeavesAHole(t *testing.T) {
	dir := os.Getenv("MAIL_PAGES") // look at them: MAIL_PAGES=folder go test -run Hole
	for tag := range languages() {
		cfg := always
		cfg.Language, cfg.Address, cfg.Unsubscribe = tag, "Acme GmbH, Hauptstrasse 1, 10115 Berlin", "https://shop.example.com/leave?c={customer}"
		cfg.Logo = os.Getenv("MAIL_LOGO")
		for name, bodies := range samples {
			s := open(t, cfg)
			for _, body := range bodies {
				s.deliver(body)
			}
			checkHoles(t, tag+"_"+name, s.post.sent[len(s.post.sent)-1], dir)
		}
	}
}

func checkHoles(t *testing.T, name string, m mail.Mail, dir string) {
	t.Helper()
	for _, body := range []string{m.Subject, m.Text, style.ReplaceAllString(m.HTML, "")} {
		if strings.Contains(body, "<no value>") || strings.ContainsAny(body, "{}") || strings.Contains(body, "\n\n\n") && body == m.Text || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s has a hole:\n%s", name, body)
		}
	}
	if dir == "" {
		return
	}
	for end, text := range map[string]string{".html": m.HTML, ".txt": m.Subject + "\n\n" + m.Text} {
		if err := os.WriteFile(filepath.Join(dir, name+end), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestReceiptLinksToStripesPagesOnly(t *testing.T) {
	for link, want := range map[string]bool{
		"https://pay.stripe.com/receipts/abc":      true,
		"https://stripe.com/x":                     true,
		"http://pay.stripe.com/receipts/abc":       false,
		"https://pay.stripe.com.evil.example/x":    false,
		"https://evilstripe.com/x":                 false,
		"https://pay.stripe.com:8443/x":            false,
		"https://x@pay.stripe.com/":                false,
		"https://evil.example/?https://stripe.com": false,
		"javascript://pay.stripe.com/%0aalert(1)":  false,
	} {
		s := open(t, always)
		s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1").with(obj{"receipt_url": link}), nil))
		m := s.post.sent[0]
		if got := strings.Contains(m.Text, link) && strings.Contains(m.HTML, html.EscapeString(link)); got != want {
			t.Errorf("%s: linked %v, want %v", link, got, want)
		}
		if !want && (strings.Contains(m.Text, "View receipt") || strings.Contains(m.HTML, "View receipt")) {
			t.Errorf("%s: a button leads nowhere", link)
		}
	}
}

func TestReceiptOfAnInvoiceLinksToBothPages(t *testing.T) {
	s := open(t, always)
	for _, body := range samples["receipt"] {
		s.deliver(body)
	}
	for _, m := range s.post.sent {
		for _, want := range []string{"View receipt", "https://pay.stripe.com/receipts/abc", "View invoice", "https://invoice.stripe.com/i/acct_1/test_1"} {
			if !strings.Contains(m.Text, want) || !strings.Contains(m.HTML, want) {
				t.Errorf("%q is not in\n%s", want, m.Text)
			}
		}
	}
}

func TestOnlyTheEndOfATrialHasAWayOut(t *testing.T) {
	for way, want := range map[Unsubscribe]string{
		"": "", "mailto:leave@example.com?subject=leave": "mailto:leave@example.com?subject=leave",
		"https://shop.example.com/leave?c={customer}": "https://shop.example.com/leave?c=cus_1",
	} {
		cfg := always
		cfg.Unsubscribe = way
		for name, bodies := range samples {
			s := open(t, cfg)
			for _, body := range bodies {
				s.deliver(body)
			}
			m := s.post.sent[len(s.post.sent)-1]
			link := want
			if name != "trial_ending" {
				link = ""
			}
			if m.Unsubscribe != link || link != "" && (!strings.Contains(m.Text, link) || !strings.Contains(m.HTML, `href="`+html.EscapeString(link)+`"`)) || link == "" && strings.Contains(m.Text, "Unsubscribe") {
				t.Errorf("%s, %q: unsubscribe at %q, want %q, in\n%s", name, way, m.Unsubscribe, link, m.Text)
			}
		}
	}
}

func TestMailShowsLogoAndPostalAddress(t *testing.T) {
	cfg := always
	cfg.Logo, cfg.Address = "https://shop.example.com/logo.png", "Acme GmbH, <Berlin>"
	s := open(t, cfg)
	s.deliver(posted("evt_1", "charge.succeeded", today, 0, chargeOf("pi_1"), nil))
	m := s.post.sent[0]
	if !strings.Contains(m.HTML, `src="https://shop.example.com/logo.png" alt="Acme"`) || !strings.Contains(m.HTML, "Acme GmbH, &lt;Berlin&gt;") || !strings.Contains(m.Text, "\nAcme GmbH, <Berlin>\n") {
		t.Errorf("logo or address is missing in\n%s\n%s", m.Text, m.HTML)
	}
}
