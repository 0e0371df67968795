package action

import (
	"encoding/json"
	"fmt"

	"github.com/payhooks/payhooks/internal/delivery"
)

// Update registers a change of one row of state, in the event's scope, under
// kind and id: a row's key is Scope.Key(kind, id), as in live/own/order/pi_1. fn
// gets the row as it is (the zero T where there is none) and returns what it
// becomes. It must be pure: it runs after the function returned nil, and again
// whenever another event changed the row in between. It may call Outcome, to say what
// the event changed: the last run's counts. The new row commits in one
// transaction with the delivery record, so each event changes state exactly
// once. T must encode as a JSON object without fields named id or version.
//
// Changing one row twice in one event is refused.
func Update[E, T any](e *Event[E], table, kind, id string, fn func(old T) (T, error)) error {
	key := kind + "/" + id
	return e.run.Update(table, kind, id, transition(table, key, fn), transition(table, key, unchanged[T]))
}

func unchanged[T any](t T) (T, error) { return t, nil }

// transition wraps fn so that the engine need not know T.
func transition[T any](table, key string, fn func(T) (T, error)) delivery.Transition {
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

// Transact adds an item in the store's own language (types.TransactWriteItem of the SDK's
// service/dynamodb, or a pointer to one) to the delivery's transaction, for what Update
// cannot express. Its key is e.Scope.Key(kind, id). It must not touch a row that Update
// changes. What is no such item, or sets not one of its fields, is refused when the function
// returns, and the delivery parks. The store in memory of tests takes none: the local stack does.
func Transact[E any](e *Event[E], item any) { e.run.Transact(item) }
