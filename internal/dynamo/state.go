package dynamo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/event"
)

// ReservedError reports a field of a state whose name the row itself needs. It
// is event.ErrInvalid.
type ReservedError struct{ Field string }

func (e *ReservedError) Error() string {
	return fmt.Sprintf("field %q is kept for the row itself: give it another name", e.Field)
}

// Unwrap makes it an event.ErrInvalid.
func (e *ReservedError) Unwrap() error { return event.ErrInvalid }

// direct marks a row that no delivery wrote.
const direct = "payhooks-direct"

var reserved = []string{"id", "version", direct}

// Load implements event.Ledger. Data has its fields in order of their names;
// sets and binaries that raw writes made are arrays and base64 in it.
func (t *Tables) Load(ctx context.Context, table, id string) (event.Row, error) {
	if err := errors.Join(checkKey("table", table), checkKey("key", id)); err != nil {
		return event.Row{}, fmt.Errorf("load: %w", err)
	}
	it, err := t.get(ctx, table, key(id))
	if err == nil && it == nil {
		return event.Row{Key: id}, nil
	}
	var row event.Row
	if err == nil {
		row, err = readRow(it)
	}
	if err != nil {
		return row, fmt.Errorf("load %s %s: %w", table, id, err)
	}
	return row, nil
}

// Scan implements event.Ledger.
func (t *Tables) Scan(ctx context.Context, table string) iter.Seq2[event.Row, error] {
	return parsed("scan "+table, t.scan(ctx, &ddb.ScanInput{TableName: t.table(table)}), func(it item) (event.Row, error) {
		row, err := readRow(it)
		if err != nil {
			return row, fmt.Errorf("row %s: %w", row.Key, err)
		}
		return row, nil
	})
}

// rowItem is the row that a write makes.
func rowItem(w event.Write) (item, error) {
	if err := errors.Join(checkKey("table", w.Table), checkKey("key", w.Key)); err != nil {
		return nil, err
	}
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(w.Data))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil || fields == nil {
		return nil, fmt.Errorf("data is not a JSON object: %w", errors.Join(event.ErrInvalid, err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("data is more than one JSON object: %w", event.ErrInvalid)
	}
	row := item{"id": str(w.Key)}
	row.number("version", w.Version+1)
	for _, name := range reserved {
		if _, ok := fields[name]; ok {
			return nil, &ReservedError{Field: name}
		}
	}
	for name, v := range fields {
		value, err := fromJSON(v)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
		row[name] = value
	}
	return row, nil
}

func readRow(it item) (event.Row, error) {
	r := &reader{item: it}
	row := event.Row{Key: r.need("id"), Direct: r.bool(direct)}
	if n := r.int("version"); n != nil {
		row.Version = *n
	}
	if r.err != nil {
		return row, r.err
	}
	fields := map[string]any{}
	for name, v := range it {
		if slices.Contains(reserved, name) {
			continue
		}
		var err error
		if fields[name], err = toJSON(v); err != nil {
			return row, fmt.Errorf("field %s: %w", name, err)
		}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(fields); err != nil {
		return row, fmt.Errorf("encode: %w: %w", event.ErrInvalid, err)
	}
	row.Data = bytes.TrimSpace(out.Bytes())
	return row, nil
}
