package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// selection is which of the stored events an operator means: those that all
// that is given applies to.
type selection struct {
	ids              []string
	object, customer string
	types            []string
	since, until     string
	action           string // only what this action's rule selects; empty: any action's
}

func (s *selection) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.object, "object", "", "events of this object, or about it (pi_…, ch_…, sub_…, in_…)")
	cmd.Flags().StringVar(&s.customer, "customer", "", "events of this customer (cus_…)")
	cmd.Flags().StringSliceVar(&s.types, "type", nil, "events of these types; a star at the end stands for anything (invoice.*)")
	cmd.Flags().StringVar(&s.since, "since", "", "events received since then: 2026-11-22, 2026-11-22T10:30:00Z, or 36h or 7d ago")
	cmd.Flags().StringVar(&s.until, "until", "", "events received before then")
	cmd.Flags().StringVar(&s.action, "action", "", "for this action only")
}

// everything reports whether nothing selects.
func (s *selection) everything() bool {
	return len(s.ids)+len(s.types) == 0 && s.object+s.customer+s.since+s.until == ""
}

// chosen is one selected event.
type chosen struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	Received time.Time `json:"received"`
}

// place is where the event stands in the order of receipt.
func (c chosen) place() string { return c.Received.UTC().Format(time.RFC3339Nano) + "/" + c.ID }

func (c chosen) compare(o chosen) int {
	return cmp.Or(c.Received.Compare(o.Received), cmp.Compare(c.ID, o.ID))
}

// parsePlace is the reverse of place.
func parsePlace(text string) (chosen, error) {
	at, id, ok := strings.Cut(text, "/")
	t, err := time.Parse(time.RFC3339Nano, at)
	if !ok || err != nil || id == "" {
		return chosen{}, usage("--resume %q: expected what the stopped run printed", text)
	}
	return chosen{ID: id, Received: t}, nil
}

// find returns the selected events in the order of their receipt. unreadable
// names events that cannot be read, beside all that can.
func (s *selection) find(ctx context.Context, c *connection, now time.Time) (all []chosen, unreadable, err error) {
	from, to, err := s.times(now)
	if err != nil {
		return nil, nil, err
	}
	if err := s.knownAction(ctx, c); err != nil {
		return nil, nil, err
	}
	stored, unreadable, err := s.candidates(ctx, c, from, to)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range stored {
		if !s.matches(e.Facts) || s.since+s.until != "" && (e.Received.Before(from) || !e.Received.Before(to)) {
			continue
		}
		subscribers, err := c.Bus.Subscribers(ctx, event.Envelope{Facts: e.Facts, Only: s.action})
		if err != nil {
			return nil, nil, err
		}
		if len(subscribers) > 0 {
			all = append(all, chosen{e.ID, e.Type, e.Received})
		}
	}
	slices.SortFunc(all, chosen.compare)
	return all, unreadable, nil
}

// candidates are the named events, or without names all that were received in
// [from, to).
func (s *selection) candidates(ctx context.Context, c *connection, from, to time.Time) (all []event.Stored, unreadable, err error) {
	if len(s.ids) == 0 {
		return collect(c.Tables.ReceivedBetween(ctx, from, to))
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(s.ids))) {
		e, err := c.Tables.Get(ctx, id)
		switch {
		case errors.Is(err, event.ErrNotFound):
			return nil, nil, notStored(ctx, c, id)
		case errors.Is(err, event.ErrInvalid):
			unreadable = errors.Join(unreadable, err)
		case err != nil:
			return nil, nil, err
		default:
			all = append(all, e)
		}
	}
	return all, unreadable, nil
}

// notStored says where else the event is, if it is anywhere.
func notStored(ctx context.Context, c *connection, id string) error {
	held, _, err := c.quarantined(ctx)
	if err != nil {
		return err
	}
	if q, ok := held[id]; ok {
		return fmt.Errorf("event %s is quarantined (%s): see payhooks quarantine show %s", id, q.Reason, id)
	}
	return fmt.Errorf("no event %s in stack %s", id, c.Stack)
}

func (s *selection) matches(f event.Facts) bool {
	return (s.object == "" || f.Object == s.object || f.Subject == s.object) &&
		(s.customer == "" || f.Customer == s.customer || f.Object == s.customer) &&
		(len(s.types) == 0 || slices.ContainsFunc(s.types, func(t string) bool { return ofType(f.Type, t) }))
}

func ofType(typ, pattern string) bool {
	if start, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(typ, start)
	}
	return typ == pattern
}

// knownAction refuses the name of an action that no rule is for.
func (s *selection) knownAction(ctx context.Context, c *connection) error {
	if s.action == "" {
		return nil
	}
	names, err := c.actions(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(names, s.action) {
		return noAction(s.action, names)
	}
	return nil
}

func noAction(name string, names []string) error {
	return fmt.Errorf("no action %q; the stack's actions are %s", name, strings.Join(names, ", "))
}

func (s *selection) times(now time.Time) (from, to time.Time, err error) {
	from, to = now.AddDate(-20, 0, 0), now
	if s.since != "" {
		if from, err = parseTime("--since", s.since, now); err != nil {
			return from, to, err
		}
	}
	if s.until != "" {
		if to, err = parseTime("--until", s.until, now); err != nil {
			return from, to, err
		}
	}
	if !from.Before(to) {
		return from, to, usage("--since %s is not before --until %s", from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	return from, to, nil
}

// parseTime reads a day, a time or how long ago.
func parseTime(flag, text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 {
			return now.Add(-time.Duration(n) * 24 * time.Hour), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return now, usage("%s %q: expected a day (2026-11-22), a time (2026-11-22T10:30:00Z) or how long ago (36h, 7d)", flag, text)
}
