package mails

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/safetext"
	"github.com/payhooks/payhooks/internal/sms"
)

// requestTime is what one request may take. A mail that is begun with less is cut
// off in the middle, and its outcome would be unknown.
const requestTime = 11 * time.Second

// texted are the kinds that have a text message besides the mail.
var texted = map[string]bool{kindReceipt: true, kindFailed: true}

// mail sends the mail of n.
func (r *run) mail(ctx context.Context, n notice) (string, error) {
	customer, err := r.found(ctx, n)
	if err != nil {
		return "", err
	}
	if customer.to == "" && n.kind != kindDispute {
		return "", errNoAddress
	}
	if err := r.first(ctx, n, customer.to); err != nil {
		return "", err
	}
	m, err := r.render(n, r.recipient(n, customer.to))
	if err != nil {
		return "", action.Permanent(err)
	}
	if err := r.enough(ctx); err != nil {
		return "", err
	}
	return r.Mail.Send(ctx, m)
}

// text sends the text message of n.
func (r *run) text(ctx context.Context, n notice) (string, error) {
	customer := n.reach
	if customer.phone == "" {
		var err error
		if customer, err = r.found(ctx, n); err != nil {
			return "", err
		}
	}
	if customer.phone == "" {
		return "", errNoNumber
	}
	if err := r.first(ctx, n, customer.phone); err != nil {
		return "", err
	}
	words, err := r.words(n)
	if err != nil {
		return "", action.Permanent(err)
	}
	if err := r.enough(ctx); err != nil {
		return "", err
	}
	return r.SMS.Send(ctx, sms.Text{To: customer.phone, Body: words})
}

// enough is an error if there is no time for one request.
func (s Sender) enough(ctx context.Context) error {
	if until, ok := ctx.Deadline(); ok && until.Sub(s.Now()) < requestTime {
		return fmt.Errorf("%w: too little time is left in this attempt, the next one sends it", event.ErrNotSent)
	}
	return nil
}

// words are the text message of n, from the template sms_<kind>.
func (s Sender) words(n notice) (string, error) {
	p := s.page(n)
	p.Shop, p.Reference = safetext.Clip(p.Shop, shortValue), safetext.Clip(p.Reference, shortValue)
	words, err := fill(texts.Lookup(n.kind+".txt.tmpl"), p, "sms_"+n.kind)
	if err != nil {
		return "", fmt.Errorf("text message: %w", err)
	}
	return strings.Join(strings.Fields(words), " "), nil
}

// shortValue keeps a text message within two as carriers count them.
const shortValue = 40
