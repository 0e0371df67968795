package event

import (
	"context"
	"time"
)

// Table is what a store reports of one of its tables.
type Table struct {
	Name   string
	Status string // TableActive or TableUpdating once it can be read
	Keys   []Key  // of its primary key
}

// Key is one attribute of a primary key: its name, its type and whether it is
// HASH or RANGE.
type Key struct{ Name, Type, Role string }

// The statuses of a table that can be read and written.
const (
	TableActive   = "ACTIVE"
	TableUpdating = "UPDATING"
)

// Copied is an item of a copy.
type Copied struct {
	Key     string    // its primary key, for messages
	Expires time.Time // after which it is not put back; zero is never
	// Unfinished: once it is back, the stack continues with it. It is a pending
	// event, or a delivery that waits.
	Unfinished bool
	// Deliveries are those that an event which is not pending should have: one for
	// each of its subscribers.
	Deliveries []DeliveryRef
	// Unreadable is ErrInvalid for an item without what the fields above need.
	Unreadable error
	// Item is all of it in the store's own language, nothing changed.
	Item any
}

// Copies reads copies of the stack's tables, as point-in-time recovery makes them
// under another name, and puts their items back. Safe for concurrent use.
type Copies interface {
	// Describe reports a table by its full name. ErrNotFound if there is none.
	Describe(ctx context.Context, name string) (Table, error)
	// Page returns the next items, at most a hundred, of a copy. table is the short
	// name of the table that it is a copy of. after is empty for the first page,
	// else next of the page before; next is empty after the last. ErrInvalid for an
	// after that no page returned.
	Page(ctx context.Context, copied Table, table, after string) (items []Copied, next string, err error)
	// Missing returns those of a page's items whose key the table does not have,
	// strongly consistent.
	Missing(ctx context.Context, table string, items []Copied) ([]Copied, error)
	// PutBack stores the item as it is, unless the table has its key: then it changes
	// nothing and returns false. A repeat whose first reply was lost is recognised
	// and returns true.
	PutBack(ctx context.Context, table string, item Copied) (stored bool, err error)
}
