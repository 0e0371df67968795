package journal

import (
	"context"
	"errors"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// scopeBooks is one scope's turn.
type scopeBooks struct {
	*reconcile.Cursor[progress]
	silent bool // no event of the account for a while
}

// pull continues the listing of one scope, or begins the next.
func (b *Pull) pull(ctx context.Context, p *scopeBooks, r *pulled) error {
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
		if err := p.Save(ctx, b.Ledger); err != nil || !more {
			return err
		}
	}
	return nil
}

// page posts one page of the listing and moves behind it.
func (b *Pull) page(ctx context.Context, p *scopeBooks, r *pulled) (more bool, err error) {
	q := Query{To: p.At.To, After: p.At.After}
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
	ps := make([]Posting, len(list))
	for i, t := range list {
		ps[i] = Post(t, of, nil)
	}
	posted, differ, err := Book{Rows: b.Ledger, Writers: b.Writers}.Post(ctx, ps)
	r.transactions, r.posted, r.differ = r.transactions+len(list), r.posted+posted, r.differ+len(differ)
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
func (b *Pull) finish(p *scopeBooks) {
	if p.At.Any {
		p.At.Done = p.At.To
	}
	p.At.To, p.At.After = time.Time{}, ""
	b.later(p)
}

func (b *Pull) later(p *scopeBooks) {
	p.At.Next = b.Now().Add(pullEvery)
	if p.silent {
		p.At.Next = b.Now().Add(pullSilent)
	}
}
