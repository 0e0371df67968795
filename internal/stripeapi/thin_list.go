package stripeapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

var _ event.ThinLister = (*Client)(nil)

// thinPage is a page of a list below /v2/.
type thinPage struct {
	Data []json.RawMessage `json:"data"`
	Next string            `json:"next_page_url"` // null after the last
}

// ThinEvents implements event.ThinLister. Bodies are the bytes that Stripe sent.
func (c *Client) ThinEvents(ctx context.Context, l event.ThinListing) (bodies [][]byte, next string, err error) {
	const what = "list thin events"
	path := thinEvents + "?" + thinQuery(l).Encode()
	if l.Page != "" {
		if path, err = c.pagePath(l.Page, thinEvents); err != nil {
			return nil, "", ReadError(what, err)
		}
	}
	p, err := c.page(ctx, raw{livemode: l.Livemode, context: l.Account, version: ThinVersion, path: path})
	switch r := refused(err); {
	case l.Page != "" && r != nil && (r.status == http.StatusBadRequest || r.status == http.StatusNotFound):
		return nil, "", fmt.Errorf("%s: the page is not valid any more: %w: %w", what, event.ErrNotFound, Verdict(err))
	case err != nil:
		return nil, "", ReadError(what, err)
	}
	if p.Next != "" {
		if next, err = c.pagePath(p.Next, thinEvents); err != nil {
			return nil, "", ReadError(what, err)
		}
	}
	for _, body := range p.Data {
		bodies = append(bodies, body)
	}
	return bodies, next, nil
}

// page reads one page, with some patience.
func (c *Client) page(ctx context.Context, r raw) (p thinPage, err error) {
	err = c.patiently(ctx, func() error {
		body, err := c.call(ctx, r)
		if err == nil && json.Unmarshal(body, &p) != nil {
			err = &plain{errNotStripes, "its answer is not a list"}
		}
		return err
	})
	return p, err
}

// errNotStripes: what answered may have been a proxy. Another attempt may help.
var errNotStripes = errors.New("not an answer of Stripe's")

// pagePath is the path of another page of the list. Stripe's URL is opaque, but it
// must lead to the same list: the key goes there.
func (c *Client) pagePath(page, list string) (string, error) {
	base, err := c.address()
	if err != nil {
		return "", err
	}
	path := strings.TrimPrefix(page, base)
	if err := apiPath(path, maxPage); err != nil {
		return "", err
	}
	if way, _, _ := strings.Cut(path, "?"); way != list && !strings.HasPrefix(way, list+"/") {
		return "", never("the next page is at %q, not below %s: it is not requested", clip(page), list)
	}
	return path, nil
}

// thinQuery is the query of the first page.
func thinQuery(l event.ThinListing) url.Values {
	q := url.Values{"limit": {"100"}}
	for i, kind := range l.Types {
		q.Set(fmt.Sprintf("types[%d]", i), kind)
	}
	if !l.From.IsZero() {
		q.Set("created[gte]", isoTime(l.From))
	}
	if !l.To.IsZero() {
		q.Set("created[lt]", isoTime(l.To))
	}
	return q
}

// isoTime rounds up to Stripe's milliseconds: the bounds then select the same.
func isoTime(t time.Time) string {
	return t.Add(time.Millisecond - 1).UTC().Truncate(time.Millisecond).Format("2006-01-02T15:04:05.000Z")
}
