package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// update is one registered transition.
type update struct {
	table, key string
	apply      Transition
	reread     Transition // decodes and encodes a row as apply does, without a change
}

// Transition returns what a row becomes; old is nil where there is none. It is
// pure and may run several times.
type Transition func(old json.RawMessage) (json.RawMessage, error)

// Update registers a transition of the row that kind and id name in the event's
// scope. reread returns the row as the action reads it, in the form in which apply
// writes; audits compare that. Its error is a misuse and parks the delivery.
func (a *Attempt) Update(table, kind, id string, apply, reread Transition) error {
	if table == "" || kind == "" || id == "" {
		return a.fail(fmt.Errorf("update %q %q %q: table, kind and id are needed", table, kind, id))
	}
	key := a.stored.Key(kind, id)
	for _, u := range a.updates {
		if u.table == table && u.key == key {
			return a.fail(fmt.Errorf("update %s %s: already updated by this event; make both changes in one function", table, key))
		}
	}
	a.updates = append(a.updates, update{table, key, apply, reread})
	return nil
}

// Transact adds an item in the store's own language to the commit.
func (a *Attempt) Transact(item any) { a.raw = append(a.raw, item) }

// fail records the first misuse of the API; it parks the delivery even if the
// function drops the error.
func (a *Attempt) fail(err error) error {
	if a.usageErr == nil {
		a.usageErr = event.Permanent(err)
	}
	return a.usageErr
}

// writes runs every transition on the rows as they are now. A delivery that
// committed its rows in an earlier round writes none again.
func (a *Attempt) writes(ctx context.Context) ([]event.Write, error) {
	if a.d.Committed {
		return nil, nil
	}
	ws := make([]event.Write, 0, len(a.updates)+len(a.raw))
	for _, u := range a.updates {
		row, err := a.h.Ledger.Load(ctx, u.table, u.key)
		if err != nil {
			return nil, fmt.Errorf("load %s %s: %w", u.table, u.key, err)
		}
		data, err := u.apply(row.Data)
		if err != nil {
			return nil, err
		}
		ws = append(ws, event.Write{Table: u.table, Key: u.key, Version: row.Version, Data: data})
	}
	for _, raw := range a.raw {
		ws = append(ws, event.Write{Raw: raw})
	}
	return ws, nil
}

// Stored is the event that the attempt is for.
func (a *Attempt) Stored() event.Stored { return a.stored }

// AllowStale reports whether an operator asked for effects however late.
func (a *Attempt) AllowStale() bool { return a.d.AllowStale }

// Outcome keeps a note with the delivery when it is done. The last one counts.
func (a *Attempt) Outcome(text string) { a.outcome = text }

// Related returns the facts of all events with the same subject, oldest first,
// as far as they are stored: it may miss events of the last second.
func (a *Attempt) Related(ctx context.Context) ([]event.Facts, error) {
	if a.stored.Subject == "" {
		return []event.Facts{a.stored.Facts}, nil
	}
	return a.h.Store.Related(ctx, a.stored.Scope, a.stored.Subject)
}

// RelatedTo is Related for another subject of the event's scope.
func (a *Attempt) RelatedTo(ctx context.Context, subject string) ([]event.Facts, error) {
	return a.h.Store.Related(ctx, a.stored.Scope, subject)
}

// Load returns another stored event with its signed bytes, or event.ErrNotFound.
func (a *Attempt) Load(ctx context.Context, id string) (event.Event, error) {
	s, err := a.h.Store.Get(ctx, id)
	return s.Event, err
}

// LoadAll returns those of the events that are stored and can be read, in the order of
// ids. Many take one request.
func (a *Attempt) LoadAll(ctx context.Context, ids []string) (all []event.Event, err error) {
	for _, l := range a.h.Store.GetAll(ctx, ids) {
		switch {
		case l.Err == nil:
			all = append(all, l.Stored.Event)
		case !errors.Is(l.Err, event.ErrNotFound) && !errors.Is(l.Err, event.ErrInvalid):
			return nil, l.Err
		}
	}
	return all, nil
}

// Now is the handler's time.
func (a *Attempt) Now() time.Time { return a.h.Now() }
