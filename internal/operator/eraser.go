package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Eraser says what a business keeps in one state table of a customer who is erased. It
// calls nothing and keeps nothing. A row's data is what its action wrote.
type Eraser struct {
	Table string
	// Rows names the rows that an event changes.
	Rows func(e facts.Event) []RowName
	// Customer names the rows of a customer that no event needs to tell of; nil is none.
	Customer func(id string) []RowName
	// Left is what stays of a row when the customer is erased; nil removes the row.
	Left func(customer string, row json.RawMessage) (json.RawMessage, error)
}

// RowName is a row's key within its scope.
type RowName struct{ Kind, ID string }

// place is a row in one of the tables that have an eraser.
type place struct {
	eraser *Eraser
	key    string
}

// rowsOf adds the rows that the event changes, in whatever form it is kept.
func (o *Operator) rowsOf(s event.Stored, rows map[place]bool) {
	var e facts.Event
	if e.DecodeEvent(s.Facts, s.Payload()) != nil {
		return // no action reads it
	}
	for i := range o.Erasers {
		for _, name := range o.Erasers[i].Rows(e) {
			rows[place{&o.Erasers[i], s.Key(name.Kind, name.ID)}] = true
		}
	}
}

// rowsOfCustomer adds the customer's own rows in the scope.
func (o *Operator) rowsOfCustomer(s event.Scope, customer string, rows map[place]bool) {
	for i := range o.Erasers {
		if named := o.Erasers[i].Customer; named != nil {
			for _, name := range named(customer) {
				rows[place{&o.Erasers[i], s.Key(name.Kind, name.ID)}] = true
			}
		}
	}
}

// rowState is what became of a row.
type rowState int

const (
	rowNone    rowState = iota
	rowErased           // removed, or without the person
	rowWithout          // there was nothing of the person in it
)

// eraseRow takes the person out of a row, or with dry reports whether it would.
func (o *Operator) eraseRow(ctx context.Context, p place, customer string, dry bool) (rowState, error) {
	for try := 1; ; try++ {
		row, err := o.Ledger.Load(ctx, p.eraser.Table, p.key)
		if err != nil || row.Data == nil {
			return rowNone, err
		}
		left, err := p.eraser.Left(customer, row.Data)
		if err != nil {
			return rowNone, fmt.Errorf("%s %s: %w", p.eraser.Table, p.key, err)
		}
		state := rowErased
		if left != nil && bytes.Equal(compactJSON(left), compactJSON(row.Data)) {
			state = rowWithout
		}
		switch {
		case dry || state == rowWithout:
			return state, nil
		case left == nil:
			err = o.Erasure.RemoveRow(ctx, p.eraser.Table, p.key, row.Version)
		default:
			err = o.Ledger.Write(ctx, event.Write{Table: p.eraser.Table, Key: p.key, Version: row.Version, Data: left})
		}
		if !errors.Is(err, event.ErrConflict) || try == auditTries {
			return state, err
		}
	}
}

// compactJSON is the data with its fields in order.
func compactJSON(data json.RawMessage) []byte {
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return data
	}
	out, err := json.Marshal(v)
	if err != nil {
		return data
	}
	return out
}
