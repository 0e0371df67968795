package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/sms"
)

// room is what one request may take. A mail that is begun with less is cut
// off in the middle and nobody knows whether it went out.
const room = 11 * time.Second

// texted are the kinds that have a text beside the mail.
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
	m, err := r.render(n, r.recipient(n, customer.to))
	if err != nil {
		return "", action.Permanent(err)
	}
	if err := enough(ctx); err != nil {
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
	words, err := r.words(n)
	if err != nil {
		return "", action.Permanent(err)
	}
	if err := enough(ctx); err != nil {
		return "", err
	}
	id, err := r.SMS.Send(ctx, sms.Text{To: customer.phone, Body: words})
	if errors.Is(err, sms.ErrNumber) {
		return "", action.Skip(err.Error()) // nobody at the shop can do anything about it
	}
	return id, err
}

// enough says whether there is time for one request.
func enough(ctx context.Context) error {
	if until, ok := ctx.Deadline(); ok && time.Until(until) < room {
		return action.NotSent(errors.New("too little time is left in this attempt: the next one sends it"))
	}
	return nil
}

// words are the text message of n: the template sms_<kind> beside its mail's.
func (s sender) words(n notice) (string, error) {
	p := s.page(n)
	p.Shop, p.Reference = clip(p.Shop), clip(p.Reference)
	words, err := fill(texts.Lookup(n.kind+".txt.tmpl"), p, "sms_"+n.kind)
	if err != nil {
		return "", fmt.Errorf("text message: %w", err)
	}
	return strings.Join(strings.Fields(words), " "), nil
}

// shortValue keeps a text within two messages as carriers count them.
const shortValue = 40

func clip(s string) string {
	if r := []rune(s); len(r) > shortValue {
		return string(r[:shortValue-1]) + "…"
	}
	return s
}
