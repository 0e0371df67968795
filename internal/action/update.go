package action

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/payhooks/payhooks/internal/event"
)

// update is one registered transition.
type update struct {
	table, key string
	apply      func(old json.RawMessage) (json.RawMessage, error)
}

// Update registers a change of one row of state: fn gets the row as it is (the
// zero T where there is none) and returns what it becomes. It must be pure: it
// runs after the function returned nil, and again whenever another event
// changed the row in between. The new row commits in one transaction with the
// delivery record, so each event changes state exactly once. T must encode as
// a JSON object without fields named id or version.
//
// Changing one row twice in one event is refused.
func Update[E, T any](e *Event[E], table, key string, fn func(old T) (T, error)) error {
	if table == "" || key == "" {
		return e.run.refuse(fmt.Errorf("update %q %q: a table and a key are needed", table, key))
	}
	for _, u := range e.run.updates {
		if u.table == table && u.key == key {
			return e.run.refuse(fmt.Errorf("update %s %s: already updated by this event; make both changes in one function", table, key))
		}
	}
	e.run.updates = append(e.run.updates, update{table, key, transition(table, key, fn)})
	return nil
}

// transition wraps fn so that the harness need not know T.
func transition[T any](table, key string, fn func(T) (T, error)) func(json.RawMessage) (json.RawMessage, error) {
	return func(old json.RawMessage) (json.RawMessage, error) {
		var t T
		if old != nil {
			if err := json.Unmarshal(old, &t); err != nil {
				return nil, Permanent(fmt.Errorf("read %s %s: %w", table, key, err))
			}
		}
		t, err := fn(t)
		if err != nil {
			return nil, err
		}
		data, err := json.Marshal(t)
		if err != nil {
			return nil, Permanent(fmt.Errorf("write %s %s: %w", table, key, err))
		}
		return data, nil
	}
}

// Transact adds an item in the store's own language (types.TransactWriteItem
// of DynamoDB) to the delivery's transaction, for what Update cannot express.
// It must not touch a row that Update changes.
func Transact[E any](e *Event[E], item any) { e.run.raw = append(e.run.raw, item) }

// refuse keeps the first misuse of the harness; it parks the delivery even if
// the function drops the error.
func (a *attempt) refuse(err error) error {
	if a.misuse == nil {
		a.misuse = Permanent(err)
	}
	return a.misuse
}

// writes runs every transition on the rows as they are now.
func (a *attempt) writes(ctx context.Context) ([]event.Write, error) {
	ws := make([]event.Write, 0, len(a.updates)+len(a.raw))
	for _, u := range a.updates {
		it, err := a.h.Ledger.Load(ctx, u.table, u.key)
		if err != nil {
			return nil, fmt.Errorf("load %s %s: %w", u.table, u.key, err)
		}
		data, err := u.apply(it.Data)
		if err != nil {
			return nil, err
		}
		ws = append(ws, event.Write{Table: u.table, Key: u.key, Version: it.Version, Data: data})
	}
	for _, raw := range a.raw {
		ws = append(ws, event.Write{Raw: raw})
	}
	return ws, nil
}
