package actiontest

import (
	"context"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fetch"
)

// PostThin stores a thin event as ingest would, completes it as function fetch does, and
// delivers it. body is the event as Stripe's API returns it, object what it is about, as
// Stripe has it now; nil for an event about nothing.
func (r *Rig) PostThin(body, object []byte) event.Delivery {
	r.t.Helper()
	f := r.put(body)
	stored, err := r.Store.Get(r.t.Context(), f.ID)
	if err != nil {
		r.t.Fatalf("read event: %v", err)
	}
	fetcher := fetch.Fetcher{Store: r.Store, Source: answers{body, object}, Now: r.Handler.Now}
	id, err := fetcher.Link(r.t.Context(), stored)
	if err != nil {
		r.t.Fatalf("fetch would park this event: %v", err)
	}
	return r.deliver(id, false)
}

// answers are those of Stripe's API about one thin event.
type answers struct{ event, object []byte }

func (a answers) ThinEvent(context.Context, bool, string, string) ([]byte, error) {
	return a.event, nil
}

// Snapshot has expired: the object is what is left.
func (a answers) Snapshot(context.Context, bool, string, string) ([]byte, error) {
	return nil, event.ErrNotFound
}

func (a answers) Object(context.Context, bool, string, string, string) ([]byte, error) {
	if a.object == nil {
		return nil, event.ErrNotFound
	}
	return a.object, nil
}
