package journal

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// Rows is the part of event.Ledger that a Book needs.
type Rows interface {
	Load(ctx context.Context, table, key string) (event.Row, error)
	Write(ctx context.Context, w event.Write) error
}

// Book writes postings that no delivery brings: those of the pull and of a
// payout's listing. Posting twice changes nothing. Safe for concurrent use.
type Book struct {
	Rows Rows
	// Writers work on one page at the same time; 8 when it is 0.
	Writers int
}

const (
	writers = 8
	// conflicts bounds how often a row is read again because an event posted
	// the same transaction in between.
	conflicts = 5
)

// Post writes what is not posted yet and returns how much that was. A row that
// holds something else stays as it is; differ has an ErrDiffers for each. All
// others are written all the same.
func (b Book) Post(ctx context.Context, ps []Posting) (posted int, differ []error, err error) {
	var fresh atomic.Int64
	results, err := parallel.Map(ctx, cmp.Or(b.Writers, writers), ps, func(ctx context.Context, p Posting) (error, error) {
		isNew, err := b.post(ctx, p)
		if isNew {
			fresh.Add(1)
		}
		if errors.Is(err, ErrDiffers) {
			return err, nil
		}
		return nil, err
	})
	return int(fresh.Load()), slices.DeleteFunc(results, func(err error) bool { return err == nil }), err
}

// post writes one posting and reports whether it was not there.
func (b Book) post(ctx context.Context, p Posting) (isNew bool, err error) {
	key := p.Key(Kind, p.Fact)
	for try := 0; ; try++ {
		row, err := b.Rows.Load(ctx, Table, key)
		if err != nil {
			return false, fmt.Errorf("post %s: %w", p.Fact, err)
		}
		data, changed, err := merged(row.Data, p)
		if err != nil || !changed {
			return false, err
		}
		err = b.Rows.Write(ctx, event.Write{Table: Table, Key: key, Version: row.Version, Data: data})
		if err == nil {
			return row.Data == nil, nil
		}
		if !errors.Is(err, event.ErrConflict) || try == conflicts {
			return false, fmt.Errorf("post %s: %w", p.Fact, err)
		}
	}
}

// merged is the row with the posting, and whether that is any different.
func merged(row json.RawMessage, p Posting) (data json.RawMessage, changed bool, err error) {
	var old Posting
	if row != nil {
		if err := json.Unmarshal(row, &old); err != nil {
			return nil, false, fmt.Errorf("read posting %s: %w", p.Fact, err)
		}
	}
	now, err := Merge(old, p)
	if err != nil {
		return nil, false, err
	}
	if old.Fact != "" && equalSeen(old.Memo.Seen, now.Memo.Seen) {
		return row, false, nil
	}
	data, err = json.Marshal(now)
	return data, true, err
}

func equalSeen(a, b *Seen) bool { return a == b || a != nil && b != nil && *a == *b }
