package mails

import (
	"strings"

	"github.com/payhooks/payhooks/internal/safetext"
)

// shortValue keeps a text message within two as carriers count them.
const shortValue = 40

// smsTexts are the texts of each kind that has a text message: without and with an order's number.
var smsTexts = map[string]struct{ plain, order string }{
	kindReceipt: {"receipt.sms", "receipt.sms_order"},
	kindFailed:  {"failed.sms", "failed.sms_order"},
}

// words are the text message of n.
func (s Sender) words(n notice, w language) string {
	shop, order := safetext.Clip(safetext.Line(s.ShopName, longestValue), shortValue), safetext.Clip(value(n.reference, longestReference), shortValue)
	key := smsTexts[n.kind].plain
	if order != "" {
		key = smsTexts[n.kind].order
	}
	all := []string{w.say(key, "shop", shop, "amount", s.amount(n, w), "order", order)}
	if page := s.payPage(n); n.kind == kindFailed && page != "" {
		all = append(all, w.say("failed.sms_again", "link", page))
	}
	if !n.livemode {
		all = append(all, w.say("test_sms"))
	}
	return strings.Join(strings.Fields(strings.Join(all, " ")), " ")
}
