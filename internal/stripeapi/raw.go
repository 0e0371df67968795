package stripeapi

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/stripe/stripe-go/v76"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// ThinVersion is the API version of requests about thin events and of all below
// /v2/.
const ThinVersion = string(facts.FetchesThin)

// maxAnswer is the longest answer that is read.
const maxAnswer = 4 << 20

// raw is one request outside stripe-go, which knows neither /v2/ nor JSON.
type raw struct {
	livemode bool
	context  string // header Stripe-Context, unchanged
	version  string // header Stripe-Version; empty is the account's default
	path     string // below the base, escaped, with its query; see apiPath
	post     any    // posted as JSON; nil gets
	key      string // header Idempotency-Key
}

// call returns the answer as Stripe sent it. Its errors are for ReadError.
func (c *Client) call(ctx context.Context, r raw) ([]byte, error) {
	scope := event.Scope{Livemode: r.livemode} // without the account: Stripe refuses both headers
	if _, err := c.key(ctx, c.Secret, scope); err != nil {
		return nil, err
	}
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	res, err := c.signed(scope).Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, &plain{err, "its answer was cut short: " + mask(err.Error())}
	case len(body) > maxAnswer:
		return nil, event.Permanent(&plain{event.ErrTooLarge, fmt.Sprintf("its answer is longer than %d MiB", maxAnswer>>20)})
	case res.StatusCode < 200 || res.StatusCode > 299:
		if refused := refusalOf(res, body); refused != nil {
			return nil, refused
		}
		return nil, &plain{errNotStripes, fmt.Sprintf("it answered %d without an error of Stripe's: is there a proxy in between?", res.StatusCode)}
	case !json.Valid(body):
		return nil, &plain{errNotStripes, "its answer is not JSON"}
	}
	return body, nil
}

// callPatiently is call that waits while Stripe limits requests.
func (c *Client) callPatiently(ctx context.Context, r raw) (body []byte, err error) {
	err = c.patiently(ctx, func() (err error) {
		body, err = c.call(ctx, r)
		return err
	})
	return body, err
}

// request makes the request, without the key.
func (c *Client) request(ctx context.Context, r raw) (*http.Request, error) {
	base, err := c.address()
	if err != nil {
		return nil, err
	}
	if !plainText(r.context) || !plainText(r.version) || !plainText(r.key) {
		return nil, never("a context, version or idempotency key for Stripe has more than %d characters, or some that no header has", maxHeader)
	}
	method, body := http.MethodGet, []byte(nil)
	if r.post != nil {
		if body, err = json.Marshal(r.post); err != nil {
			return nil, never("encode the request to Stripe: %v", err)
		}
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, base+r.path, bytes.NewReader(body)) // a reader that signer can repeat
	if err != nil {
		return nil, never("the path for Stripe is not usable")
	}
	for name, value := range map[string]string{"Stripe-Version": r.version, "Stripe-Context": r.context, "Idempotency-Key": r.key} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	if r.post != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// address is the base of the API without a slash at its end.
func (c *Client) address() (string, error) {
	if _, err := c.base(); err != nil {
		return "", err
	}
	return strings.TrimRight(cmp.Or(c.Base, stripe.APIURL), "/"), nil
}

// maxHeader is the longest value of a header that a caller gives.
const maxHeader = 1024

// plainText reports whether a header can have the value.
func plainText(value string) bool {
	return len(value) <= maxHeader && !strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}
