package journal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// scopeBooks is one scope's turn.
type scopeBooks struct {
	*reconcile.Cursor[progress]
	pull    *Pull
	silent  bool // no event of the account for a while
	keyless bool // there is no API key for its mode
}

// Page implements reconcile.Part: it continues the listing, or begins the next.
func (p *scopeBooks) Page(ctx context.Context) (more bool, err error) {
	b := p.pull
	if p.At.To.IsZero() {
		p.At.To, p.At.After = b.Now().Truncate(time.Second), ""
	}
	more, err = b.page(ctx, p)
	if err != nil {
		return false, err
	}
	if p.At.Next = b.Now(); !more { // behind the scopes that wait longer
		b.finish(p)
	}
	p.At.Succeed()
	p.At.Denied = false
	return more, p.Save(ctx, b.Ledger)
}

// Fail implements reconcile.Part. A mode without a key and a connected account that is no
// longer ours are no failures of the run.
func (p *scopeBooks) Fail(ctx context.Context, err error) error {
	b, of := p.pull, p.At.Scope
	if errors.Is(err, event.ErrNotConfigured) {
		p.keyless = true
		return nil
	}
	most := restsOwn
	if of.Account != "" {
		most = restsConnected
	}
	if p.At.Denied = errors.Is(err, event.ErrDenied) && of.Account != ""; p.At.Denied {
		b.Log.WarnContext(ctx, "books", "account", of.Account, "livemode", of.Livemode, "error", err.Error())
		err, most = nil, pullSilent
	}
	p.At.Fail(b.Now(), most)
	saved := p.Save(context.WithoutCancel(ctx), b.Ledger)
	if errors.Is(saved, event.ErrConflict) {
		saved = nil // another run moved it
	}
	if err != nil {
		err = fmt.Errorf("pull balance transactions of %s: %w", of.Text(), err)
	}
	return errors.Join(err, saved)
}

const (
	// restsOwn and restsConnected bound the pause of a scope that fails.
	restsOwn       = 10 * time.Minute
	restsConnected = time.Hour
)

// page posts one page of the listing and moves behind it.
func (b *Pull) page(ctx context.Context, p *scopeBooks) (more bool, err error) {
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
	posted, differ, err := Book{Rows: b.Ledger}.Post(ctx, ps)
	b.transactions, b.posted, b.differ = b.transactions+len(list), b.posted+posted, b.differ+len(differ)
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
	p.At.Next = b.Now().Add(pullEvery)
	if p.silent {
		p.At.Next = b.Now().Add(pullSilent)
	}
}
