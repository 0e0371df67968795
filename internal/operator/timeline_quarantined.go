package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// quarantinedMoments are those of requests with the id of one of the events, or that name
// a thing of the thread.
func (f *thread) quarantinedMoments(ctx context.Context) ([]Moment, error) {
	slices.SortFunc(f.held, func(a, b event.Quarantined) int { return b.Received.Compare(a.Received) })
	read := f.held[:min(len(f.held), maxHeld)]
	if len(f.held) > len(read) {
		f.note(fmt.Sprintf("the bodies of the latest %d quarantined requests were read, not of all %d: payhooks quarantine list has those", len(read), len(f.held)))
	}
	named, err := parallel.Map(ctx, readers, read, f.isAbout)
	if err != nil {
		return nil, err
	}
	var ms []Moment
	for i, q := range f.held {
		_, same := f.events[q.ID]
		if same || q.ID == f.req.ID || i < len(named) && named[i] {
			ms = append(ms, Moment{
				At: q.Received.UTC(), Event: q.ID, Type: q.Type, State: string(event.StatusQuarantined),
				Text: "posted to " + q.Endpoint + ", quarantined: " + q.Reason + "; see payhooks quarantine show " + q.ID,
			})
		}
	}
	return ms, nil
}

// isAbout reports whether a quarantined request names a thing of the thread. Nothing is
// known for sure of its account and mode.
func (f *thread) isAbout(ctx context.Context, q event.Quarantined) (bool, error) {
	if f.req.Scope != nil {
		return false, nil
	}
	whole, err := f.Quarantine.Get(ctx, q.Endpoint, q.ID)
	if errors.Is(err, event.ErrNotFound) {
		return false, nil
	}
	if names(whole.Body, f.req.ID) {
		return true, err
	}
	for at := range f.seen {
		if names(whole.Body, at.id) {
			return true, err
		}
	}
	return false, err
}
