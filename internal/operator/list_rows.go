package operator

import (
	"context"
	"errors"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// rows are those of the candidates that have the status. unreadable names what was
// left out.
func (l *listing) rows(ctx context.Context, part []candidate) (rows []EventRow, unreadable, err error) {
	if l.Bare && l.Status == "" && l.Action == "" && l.Report == "" {
		return l.bare(part), nil, nil
	}
	stored, unreadable, err := l.stored(ctx, part)
	if err != nil {
		return nil, nil, err
	}
	ds, odd, err := l.o.DeliveriesOf(ctx, stored)
	if err != nil {
		return nil, nil, err
	}
	unreadable = errors.Join(unreadable, odd)
	status := map[string]event.Status{}
	for _, s := range stored {
		if status[s.ID], err = l.statusOf(ctx, s, ds[s.ID]); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range part {
		st, ok := status[c.ID]
		if !ok {
			st = event.StatusQuarantined
		}
		switch {
		case c.quarantined != (st == event.StatusQuarantined), l.Status != "" && l.Status != st:
		case c.quarantined:
			rows = append(rows, quarantinedRow(l.held[c.ID]))
		case l.of(c.Subscribers, ds[c.ID]) && l.reported(ds[c.ID]):
			r := rowOf(c.Facts, st)
			r.Wanted, r.Deliveries = c.Subscribers, ds[c.ID]
			rows = append(rows, r)
		}
	}
	return rows, unreadable, nil
}

// bare are rows that need no further read.
func (l *listing) bare(part []candidate) (rows []EventRow) {
	for _, c := range part {
		if c.quarantined {
			rows = append(rows, quarantinedRow(l.held[c.ID]))
		} else {
			rows = append(rows, rowOf(c.Facts, ""))
		}
	}
	return rows
}

// stored are the events of the candidates: also those under the ids of quarantined
// requests, which are not listed if the event has consequences.
func (l *listing) stored(ctx context.Context, part []candidate) (all []event.Stored, unreadable, err error) {
	var quarantined []string
	for _, c := range part {
		if c.quarantined {
			quarantined = append(quarantined, c.ID)
		} else {
			all = append(all, c.Stored)
		}
	}
	twins, unreadable, err := l.o.events(ctx, quarantined)
	for _, id := range quarantined {
		if s, ok := twins[id]; ok && !s.Expired(l.now) && !slices.ContainsFunc(all, func(x event.Stored) bool { return x.ID == id }) {
			all = append(all, s)
		}
	}
	return all, unreadable, err
}

// statusOf is Operator.statusOf; it reads the quarantine only where that matters.
func (l *listing) statusOf(ctx context.Context, s event.Stored, ds []event.Delivery) (event.Status, error) {
	st := event.StatusOf(s, ds)
	if st == event.StatusIgnored && l.held == nil {
		if err := l.readQuarantine(ctx); err != nil {
			return "", err
		}
	}
	return statusOf(s, ds, l.held), nil
}

// readQuarantine reads what is quarantined; requests that cannot be read are left to
// payhooks quarantine list.
func (l *listing) readQuarantine(ctx context.Context) error {
	all, _, err := event.Collect(event.QuarantinedRequests(ctx, l.o.Quarantine))
	l.held = map[string]event.Quarantined{}
	for _, q := range all {
		l.held[q.ID] = q
	}
	return err
}

// events returns those that exist, in batches. Those that can be read are returned with
// unreadable.
func (o *Operator) events(ctx context.Context, ids []string) (all map[string]event.Stored, unreadable, err error) {
	type part struct {
		found      map[string]event.Stored
		unreadable error
	}
	parts, err := parallel.Map(ctx, readers, slices.Collect(slices.Chunk(ids, batch)), func(ctx context.Context, ids []string) (part, error) {
		found, err := o.Store.Events(ctx, ids)
		if errors.Is(err, event.ErrInvalid) {
			return part{found, err}, nil
		}
		return part{found, nil}, err
	})
	all = map[string]event.Stored{}
	for _, p := range parts {
		unreadable = errors.Join(unreadable, p.unreadable)
		for id, s := range p.found {
			all[id] = s
		}
	}
	return all, unreadable, err
}
