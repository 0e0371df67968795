package memory

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// row is a row with the nonce of the call that wrote it.
type row struct {
	event.Row
	nonce string
}

// Load implements event.Ledger.
func (s *Store) Load(ctx context.Context, table, key string) (r event.Row, err error) {
	if err := errors.Join(checkKey("table", table), checkKey("key", key)); err != nil {
		return r, fmt.Errorf("load: %w", err)
	}
	err = s.do(ctx, Op{"Load", table + " " + key}, func() error {
		r = s.rows[pair{table, key}].Row
		r.Key, r.Data = key, slices.Clone(r.Data)
		return nil
	})
	return r, err
}

// Write implements event.Ledger.
func (s *Store) Write(ctx context.Context, w event.Write) error {
	rows, err := prepare([]event.Write{w})
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	nonce := s.nonce()
	return s.do(ctx, Op{"Write", w.Table + " " + w.Key}, func() error {
		k := pair{w.Table, w.Key}
		switch old := s.rows[k]; {
		case old.nonce == nonce: // our own, its reply was lost
			return nil
		case old.Version != w.Version:
			return event.ErrConflict
		}
		rows[0].Direct = !w.Derived
		s.rows[k] = row{rows[0], nonce}
		return nil
	})
}

// Scan implements event.Ledger; in order of the keys.
func (s *Store) Scan(ctx context.Context, table string) iter.Seq2[event.Row, error] {
	return list(ctx, s, Op{"Scan", table}, func() (found []event.Row) {
		for _, k := range sorted(s.rows, pair.compare) {
			if k.a == table {
				r := s.rows[k].Row
				r.Data = slices.Clone(r.Data)
				found = append(found, r)
			}
		}
		return found
	})
}

// prepare checks the writes and returns the rows that they make.
func prepare(writes []event.Write) ([]event.Row, error) {
	if len(writes) > maxWrites {
		return nil, fmt.Errorf("%d writes, a transaction takes %d besides the delivery: %w", len(writes), maxWrites, event.ErrInvalid)
	}
	seen := map[pair]bool{}
	rows := make([]event.Row, len(writes))
	for i, w := range writes {
		if w.Raw != nil {
			return nil, fmt.Errorf("raw write %T: the store in memory takes only Data: %w", w.Raw, event.ErrInvalid)
		}
		k := pair{w.Table, w.Key}
		if seen[k] {
			return nil, fmt.Errorf("two writes to %s %s in one transaction: %w", w.Table, w.Key, event.ErrInvalid)
		}
		seen[k] = true
		if err := errors.Join(checkKey("table", w.Table), checkKey("key", w.Key)); err != nil {
			return nil, err
		}
		data, err := object(w.Data)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w: %w", w.Table, w.Key, event.ErrInvalid, err)
		}
		rows[i] = event.Row{Key: w.Key, Version: w.Version + 1, Data: data}
	}
	return rows, nil
}

// object checks that data is a JSON object without the row's own fields and
// returns it with its fields in order of their names, as a store that keeps
// attributes does.
func object(data json.RawMessage) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&fields); err != nil {
		return nil, fmt.Errorf("data is not a JSON object: %w", err)
	}
	if _, err := d.Token(); fields == nil || !errors.Is(err, io.EOF) {
		return nil, errors.New("data is not a JSON object")
	}
	for _, name := range []string{"id", "version", "payhooks-direct"} {
		if _, ok := fields[name]; ok {
			return nil, fmt.Errorf("field %q is kept for the row itself: give it another name", name)
		}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(fields); err != nil {
		return nil, fmt.Errorf("encode data: %w", err)
	}
	return bytes.TrimSpace(out.Bytes()), nil
}
