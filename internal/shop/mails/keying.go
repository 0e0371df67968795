package mails

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// refundKeying is how the refunds of one charge are distinguished. The first event
// that needs to know decides for all others of the charge, and the ledger keeps it:
// if some refunds were mailed by their names and others by what they add up to,
// one could be mailed both ways, whenever an API key or an endpoint of another
// API version comes or goes between two events.
type refundKeying string

const (
	perRefund refundKeying = "name"   // events or Stripe's list name them: refund/re_…
	perAmount refundKeying = "amount" // nothing names them: refund/ch_…/<amount refunded>
)

// refunded is what a refund's notice is part of.
type refunded struct {
	charge string
	// of is the charge as charge.refunded reports it, if the notice is about
	// what that event adds to the refunded amount; nil if it names a refund.
	of *facts.Charge
	// snapshot is the id of that event in a version that names no refund.
	snapshot string
	sum      int64 // refunded of the charge, without what a partial capture released
	nth      int   // which of the charge's snapshots that add the same amount, from 0
}

const (
	reportedByName   = "reported by the refund's own events"
	reportedByAmount = "reported by charge.refunded"
)

// resolve returns n, or for a refund that its event does not name the notices of
// the refunds that it stands for.
func (r *run) resolve(ctx context.Context, n notice) ([]notice, error) {
	if n.refunded.charge == "" {
		return []notice{n}, nil
	}
	how, err := r.keying(ctx, n)
	if err != nil {
		return nil, err
	}
	switch {
	case n.refunded.of == nil && how == perAmount:
		n.skip = reportedByAmount
	case n.refunded.of == nil, how == perAmount:
	case n.refunded.snapshot == "":
		n.skip = reportedByName
	default:
		return r.listed(ctx, n)
	}
	return []notice{n}, nil
}

// keying returns how the refunds of n's charge are keyed, or decides it.
func (r *run) keying(ctx context.Context, n notice) (refundKeying, error) {
	charge := n.refunded.charge
	if known, ok := r.keyings[charge]; ok {
		return known.is, known.err
	}
	how, err := action.Fetch(ctx, r.e, "refunds/"+charge, func(ctx context.Context) (refundKeying, error) {
		if n.refunded.snapshot == "" {
			return perRefund, nil
		}
		list, err := r.list(ctx, n)
		switch {
		case unnameable(err):
			return perAmount, nil
		case err == nil:
			r.lists[n.refunded.snapshot] = list
		}
		return perRefund, err
	})
	r.keyings[charge] = asked[refundKeying]{how, err}
	return how, err
}

// unnameable reports whether there is no way to name the refunds. That Stripe
// cannot be reached or refuses the key does not count.
func unnameable(err error) bool {
	return errors.Is(err, event.ErrNotConfigured) || errors.Is(err, event.ErrNotFound) || errors.Is(err, errIncomplete)
}

// listed are the notices of the refunds in Stripe's list, fetched once for the
// snapshot that n is about.
func (r *run) listed(ctx context.Context, n notice) ([]notice, error) {
	id := n.refunded.snapshot
	list, err := action.Fetch(ctx, r.e, "refunds/"+id, func(ctx context.Context) ([]entry, error) {
		if known, ok := r.lists[id]; ok {
			return known, nil
		}
		return r.list(ctx, n)
	})
	switch {
	case unnameable(err) && r.known.names(n):
		n.skip = reportedByName
		return []notice{n}, nil
	case unnameable(err):
		// An operator may put the key back, or the event that names the refund is
		// still to come. A mail by the amount could be a second one.
		return nil, action.RetryAfter(fmt.Errorf("the refunds of %s are mailed by their names, which cannot be listed now: check that the stack's secret has the Stripe API key (%v)", n.refunded.charge, err), time.Minute) //nolint:errorlint // its own verdict is to park
	case err != nil:
		return nil, err
	}
	released := remainderIn(list, n.refunded)
	all := make([]notice, 0, len(list))
	for _, t := range list {
		all = append(all, r.named(n, t, t.ID == released))
	}
	return all, nil
}

// names reports whether events name as many refunds of the amount as it takes
// for one of them to be what the snapshot adds.
func (s *studied) names(n notice) bool {
	return count(s.named, part{n.refunded.charge, n.amount.Minor}) > n.refunded.nth
}

func count(parts map[string]part, like part) (n int) {
	for _, p := range parts {
		if p == like {
			n++
		}
	}
	return n
}
