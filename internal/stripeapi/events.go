package stripeapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/form"

	"github.com/payhooks/payhooks/internal/event"
)

var _ event.Lister = (*Client)(nil)

// page is a page of a list as it was sent.
type page struct {
	stripe.APIResource
	Data    []json.RawMessage `json:"data"`
	HasMore bool              `json:"has_more"`
}

// Events implements event.Lister. Bodies are the bytes that Stripe sent.
func (c *Client) Events(ctx context.Context, l event.Listing) (bodies [][]byte, more bool, err error) {
	api, err := c.For(ctx, event.Scope{Account: l.Account, Livemode: l.Livemode})
	if err != nil {
		return nil, false, ReadError("list events", err)
	}
	params, values := eventParams(ctx, l), &form.Values{}
	form.AppendTo(values, params)
	var p page
	err = c.patiently(ctx, func() error {
		return api.CallRaw(http.MethodGet, "/v1/events", "", values, params.GetParams(), &p)
	})
	if err != nil {
		return nil, false, ReadError("list events", err)
	}
	for _, body := range p.Data {
		bodies = append(bodies, body)
	}
	return bodies, p.HasMore, nil
}

const (
	// listAttempts is how often a page is requested while Stripe limits requests,
	// so that a listing of many pages advances.
	listAttempts = 3
	// longestWait is what a listing waits at most; more is for the next run.
	longestWait = 10 * time.Second
)

// patiently calls again while Stripe asks for fewer requests, if there is time.
func (c *Client) patiently(ctx context.Context, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		wait, limited := Limited(err)
		wait = max(wait, time.Duration(try)*time.Second/2)
		if !limited || try == listAttempts || wait > longestWait || !c.timeFor(ctx, wait) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
	}
}

// timeFor reports whether there is time for a call after the wait.
func (c *Client) timeFor(ctx context.Context, wait time.Duration) bool {
	until, ok := ctx.Deadline()
	return !ok || until.Sub(c.Now()) > wait+timeout
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
