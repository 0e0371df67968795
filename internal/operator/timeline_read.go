package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/webhook"
)

// take adds events, the latest first, and what they link to.
func (f *thread) take(ctx context.Context, found []event.Facts) error {
	var ids []string
	for _, e := range newestFirst(found) {
		if _, there := f.events[e.ID]; there {
			continue
		}
		if len(f.events)+len(ids) == maxEvents {
			f.note(fmt.Sprintf("it has %d events, not the earlier ones: ask for one payment, invoice or subscription", maxEvents))
			break
		}
		ids = append(ids, e.ID)
	}
	all, err := parallel.Map(ctx, readers, ids, f.read)
	if err != nil {
		return err
	}
	for _, e := range all {
		if e.ID == "" || e.Expired(f.now) {
			continue
		}
		f.events[e.ID] = e
		for _, id := range append([]string{e.Subject, e.Object}, e.links...) {
			f.push(thing{e.Scope, id})
		}
	}
	return nil
}

// read returns an event with what it links to; without an id if it is not there any more.
func (f *thread) read(ctx context.Context, id string) (e threadEvent, err error) {
	s, err := f.Store.Get(ctx, id)
	switch {
	case errors.Is(err, event.ErrNotFound):
		return e, nil
	case errors.Is(err, event.ErrInvalid) && !errors.Is(err, event.ErrErased):
		e.err = err
	case err != nil && !errors.Is(err, event.ErrErased):
		return e, err
	}
	e.Stored, e.links = s, linksOf(s.Payload())
	e.ID = id
	if s.Thin() {
		if thin, _ := webhook.ReadThin(s.Body); thin.ID != id {
			e.thin = thin.ID
		}
	}
	e.Body, e.Fetched = nil, nil
	return e, nil
}

func newestFirst(all []event.Facts) []event.Facts {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b event.Facts) int { return b.Created.Compare(a.Created) })
	return all
}
