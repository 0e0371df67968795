package stripeapi

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/stripe/stripe-go/v76/form"

	"github.com/payhooks/payhooks/internal/event"
)

// List returns all members of a list as Stripe sent them, in the API version that
// is given and not in stripe-go's: for what stripe-go has no type for. Its errors
// are those of ReadError.
func (c *Client) List(ctx context.Context, s event.Scope, path, version string, filters map[string]string) (all []json.RawMessage, err error) {
	what := "list " + path
	api, err := c.For(ctx, s)
	if err != nil {
		return nil, ReadError(what, err)
	}
	for after := ""; ; {
		values := &form.Values{}
		for name, value := range filters {
			values.Add(name, value)
		}
		values.Add("limit", "100")
		if after != "" {
			values.Add("starting_after", after)
		}
		params := Params(ctx, s.Account)
		params.Headers = http.Header{"Stripe-Version": {version}}
		var p page
		if err := api.Events.B.CallRaw(http.MethodGet, path, "", values, &params, &p); err != nil {
			return nil, ReadError(what, err)
		}
		all = append(all, p.Data...)
		if after = lastID(p); after == "" {
			return all, nil
		}
	}
}

// lastID is where the next page begins, or empty after the last.
func lastID(p page) string {
	var last struct{ ID string }
	if !p.HasMore || len(p.Data) == 0 || json.Unmarshal(p.Data[len(p.Data)-1], &last) != nil {
		return ""
	}
	return last.ID
}
