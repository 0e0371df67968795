package journal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// ErrDiffers: a balance transaction is not what was posted before. Stripe never
// changes one, and the books are never rewritten.
var ErrDiffers = errors.New("is posted with another content")

// Merge adds a posting to what is in its row, the zero Posting for none. The
// content stays as it was posted first; of the memo what is known is united.
func Merge(old, p Posting) (Posting, error) {
	if old.Fact == "" {
		return p, nil
	}
	if !old.same(p) {
		return old, fmt.Errorf("balance transaction %s %w: compare it with Stripe's dashboard, and check that the API key is the right account's", p.Fact, ErrDiffers)
	}
	old.Memo.Seen = greater(old.Memo.Seen, p.Memo.Seen)
	return old, nil
}

func (p Posting) same(o Posting) bool {
	return p.Fact == o.Fact && p.At.Equal(o.At) && p.Scope == o.Scope &&
		p.Currency == o.Currency && slices.Equal(p.Entries, o.Entries)
}

// greater prefers what is known, then what was presented to the customer, which not
// every event says, then the greater amount: a charge that is captured in parts
// shows more every time.
func greater(a, b *Seen) *Seen {
	switch {
	case a == nil, b == nil:
		return cmp.Or(a, b)
	case a.Presented != b.Presented:
		if b.Presented {
			return b
		}
	case cmp.Or(cmp.Compare(b.Amount, a.Amount), cmp.Compare(b.Currency, a.Currency)) > 0:
		return b
	}
	return a
}
