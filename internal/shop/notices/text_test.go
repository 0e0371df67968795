package notices

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/fraud"
)

// An id that is none of Stripe's adds no line, no link and no mention.
func TestRow70NoticesNameIDsAndNothingElse(t *testing.T) {
	const odd = "pi_1\r\n<!channel> @here <https://evil.example|our bank> *x* \u202e../../?a=b#"
	scope := event.Scope{Account: "acct_1/" + odd, Livemode: true}
	h := onHold(fraud.Hold{Order: odd + strings.Repeat("x", 10<<10), Why: fraud.Review, Since: time.Unix(created, 0), Scope: scope})
	if strings.ContainsAny(h.Subject+h.Text, "<>@*?#\r\u202e") || strings.Count(h.Text, "\n") != 2 || strings.Count(h.Text, "://") != 1 || len(h.Text) > 2000 {
		t.Errorf("%q\n%q", h.Subject, h.Text)
	}
	s := fraud.Source{Source: "card/" + odd, Scope: scope}
	b := burst(s, fraud.Burst{Failed: 3, Begin: time.Unix(created, 0)}, rule)
	if strings.ContainsAny(b.Text, "<>@*#\r\u202e") || strings.Count(b.Text, "\n") != 2 || strings.Count(b.Text, "://") != 1 {
		t.Errorf("%q", b.Text)
	}
}
