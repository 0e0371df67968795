package reconcile

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
	"github.com/payhooks/payhooks/internal/journal"
)

const (
	// pullEvery is the time between two pulls of one account; a connected
	// account of which nothing is heard is pulled once a day.
	pullEvery   = 15 * time.Minute
	pullSilent  = 24 * time.Hour
	pullOverlap = 24 * time.Hour // how late Stripe may list a transaction
	// pullPages bounds what one run does for one account, so that a long
	// history keeps no other account waiting.
	pullPages = 20
	// pullTime is what a page may take: two calls of Stripe and its postings.
	pullTime = 20 * time.Second
)

// Books completes the journal: it pulls all balance transactions of the stack's
// account, and of those that events came from, from the first on. Fees, taxes,
// adjustments, transfers and reserves are announced by no event. A run
// that ends early is continued by the next.
type Books struct {
	Source journal.Source
	Ledger event.Ledger
	Now    func() time.Time
	Log    *slog.Logger
}

// Pulled is what one run of Books did.
type Pulled struct {
	Transactions int `json:"transactions"` // that Stripe listed
	Posted       int `json:"posted"`       // of them we had not
	Differ       int `json:"differ"`       // of them are posted otherwise
}

// pull is how far the books of one scope are complete.
type pull struct {
	event.Scope
	Done  time.Time `json:"done,omitzero"`   // everything created before is posted
	To    time.Time `json:"to,omitzero"`     // end of the listing under way; zero for none
	After string    `json:"after,omitempty"` // the last transaction of it that is posted
	Any   bool      `json:"any"`             // there ever was a transaction
	Next  time.Time `json:"next,omitzero"`   // when the next listing begins
}

// scopeBooks is one scope's turn.
type scopeBooks struct {
	*cursor[pull]
	silent bool // no event of the account for a while
}

// booksPrefix of the cursors of this sweep: books/live/own.
const booksPrefix = "books/"

// Sweep pulls what is due, or everything now, whichever was due first. A run
// that has no time left for it does nothing, and so does a nil Books.
func (b *Books) Sweep(ctx context.Context, now bool) (Pulled, error) {
	var r Pulled
	if b == nil || !b.room(ctx) {
		return r, nil
	}
	due, err := b.due(ctx, now)
	if err != nil {
		return r, fmt.Errorf("pull balance transactions: %w", err)
	}
	for _, p := range due {
		if err = b.tolerate(ctx, p, b.pull(ctx, p, &r)); err != nil || !b.room(ctx) {
			break
		}
	}
	if r.Transactions > 0 || err != nil {
		b.Log.InfoContext(ctx, "books", "transactions", r.Transactions, "posted", r.Posted, "differ", r.Differ)
	}
	return r, err
}

// due reads both sweeps' cursors: what scopes there are, and how far the books of
// each are.
func (b *Books) due(ctx context.Context, now bool) ([]*scopeBooks, error) {
	scopes, err := scanCursors[progress](ctx, b.Ledger, missingPrefix)
	if err != nil {
		return nil, err
	}
	pulls, err := scanCursors[pull](ctx, b.Ledger, booksPrefix)
	if err != nil {
		return nil, err
	}
	var all []*scopeBooks
	for _, s := range scopes {
		key := booksPrefix + s.At.Text()
		p := pulls[key]
		if p == nil {
			p = &cursor[pull]{Key: key, At: pull{Scope: s.At.Scope}}
		}
		if now || !p.At.Next.After(b.Now()) {
			silent := s.At.Account != "" && b.Now().Sub(s.At.Seen) > event.StripeRetention
			all = append(all, &scopeBooks{p, silent})
		}
	}
	slices.SortFunc(all, func(x, y *scopeBooks) int {
		return cmp.Or(x.At.Next.Compare(y.At.Next), strings.Compare(x.Key, y.Key))
	})
	return all, nil
}

// pull continues the listing of one scope, or begins the next.
func (b *Books) pull(ctx context.Context, p *scopeBooks, r *Pulled) error {
	if p.At.To.IsZero() {
		p.At.To, p.At.After = b.Now().Truncate(time.Second), ""
	}
	for range pullPages {
		if !b.room(ctx) {
			return nil
		}
		more, err := b.page(ctx, p, r)
		if err != nil {
			return err
		}
		if !more {
			b.finish(p)
		}
		if err := p.save(ctx, b.Ledger); err != nil || !more {
			return err
		}
	}
	return nil
}

// page posts one page of the listing and moves behind it.
func (b *Books) page(ctx context.Context, p *scopeBooks, r *Pulled) (more bool, err error) {
	q := journal.Query{To: p.At.To, After: p.At.After}
	if !p.At.Done.IsZero() {
		q.From = p.At.Done.Add(-pullOverlap)
	}
	of := p.At.Scope
	list, more, err := b.Source.Transactions(ctx, of, q)
	if errors.Is(err, event.ErrNotFound) && p.At.After != "" {
		p.At.After = "" // the starting object no longer exists at Stripe: from the start
		return true, nil
	}
	if err != nil || len(list) == 0 {
		return false, err
	}
	ps := make([]journal.Posting, len(list))
	for i, t := range list {
		ps[i] = journal.Post(t, of, nil)
	}
	posted, differ, err := journal.Book{Rows: b.Ledger}.Post(ctx, ps)
	r.Transactions, r.Posted, r.Differ = r.Transactions+len(list), r.Posted+posted, r.Differ+len(differ)
	for _, d := range differ {
		b.Log.ErrorContext(ctx, "books differ", "account", of.Account, "livemode", of.Livemode, "error", d.Error())
	}
	if err != nil {
		return false, err
	}
	p.At.After, p.At.Any = list[len(list)-1].ID, true
	return more, nil
}

// finish ends a listing. As long as there never was a transaction the next one
// begins at the beginning too.
func (b *Books) finish(p *scopeBooks) {
	if p.At.Any {
		p.At.Done = p.At.To
	}
	p.At.To, p.At.After = time.Time{}, ""
	b.later(p)
}

func (b *Books) later(p *scopeBooks) {
	p.At.Next = b.Now().Add(pullEvery)
	if p.silent {
		p.At.Next = b.Now().Add(pullSilent)
	}
}

// tolerate drops the errors of one scope that leave the others their turn.
func (b *Books) tolerate(ctx context.Context, p *scopeBooks, err error) error {
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
		return p.save(ctx, b.Ledger)
	}
	return fmt.Errorf("pull balance transactions: %w", err)
}

// room reports whether a run has the time for another page.
func (b *Books) room(ctx context.Context) bool { return timeFor(ctx, b.Now(), pullTime) }
