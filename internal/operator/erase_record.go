package operator

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// Erasure is the record of one erasure. It does not say of whom: its key is a digest of
// the customer's id, so that a holder of the id can show that it was done.
type Erasure struct {
	Digest string    `json:"digest,omitempty"` // SHA-256 of the customer's id, in hex
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Events int       `json:"events"`
	Mails  int       `json:"mails"`
	Rows   int       `json:"rows"`
}

const (
	// erasureTable has the records, beside the positions of the sweeps.
	erasureTable  = "cursors"
	erasurePrefix = "erased/"
)

// erasures is the row of one customer.
type erasures struct {
	Times []Erasure `json:"times"`
}

func erasureKey(customer string) string {
	sum := sha256.Sum256([]byte(customer))
	return erasurePrefix + hex.EncodeToString(sum[:])
}

// Erasures lists the erasures of a customer, or of everybody, the first one first.
func (o *Operator) Erasures(ctx context.Context, customer string) (all []Erasure, err error) {
	for row, err := range o.Ledger.Scan(ctx, erasureTable) {
		if err != nil {
			return nil, fmt.Errorf("list erasures: %w", err)
		}
		digest, ok := strings.CutPrefix(row.Key, erasurePrefix)
		if !ok || customer != "" && row.Key != erasureKey(customer) {
			continue
		}
		var es erasures
		if err := json.Unmarshal(row.Data, &es); err != nil {
			return nil, fmt.Errorf("erasure %s: %w: %w", digest, event.ErrInvalid, err)
		}
		for _, e := range es.Times {
			e.Digest = digest
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b Erasure) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Digest, b.Digest)) })
	return all, nil
}

func (o *Operator) recordErasure(ctx context.Context, customer string, e Erasure) error {
	for try := 1; ; try++ {
		row, err := o.Ledger.Load(ctx, erasureTable, erasureKey(customer))
		if err != nil {
			return err
		}
		var es erasures
		if row.Data != nil {
			if err := json.Unmarshal(row.Data, &es); err != nil {
				return fmt.Errorf("erasure %s: %w: %w", row.Key, event.ErrInvalid, err)
			}
		}
		es.Times = append(es.Times, e)
		data, err := json.Marshal(es)
		if err != nil {
			return err
		}
		err = o.Ledger.Write(ctx, event.Write{Table: erasureTable, Key: row.Key, Version: row.Version, Data: data})
		if !errors.Is(err, event.ErrConflict) || try == auditTries {
			return err
		}
	}
}
