package stripeapi

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"

	"github.com/stripe/stripe-go/v76/form"

	"github.com/payhooks/payhooks/internal/event"
)

// List returns all members of a list as Stripe sent them, in the API version that
// is given and not in stripe-go's: for what stripe-go has no type for. Its errors
// are those of ReadError.
func (c *Client) List(ctx context.Context, s event.Scope, path, version string, filters map[string]string) (all []json.RawMessage, err error) {
	for page, err := range c.Pages(ctx, s, path, version, filters) {
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
	}
	return all, nil
}

// Pages is List a page after the other. It ends after an error.
func (c *Client) Pages(ctx context.Context, s event.Scope, path, version string, filters map[string]string) iter.Seq2[[]json.RawMessage, error] {
	return func(yield func([]json.RawMessage, error) bool) {
		what := "list " + path
		api, err := c.For(ctx, s)
		if err != nil {
			yield(nil, ReadError(what, err))
			return
		}
		for after, more := "", true; more; more = after != "" {
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
			if err := api.CallRaw(http.MethodGet, path, "", values, &params, &p); err != nil {
				yield(nil, ReadError(what, err))
				return
			}
			if after = lastID(p); !yield(p.Data, nil) {
				return
			}
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
