package fakestripe

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"github.com/payhooks/payhooks/internal/event"
)

var _ event.Lister = (*API)(nil)

// maxPage is the most objects that Stripe puts on a page.
const maxPage = 100

// Events implements event.Lister. A page has at most PageSize events. It needs
// no key, so its only error is ErrNotFound.
func (a *API) Events(_ context.Context, l event.Listing) (bodies [][]byte, more bool, err error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	v := view{a, event.Scope{Account: l.Account, Livemode: l.Livemode}}
	page, more, fail := a.query(l).page(v.all("event"))
	if fail != nil {
		return nil, false, fmt.Errorf("list events: %s: %w", fail.Message, event.ErrNotFound)
	}
	for _, e := range page {
		bodies = append(bodies, v.expand(e, nil))
	}
	return bodies, more, nil
}

func (a *API) pageSize() int { return cmp.Or(a.PageSize, maxPage) }

func (a *API) query(l event.Listing) query {
	q := query{after: l.Older, before: l.Newer, limit: a.pageSize()}
	from, to := l.From.Unix(), l.To.Unix()
	q.match = append(q.match, func(e *entry) bool { return e.created >= from && e.created < to })
	if len(l.Types) > 0 {
		q.match = append(q.match, ofTypes(l.Types))
	}
	if l.Undelivered {
		q.match = append(q.match, func(e *entry) bool { return !e.delivered() })
	}
	return q
}

// Delivered notes whether every endpoint has acknowledged an event, which
// delivery_success selects by. An event counts as delivered until it is noted
// otherwise, here or by its member _delivery_success. ErrNotFound if there is no
// such event. It is not saved.
func (a *API) Delivered(account, id string, success bool) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := a.objects[account][id]
	if e == nil || e.kind != "event" {
		return fmt.Errorf("%s: %w", missing("event", id, http.StatusNotFound, "id").Message, event.ErrNotFound)
	}
	e.undelivered = !success
	return nil
}

func (e *entry) delivered() bool { return !e.undelivered }
