package stripeapi

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

var _ event.ThinSource = (*Client)(nil)

const thinEvents = "/v2/core/events"

// ThinEvent implements event.ThinSource.
func (c *Client) ThinEvent(ctx context.Context, livemode bool, account, id string) ([]byte, error) {
	if err := objectID(id); err != nil {
		return nil, ReadError("fetch a thin event", err)
	}
	return c.fetch(ctx, raw{livemode: livemode, context: account, version: ThinVersion, path: thinEvents + "/" + url.PathEscape(id)})
}

// Snapshot implements event.ThinSource. Whatever the version of the request is,
// Stripe answers in that of the event's creation.
func (c *Client) Snapshot(ctx context.Context, livemode bool, account, id string) ([]byte, error) {
	if err := objectID(id); err != nil {
		return nil, ReadError("fetch a snapshot event", err)
	}
	return c.fetch(ctx, raw{livemode: livemode, context: account, path: "/v1/events/" + url.PathEscape(id)})
}

// Object implements event.ThinSource. A path below /v2/ is always read in
// ThinVersion, since the older API versions do not have it.
func (c *Client) Object(ctx context.Context, livemode bool, account, path, version string) ([]byte, error) {
	if err := apiPath(path, maxPath); err != nil {
		return nil, ReadError("fetch an object", err)
	}
	if strings.HasPrefix(path, "/v2/") {
		version = ThinVersion
	}
	return c.fetch(ctx, raw{livemode: livemode, context: account, version: cmp.Or(version, ThinVersion), path: path})
}

func (c *Client) fetch(ctx context.Context, r raw) ([]byte, error) {
	body, err := c.call(ctx, r)
	if err != nil {
		way, _, _ := strings.Cut(r.path, "?")
		return nil, ReadError("fetch "+way, err)
	}
	return body, nil
}
