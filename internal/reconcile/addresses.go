package reconcile

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/event"
)

// Addresses is a sweep that keeps the list of addresses from which Stripe posts, for
// ingest. It reads Stripe's once a day.
type Addresses struct {
	Read   func(ctx context.Context) ([]netip.Addr, error)
	Ledger event.Ledger
	Now    func() time.Time

	cursor *Cursor[addresses.List]
}

// Name implements Sweep.
func (a *Addresses) Name() string { return "addresses" }

// Begin implements Sweep. A row that cannot be read is written anew.
func (a *Addresses) Begin(_ context.Context, run *Run) (*Work, error) {
	c, err := CursorOf[addresses.List](run, addresses.Key)
	if err != nil {
		c = &Cursor[addresses.List]{Key: addresses.Key, version: run.cursors[addresses.Key].Version}
	}
	if a.cursor = c; !run.Now && !c.At.Due(a.Now()) {
		return &Work{}, err
	}
	return &Work{Parts: []Part{a}}, err
}

// Page implements Part.
func (a *Addresses) Page(ctx context.Context) (more bool, err error) {
	found, err := a.Read(ctx)
	if err != nil {
		return false, err
	}
	a.cursor.At = a.cursor.At.Renewed(found, a.Now())
	return false, a.cursor.Save(ctx, a.Ledger)
}

// Fail implements Part: what is there serves until it is stale.
func (a *Addresses) Fail(ctx context.Context, err error) error {
	a.cursor.At = a.cursor.At.Later(a.Now())
	if saved := a.cursor.Save(ctx, a.Ledger); !errors.Is(saved, event.ErrConflict) {
		return errors.Join(err, saved)
	}
	return err
}
