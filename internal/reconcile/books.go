package reconcile

import (
	"cmp"
	"context"
	"encoding/json"
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
// adjustments, transfers and reserves are announced by no event. What a run
// does not manage, the next goes on with.
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

// pull is how far the books of one scope are complete: a row of the cursors.
type pull struct {
	scope
	Done  time.Time `json:"done,omitzero"`   // everything created before is posted
	To    time.Time `json:"to,omitzero"`     // end of the listing under way; zero for none
	After string    `json:"after,omitempty"` // the last transaction of it that is posted
	Any   bool      `json:"any"`             // there ever was a transaction
	Next  time.Time `json:"next,omitzero"`   // when the next listing begins

	row    int64
	silent bool
}

const pullPrefix = "books/"

func (p *pull) key() string { return pullPrefix + strings.TrimPrefix(p.scope.key(), prefix) }

// Sweep pulls what is due, or everything now, whichever was due first. A run
// that has no time left for it does nothing, and so does a nil Books.
func (b *Books) Sweep(ctx context.Context, now bool) (Pulled, error) {
	var r Pulled
	if b == nil || !room(ctx) {
		return r, nil
	}
	due, err := b.due(ctx, now)
	if err != nil {
		return r, fmt.Errorf("pull balance transactions: %w", err)
	}
	for _, p := range due {
		if err = b.tolerate(ctx, p, b.pull(ctx, p, &r)); err != nil || !room(ctx) {
			break
		}
	}
	if r.Transactions > 0 || err != nil {
		b.Log.InfoContext(ctx, "books", "transactions", r.Transactions, "posted", r.Posted, "differ", r.Differ)
	}
	return r, err
}

// due reads both sweeps' rows: what scopes there are, and how far the books of
// each are.
func (b *Books) due(ctx context.Context, now bool) ([]*pull, error) {
	scopes, pulls := map[string]*progress{}, map[string]*pull{}
	var bad error
	err := b.Ledger.Scan(ctx, cursors, func(key string, it event.Row) bool {
		switch {
		case strings.HasPrefix(key, prefix):
			s := &progress{}
			bad = json.Unmarshal(it.Data, s)
			scopes[pullPrefix+strings.TrimPrefix(key, prefix)] = s
		case strings.HasPrefix(key, pullPrefix):
			p := &pull{row: it.Version}
			bad = json.Unmarshal(it.Data, p)
			pulls[key] = p
		}
		if bad != nil {
			bad = fmt.Errorf("read cursor %s: %w", key, bad)
		}
		return bad == nil
	})
	var all []*pull
	for key, s := range scopes {
		p := pulls[key]
		if p == nil {
			p = &pull{scope: s.scope}
		}
		p.silent = s.Account != "" && b.Now().Sub(s.Seen) > event.StripeRetention
		if now || !p.Next.After(b.Now()) {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(x, y *pull) int { return cmp.Or(x.Next.Compare(y.Next), strings.Compare(x.key(), y.key())) })
	return all, errors.Join(err, bad)
}

// pull goes on with the listing of one scope, or begins the next.
func (b *Books) pull(ctx context.Context, p *pull, r *Pulled) error {
	if p.To.IsZero() {
		p.To, p.After = b.Now().Truncate(time.Second), ""
	}
	for range pullPages {
		if !room(ctx) {
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
func (b *Books) page(ctx context.Context, p *pull, r *Pulled) (more bool, err error) {
	q := journal.Query{To: p.To, After: p.After}
	if !p.Done.IsZero() {
		q.From = p.Done.Add(-pullOverlap)
	}
	of := journal.Owner{Account: p.Account, Livemode: p.Livemode}
	list, more, err := b.Source.Transactions(ctx, of, q)
	if errors.Is(err, event.ErrNotFound) && p.After != "" {
		p.After = "" // Stripe forgot where we were: from the start of the listing
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
		b.Log.ErrorContext(ctx, "books differ", "account", p.Account, "livemode", p.Livemode, "error", d.Error())
	}
	if err != nil {
		return false, err
	}
	p.After, p.Any = list[len(list)-1].ID, true
	return more, nil
}

// finish ends a listing. As long as there never was a transaction the next one
// begins at the beginning too.
func (b *Books) finish(p *pull) {
	if p.Any {
		p.Done = p.To
	}
	p.To, p.After = time.Time{}, ""
	b.later(p)
}

func (b *Books) later(p *pull) {
	p.Next = b.Now().Add(pullEvery)
	if p.silent {
		p.Next = b.Now().Add(pullSilent)
	}
}

// tolerate says which errors of one scope leave the others their turn.
func (b *Books) tolerate(ctx context.Context, p *pull, err error) error {
	switch {
	case err == nil, errors.Is(err, event.ErrNotConfigured):
		return nil
	case errors.Is(err, event.ErrConflict):
		b.Log.InfoContext(ctx, "books", "account", p.Account, "livemode", p.Livemode, "detail", "another run pulls these")
		return nil
	case errors.Is(err, event.ErrDenied) && p.Account != "":
		b.Log.WarnContext(ctx, "books", "account", p.Account, "livemode", p.Livemode, "error", err.Error())
		b.later(p)
		return p.save(ctx, b.Ledger)
	}
	return fmt.Errorf("pull balance transactions: %w", err)
}

func (p *pull) save(ctx context.Context, l event.Ledger) error {
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := l.Write(ctx, event.Write{Table: cursors, Key: p.key(), Version: p.row, Data: data}); err != nil {
		return fmt.Errorf("save cursor %s: %w", p.key(), err)
	}
	p.row++
	return nil
}

// room reports whether a run has the time for another page.
func room(ctx context.Context) bool {
	until, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(until) > pullTime)
}
