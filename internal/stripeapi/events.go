package stripeapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/form"
)

var _ event.Lister = (*Client)(nil)

// page is a page of a list as it was sent.
type page struct {
	stripe.APIResource
	Data    []json.RawMessage `json:"data"`
	HasMore bool              `json:"has_more"`
}

// Events implements event.Origin. Bodies are the bytes that Stripe sent.
func (c *Client) Events(ctx context.Context, l event.Listing) (bodies [][]byte, more bool, err error) {
	api, err := c.For(ctx, l.Account, l.Livemode)
	if err != nil {
		return nil, false, listingError(err)
	}
	params, values := eventParams(ctx, l), &form.Values{}
	form.AppendTo(values, params)
	var p page
	err = patiently(ctx, func() error {
		return api.Events.B.CallRaw(http.MethodGet, "/v1/events", "", values, params.GetParams(), &p)
	})
	if err != nil {
		return nil, false, listingError(err)
	}
	for _, body := range p.Data {
		bodies = append(bodies, body)
	}
	return bodies, p.HasMore, nil
}

const (
	// patience is how often a page is asked for while Stripe has too many
	// requests, so that a listing of many pages gets on.
	patience = 3
	// longestWait is what a listing waits at the most; more is for the next run.
	longestWait = 10 * time.Second
)

// patiently calls again while Stripe asks to slow down, if there is time.
func patiently(ctx context.Context, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		wait, limited := Limited(err)
		wait = max(wait, time.Duration(try)*time.Second/2)
		if !limited || try == patience || wait > longestWait || !leaves(ctx, wait) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// leaves reports whether there is time for a call after the wait.
func leaves(ctx context.Context, wait time.Duration) bool {
	until, ok := ctx.Deadline()
	return !ok || time.Until(until) > wait+timeout
}

func eventParams(ctx context.Context, l event.Listing) *stripe.EventListParams {
	p := &stripe.EventListParams{ListParams: ListParams(ctx, l.Account)}
	if len(l.Types) > 0 { // an empty list would be sent as one empty type
		p.Types = stripe.StringSlice(l.Types)
	}
	p.CreatedRange = &stripe.RangeQueryParams{GreaterThanOrEqual: l.From.Unix(), LesserThan: l.To.Unix()}
	if l.Undelivered {
		p.DeliverySuccess = stripe.Bool(false)
	}
	if l.Newer != "" {
		p.EndingBefore = &l.Newer
	}
	if l.Older != "" {
		p.StartingAfter = &l.Older
	}
	return p
}

// listingError says what kind of error it is in the domain's words; its text
// is Verdict's.
func listingError(err error) error {
	var said *stripe.Error
	text := Verdict(err)
	switch {
	case errors.Is(err, ErrNoKey):
		return fmt.Errorf("list events: %w: %w", event.ErrNotConfigured, err)
	case !errors.As(err, &said):
	case said.Code == stripe.ErrorCodeResourceMissing:
		return fmt.Errorf("list events: %w: %w", event.ErrNotFound, text)
	case said.HTTPStatusCode == http.StatusUnauthorized, said.HTTPStatusCode == http.StatusForbidden:
		return fmt.Errorf("list events: %w: %w", event.ErrDenied, text)
	}
	return fmt.Errorf("list events: %w", text)
}
