package mails

import (
	"context"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/sms"
)

// requestTime is what one request may take. A mail that is begun with less is cut
// off in the middle, and its outcome would be unknown.
const requestTime = 11 * time.Second

// texted are the kinds that have a text message besides the mail.
var texted = map[string]bool{kindReceipt: true, kindFailed: true}

// mail sends the mail of n.
func (r *run) mail(ctx context.Context, n notice) (string, error) {
	customer, language, err := r.found(ctx, n)
	if err != nil {
		return "", err
	}
	if customer.to == "" && n.kind != kindDispute {
		return "", errNoAddress
	}
	if err := r.first(ctx, n, customer.to); err != nil {
		return "", err
	}
	m, err := r.render(n, r.recipient(n, customer.to), language)
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
	customer, language, err := r.numbered(ctx, n)
	if err != nil {
		return "", err
	}
	if customer.phone == "" {
		return "", errNoNumber
	}
	if err := r.first(ctx, n, customer.phone); err != nil {
		return "", err
	}
	if err := r.enough(ctx); err != nil {
		return "", err
	}
	return r.SMS.Send(ctx, sms.Text{To: customer.phone, Body: r.words(n, language)})
}

// numbered is n's reach with a number, completed as found does it where no event has one.
func (r *run) numbered(ctx context.Context, n notice) (reach, language, error) {
	if n.phone == "" {
		return r.found(ctx, n)
	}
	return n.reach, r.language(ctx, n), nil
}

// enough is an error if there is no time for one request.
func (s Sender) enough(ctx context.Context) error {
	if until, ok := ctx.Deadline(); ok && until.Sub(s.Now()) < requestTime {
		return fmt.Errorf("%w: too little time is left in this attempt, the next one sends it", event.ErrNotSent)
	}
	return nil
}
