package inventory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/event"
)

// Rows reads and writes single rows of state; dynamo.Tables and memory.Store do.
type Rows interface {
	Load(ctx context.Context, table, key string) (event.Row, error)
	Write(ctx context.Context, w event.Write) error
}

// Reservation is the row of what the shop reserved for a session.
type Reservation struct {
	Session string `json:"session"`
	event.Scope
	Lines []Line `json:"lines,omitempty"`
}

type supply struct {
	Item string `json:"item"`
	event.Scope
	Supply int64 `json:"supply"`
}

// conflicts bounds how often a row is read again because somebody wrote it in
// between.
const conflicts = 10

// Reserve is for the shop's own code, when it has made a checkout session (cs_…)
// in the scope: no event reports that. From then on the lines are reserved until
// the session is paid, fails or expires; its events may have arrived already, and
// decide. Another call replaces the lines; with none the reservation is given
// back. Once Stripe has listed the session's lines those count and not these.
//
// It does not check whether there is enough: see Levels. Safe for concurrent use.
// Lines without an item or with a negative quantity are event.ErrInvalid.
func Reserve(ctx context.Context, r Rows, s event.Scope, session string, lines []Line) error {
	if session == "" {
		return fmt.Errorf("reserve: the session has no id: %w", event.ErrInvalid)
	}
	for _, l := range lines {
		if l.Item == "" || l.Quantity < 0 {
			return fmt.Errorf("reserve for %s: %d of item %q: %w", session, l.Quantity, l.Item, event.ErrInvalid)
		}
	}
	row := Reservation{Session: session, Scope: s, Lines: tidy(lines)}
	if err := replace(ctx, r, s.Key(ofReservation, session), row); err != nil {
		return fmt.Errorf("reserve for %s: %w", session, err)
	}
	return nil
}

// SetSupply sets how many of an item there were in the scope before anything was
// sold. It is what on_hand counts down from, whatever was sold already.
func SetSupply(ctx context.Context, r Rows, s event.Scope, item string, n int64) error {
	if item == "" || n < 0 {
		return fmt.Errorf("set the supply of item %q to %d: %w", item, n, event.ErrInvalid)
	}
	if err := replace(ctx, r, s.Key(ofItem, item), supply{item, s, n}); err != nil {
		return fmt.Errorf("set the supply of %s: %w", item, err)
	}
	return nil
}

// replace writes a row whatever it was; the last one stays.
func replace(ctx context.Context, r Rows, key string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		it, err := r.Load(ctx, Table, key)
		if err != nil {
			return err
		}
		err = r.Write(ctx, event.Write{Table: Table, Key: key, Version: it.Version, Data: data})
		if !errors.Is(err, event.ErrConflict) || try == conflicts {
			return err
		}
	}
}
