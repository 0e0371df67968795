package journal

import (
	"cmp"
	"context"
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

	run    *reconcile.Run
	scopes []*scopeBooks
	pulled
}

var _ reconcile.Sweep = (*Pull)(nil)

// pulled is what one run did.
type pulled struct {
	transactions int // that Stripe listed
	posted       int // of them we had not
	differ       int // of them are posted otherwise
}

// progress is how far the books of one scope are complete.
type progress struct {
	event.Scope
	Done  time.Time `json:"done,omitzero"`   // everything created before is posted
	To    time.Time `json:"to,omitzero"`     // end of the listing under way; zero for none
	After string    `json:"after,omitempty"` // the last transaction of it that is posted
	Any   bool      `json:"any"`             // there ever was a transaction
	Next  time.Time `json:"next,omitzero"`   // when the next listing begins, or the one under way had its last turn
	// Denied: the connected account does not let us list its transactions.
	Denied bool `json:"denied,omitempty"`
	reconcile.Backoff
}

// booksPrefix of the cursors of this sweep: books/live/own.
const booksPrefix = "books/"

// Name implements reconcile.Sweep.
func (*Pull) Name() string { return "books" }

// Begin implements reconcile.Sweep: it pulls what is due, or everything if the request
// asks for that, the scope that has waited longest first.
func (b *Pull) Begin(_ context.Context, run *reconcile.Run) (*reconcile.Work, error) {
	b.run, b.pulled = run, pulled{}
	b.open(run)
	work := &reconcile.Work{Complete: b.complete, Counts: b.counts}
	for _, s := range b.scopes {
		switch {
		case !run.Now && (s.At.Next.After(b.Now()) || s.At.Rests(b.Now())):
		case s.At.Account == "":
			work.First = append(work.First, s)
		default:
			work.Parts = append(work.Parts, s)
		}
	}
	return work, nil
}

// open reads what scopes there are, and how far the books of each are.
func (b *Pull) open(run *reconcile.Run) {
	scopes, err := reconcile.ScopesOf(run)
	run.Report(err)
	b.scopes = nil
	for _, s := range scopes {
		c, err := reconcile.CursorOf[progress](run, booksPrefix+s.Text())
		if err != nil {
			run.Report(err)
			continue
		}
		c.At.Scope = s.Scope
		b.scopes = append(b.scopes, &scopeBooks{Cursor: c, pull: b, silent: s.Silent})
	}
	slices.SortFunc(b.scopes, func(x, y *scopeBooks) int {
		return cmp.Or(x.At.Next.Compare(y.At.Next), strings.Compare(x.Key, y.Key))
	})
}

func (b *Pull) counts() reconcile.Counts {
	return reconcile.Counts{"transactions": b.transactions, "posted": b.posted, "differ": b.differ}
}

// complete is since when the books of every scope that may be listed are complete.
func (b *Pull) complete() time.Time {
	at := b.Now()
	for _, s := range b.scopes {
		if !s.keyless && !s.At.Denied && s.At.Next.Before(at) {
			at = s.At.Next
		}
	}
	return at
}
