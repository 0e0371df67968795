package fakestripe

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

var (
	_ event.ThinSource = (*API)(nil)
	_ event.ThinLister = (*API)(nil)
)

// ThinEvent implements event.ThinSource. Like all of these it needs no key.
func (a *API) ThinEvent(_ context.Context, livemode bool, account, id string) ([]byte, error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	v := a.view(account, livemode)
	e := v.thin(id)
	if e == nil {
		return nil, gone(missingThin(id))
	}
	return v.renderThin(e), nil
}

// Snapshot implements event.ThinSource.
func (a *API) Snapshot(_ context.Context, livemode bool, account, id string) ([]byte, error) {
	return a.Object(context.Background(), livemode, account, "/v1/events/"+url.PathEscape(id), "")
}

// Object implements event.ThinSource. Objects are in the version that they were put
// in, only samples in the one that is asked for.
func (a *API) Object(_ context.Context, livemode bool, account, at, version string) ([]byte, error) {
	u, err := url.Parse(at)
	if err != nil || !strings.HasPrefix(at, "/v1/") && !strings.HasPrefix(at, "/v2/") || path.Clean(u.Path) != u.Path {
		return nil, event.Permanent(fmt.Errorf("%.80q is not a path below /v1/ or /v2/: %w", at, event.ErrInvalid))
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	v := a.view(account, livemode)
	if id, ok := strings.CutPrefix(u.Path, "/v2/core/events/"); ok {
		if e := v.thin(id); e != nil {
			return v.renderThin(e), nil
		}
	}
	e := v.object(u.Path, version)
	if e == nil {
		return nil, gone(missing("object", u.Path, http.StatusNotFound, "id"))
	}
	return v.expand(e, expansions(u.Query(), "")), nil
}

// ThinEvents implements event.ThinLister. A page has at most PageSize events.
func (a *API) ThinEvents(_ context.Context, l event.ThinListing) (bodies [][]byte, next string, err error) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	v := a.view(l.Account, l.Livemode)
	q := thinQuery{Types: l.Types, Limit: a.pageSize(), Generation: a.generation}
	q.bound("gte", l.From)
	q.bound("lt", l.To)
	if l.Page != "" {
		var fail *failure
		if q, fail = a.thinPage(l.Page); fail != nil {
			return nil, "", fmt.Errorf("list thin events: %s: %w", fail.Message, event.ErrNotFound)
		}
	}
	page, next, _, fail := q.list(v)
	switch {
	case fail != nil && q.After+q.Before != "":
		return nil, "", fmt.Errorf("list thin events: %s: %w", fail.Message, event.ErrNotFound)
	case fail != nil:
		return nil, "", event.Permanent(fmt.Errorf("list thin events: %s: %w", fail.Message, event.ErrInvalid))
	}
	for _, e := range page {
		bodies = append(bodies, v.renderThin(e))
	}
	return bodies, next, nil
}

// view is what a key sees in a context.
func (a *API) view(context string, livemode bool) view {
	return view{a, event.Scope{Account: contextAccount(context), Livemode: livemode}}
}

func gone(f *failure) error {
	return event.Permanent(fmt.Errorf("%s: %w", f.Message, event.ErrNotFound))
}
