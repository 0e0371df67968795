package dynamo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/internal/event"
)

// ReservedError says that a state has a field whose name the row itself needs.
// It is event.ErrInvalid.
type ReservedError struct{ Field string }

func (e *ReservedError) Error() string {
	return fmt.Sprintf("field %q is kept for the row itself: give it another name", e.Field)
}

// Unwrap makes it an event.ErrInvalid.
func (e *ReservedError) Unwrap() error { return event.ErrInvalid }

// apart marks a row that no delivery wrote.
const apart = "payhooks-apart"

var reserved = []string{"id", "version", apart}

// Load implements event.Ledger. Data has its fields in order of their names;
// sets and binaries that raw writes made are arrays and base64 in it.
func (t *Tables) Load(ctx context.Context, table, key string) (event.Row, error) {
	if err := errors.Join(checkKey("table", table), checkKey("key", key)); err != nil {
		return event.Row{}, fmt.Errorf("load: %w", err)
	}
	out, err := t.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: t.table(table), Key: item{"id": str(key)}, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return event.Row{}, fmt.Errorf("load %s %s: %w", table, key, err)
	}
	if out.Item == nil {
		return event.Row{}, nil
	}
	_, it, err := readRow(out.Item)
	if err != nil {
		return it, fmt.Errorf("load %s %s: %w", table, key, err)
	}
	return it, nil
}

// Scan implements event.Ledger. What cannot be read is passed over and named
// in the error at the end.
func (t *Tables) Scan(ctx context.Context, table string, yield func(key string, it event.Row) bool) error {
	var odd []error
	err := eachPage(ctx, dynamodb.NewScanPaginator(t.client, &dynamodb.ScanInput{TableName: t.table(table)}).NextPage,
		func(p *dynamodb.ScanOutput) (bool, bool) {
			for _, row := range p.Items {
				key, it, err := readRow(row)
				if err != nil {
					odd = append(odd, fmt.Errorf("row %s: %w", key, err))
				} else if !yield(key, it) {
					return false, false
				}
			}
			return true, p.LastEvaluatedKey != nil
		})
	if err = errors.Join(append(odd, err)...); err != nil {
		return fmt.Errorf("scan %s: %w", table, err)
	}
	return nil
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
		return nil, fmt.Errorf("data is no JSON object: %w", errors.Join(event.ErrInvalid, err))
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

func readRow(row item) (key string, it event.Row, err error) {
	r := &reader{item: row}
	key = r.need("id")
	it.Direct = r.bool(apart)
	if n := r.int("version"); n != nil {
		it.Version = *n
	}
	if r.err != nil {
		return key, it, r.err
	}
	fields := map[string]any{}
	for name, v := range row {
		if slices.Contains(reserved, name) {
			continue
		}
		if fields[name], err = toJSON(v); err != nil {
			return key, it, fmt.Errorf("field %s: %w", name, err)
		}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(fields); err != nil {
		return key, it, fmt.Errorf("encode: %w: %w", event.ErrInvalid, err)
	}
	it.Data = bytes.TrimSpace(out.Bytes())
	return key, it, nil
}
