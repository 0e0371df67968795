package stripeapi

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"

	"github.com/payhooks/payhooks/internal/addresses"
)

// site is where Stripe publishes what is in no API.
const site = "https://stripe.com"

// largestList is more than any list of addresses needs.
const largestList = 1 << 20

// Addresses reads from which addresses Stripe posts webhooks. No key goes there.
func (c *Client) Addresses(ctx context.Context) ([]netip.Addr, error) {
	base, err := c.base()
	if err != nil {
		return nil, err
	}
	from := site
	if base != nil {
		from = *base
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, from+addresses.Path, nil)
	if err != nil {
		return nil, invalid("the address of Stripe's list of addresses: %s", cause(err))
	}
	res, err := (&http.Client{Timeout: cmp.Or(c.Timeout, timeout), Transport: c.shared()}).Do(req)
	if err != nil {
		return nil, fmt.Errorf("read Stripe's list of addresses: %s", cause(err)) //nolint:err113 // read by people
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, largestList))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read Stripe's list of addresses: %s", cause(err)) //nolint:err113 // read by people
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("read Stripe's list of addresses: it answered %d", res.StatusCode) //nolint:err113 // read by people
	}
	return addresses.Parse(data)
}
