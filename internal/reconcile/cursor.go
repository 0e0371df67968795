package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

const cursors = "cursors"

// cursor remembers how far a sweep got. It moves only after the work is done.
type cursor struct {
	At time.Time `json:"at"`

	name    string
	version int64
}

func loadCursor(ctx context.Context, l event.Ledger, name string) (cursor, error) {
	c := cursor{name: name}
	it, err := l.Load(ctx, cursors, name)
	if err != nil {
		return c, fmt.Errorf("load cursor %s: %w", name, err)
	}
	c.version = it.Version
	if it.Data == nil {
		return c, nil
	}
	if err := json.Unmarshal(it.Data, &c); err != nil {
		return c, fmt.Errorf("read cursor %s: %w", name, err)
	}
	return c, nil
}

func (c cursor) save(ctx context.Context, l event.Ledger) error {
	data, err := json.Marshal(c)
	if err != nil {
		return err
	}
	err = l.Write(ctx, event.Write{Table: cursors, Key: c.name, Version: c.version, Data: data})
	if err != nil {
		return fmt.Errorf("save cursor %s: %w", c.name, err)
	}
	return nil
}
