package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// thinWindow is a time of creation whose thin events are listed, and how far that is.
// Stripe begins with the newest and names the next page by a URL that may expire. So a
// window is listed in parts, earlier ones first: at the beginning there is one, and a
// part whose URL expired is halved. Between two pages it can be stored and resumed.
type thinWindow struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`             // not included
	Types string    `json:"types"`          // digest of the types that it was begun with
	Chunk int       `json:"chunk"`          // of the types
	Done  time.Time `json:"done"`           // of the chunk, all that was created before is taken
	End   time.Time `json:"end"`            // of the part under way, which begins at Done
	Page  string    `json:"page,omitempty"` // where the part continues; empty is its newest event
}

func newThinWindow(from, to time.Time, chunks [][]string) *thinWindow {
	return &thinWindow{From: from, To: to, Types: digest(chunks), Done: from, End: to}
}

// moveTo notes that a page was taken, and where the next one is.
func (w *thinWindow) moveTo(next string) {
	w.Page = next
	switch {
	case next != "":
	case w.End.Before(w.To):
		part := w.End.Sub(w.Done)
		w.Done, w.End = w.End, earlier(w.End.Add(2*part), w.To) // longer again
	default:
		w.Chunk, w.Done, w.End = w.Chunk+1, w.From, w.To
	}
}

// halve begins the part under way anew with its earlier half. Stripe's times have
// milliseconds: what is shorter cannot be halved.
func (w *thinWindow) halve() bool {
	half := (w.End.Sub(w.Done) / 2).Truncate(time.Millisecond)
	if half <= 0 {
		return false
	}
	w.End, w.Page = w.Done.Add(half), ""
	return true
}

// thinLister fetches pages of one scope within a budget of calls.
type thinLister struct {
	lister event.ThinLister
	scope  event.Scope
	budget *budget
}

// page fetches one page of the window, hands over its events, and only then moves the
// window's position.
func (l thinLister) page(ctx context.Context, w *thinWindow, chunks [][]string, take func(context.Context, [][]byte) error) error {
	if err := l.budget.call(ctx); err != nil {
		return err
	}
	q := event.ThinListing{Scope: l.scope, Types: chunks[w.Chunk], From: w.Done, To: w.End, Page: w.Page}
	bodies, next, err := l.lister.ThinEvents(ctx, q)
	if w.Page != "" && errors.Is(err, event.ErrNotFound) {
		if w.halve() {
			return nil
		}
		err = event.Permanent(fmt.Errorf("thin events of %s do not fit into pages that last: %v", w.Done.Format(time.RFC3339Nano), err)) //nolint:errorlint // the list is there
	}
	if err != nil {
		return listError{err}
	}
	slices.Reverse(bodies) // Stripe begins with the newest
	if err := take(ctx, bodies); err != nil {
		return err
	}
	w.moveTo(next)
	return nil
}
