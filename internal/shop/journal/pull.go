package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

const (
	// pullEvery is the time between two pulls of one account; a connected account
	// without events is pulled once a day.
	pullEvery   = 15 * time.Minute
	pullSilent  = 24 * time.Hour
	pullOverlap = 24 * time.Hour // how late Stripe may list a transaction
	// pullPages bounds what one run does for one account, so that a long
	// history keeps no other account waiting.
	pullPages = 20
	// pullTime is what a page may take: two calls of Stripe and its postings.
	pullTime = 20 * time.Second
)

// Pull is a sweep of function reconcile that completes the journal: it pulls all
// balance transactions of the stack's account, and of those that events came from,
// from the first on. Fees, taxes, adjustments, transfers and reserves are announced
// by no event. A run that ends early is continued by the next.
type Pull struct {
	Source Source
	Ledger event.Ledger
	Now    func() time.Time
	Log    *slog.Logger
	// Writers is that of its Book.
	Writers int
}

var _ reconcile.Sweep = (*Pull)(nil)

// pulled is what one run did.
type pulled struct {
	transactions int // that Stripe listed
	posted       int // of them we had not
	differ       int // of them are posted otherwise
}

func (p pulled) counts() reconcile.Counts {
	return reconcile.Counts{"transactions": p.transactions, "posted": p.posted, "differ": p.differ}
}

// progress is how far the books of one scope are complete.
type progress struct {
	event.Scope
	Done  time.Time `json:"done,omitzero"`   // everything created before is posted
	To    time.Time `json:"to,omitzero"`     // end of the listing under way; zero for none
	After string    `json:"after,omitempty"` // the last transaction of it that is posted
	Any   bool      `json:"any"`             // there ever was a transaction
	Next  time.Time `json:"next,omitzero"`   // when the next listing begins
}

// booksPrefix of the cursors of this sweep: books/live/own.
const booksPrefix = "books/"

// Sweep implements reconcile.Sweep: it pulls what is due, or everything if the
// request asks for that, the scope that has waited longest first. A run without
// enough time left does nothing.
func (b *Pull) Sweep(ctx context.Context, req reconcile.Request) (reconcile.Counts, error) {
	var r pulled
	if !b.room(ctx) {
		return r.counts(), nil
	}
	due, err := b.due(ctx, req.Now)
	if err != nil {
		return r.counts(), fmt.Errorf("pull balance transactions: %w", err)
	}
	for _, p := range due {
		if err = b.tolerate(ctx, p, b.pull(ctx, p, &r)); err != nil || !b.room(ctx) {
			break
		}
	}
	if r.transactions > 0 || err != nil {
		b.Log.InfoContext(ctx, "books", "transactions", r.transactions, "posted", r.posted, "differ", r.differ)
	}
	return r.counts(), err
}

// due reads what scopes there are, and how far the books of each are.
func (b *Pull) due(ctx context.Context, now bool) ([]*scopeBooks, error) {
	scopes, err := reconcile.KnownScopes(ctx, b.Ledger, b.Now())
	if err != nil {
		return nil, err
	}
	cursors, err := reconcile.ScanCursors[progress](ctx, b.Ledger, booksPrefix)
	if err != nil {
		return nil, err
	}
	var all []*scopeBooks
	for _, s := range scopes {
		key := booksPrefix + s.Text()
		c := cursors[key]
		if c == nil {
			c = &reconcile.Cursor[progress]{Key: key, At: progress{Scope: s.Scope}}
		}
		if now || !c.At.Next.After(b.Now()) {
			all = append(all, &scopeBooks{c, s.Silent})
		}
	}
	slices.SortFunc(all, func(x, y *scopeBooks) int {
		return cmp.Or(x.At.Next.Compare(y.At.Next), strings.Compare(x.Key, y.Key))
	})
	return all, nil
}

// tolerate drops the errors of one scope that leave the others their turn.
func (b *Pull) tolerate(ctx context.Context, p *scopeBooks, err error) error {
	of := p.At.Scope
	switch {
	case err == nil, errors.Is(err, event.ErrNotConfigured):
		return nil
	case errors.Is(err, event.ErrConflict):
		b.Log.InfoContext(ctx, "books", "account", of.Account, "livemode", of.Livemode, "detail", "scope is being listed by another run")
		return nil
	case errors.Is(err, event.ErrDenied) && of.Account != "":
		b.Log.WarnContext(ctx, "books", "account", of.Account, "livemode", of.Livemode, "error", err.Error())
		b.later(p)
		return p.Save(ctx, b.Ledger)
	}
	return fmt.Errorf("pull balance transactions: %w", err)
}

// room reports whether a run has the time for another page.
func (b *Pull) room(ctx context.Context) bool { return reconcile.TimeFor(ctx, b.Now(), pullTime) }
