package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/spf13/cobra"
)

// eventDetail is everything that is known of one event.
type eventDetail struct {
	eventRow
	Reason     string        `json:"reason,omitempty"`
	Facts      *event.Facts  `json:"facts,omitempty"`
	Wanted     []string      `json:"wanted"`
	Deliveries []deliveryRow `json:"deliveries"`

	body []byte
}

type deliveryRow struct {
	Action   string      `json:"action"`
	State    event.State `json:"state"`
	Attempts int         `json:"attempts"`
	Outcome  string      `json:"outcome,omitempty"`
	Error    string      `json:"error,omitempty"`
	Next     *time.Time  `json:"next,omitempty"`
}

// showEvent finds an event in the store, else in the quarantine.
func showEvent(ctx context.Context, c *connection, id string) (*eventDetail, error) {
	held, err := quarantined(ctx, c)
	if err != nil {
		return nil, err
	}
	s, err := c.Tables.Get(ctx, id)
	if errors.Is(err, event.ErrNotFound) || errors.Is(err, event.ErrInvalid) {
		if q, ok := held[id]; ok {
			return showQuarantined(ctx, c, q)
		}
	}
	if err != nil {
		return nil, err
	}
	ds, err := c.Tables.Deliveries(ctx, id)
	if err != nil {
		return nil, err
	}
	st, err := statusOf(ctx, c, s, held)
	if err != nil {
		return nil, err
	}
	d := &eventDetail{eventRow: rowOf(s.Facts, st), Facts: &s.Facts, Wanted: append([]string{}, s.Subscribers...), Deliveries: []deliveryRow{}, body: s.Body}
	if st == event.StatusQuarantined {
		d.Reason = held[id].Reason
	}
	for _, x := range ds {
		d.Deliveries = append(d.Deliveries, deliveryOf(x))
	}
	return d, nil
}

func deliveryOf(d event.Delivery) deliveryRow {
	r := deliveryRow{Action: d.Action, State: d.State, Attempts: d.Attempt, Outcome: d.Outcome, Error: d.Error}
	if d.State == event.Waiting {
		r.Next = &d.Next
	}
	return r
}

func showQuarantined(ctx context.Context, c *connection, q event.Quarantined) (*eventDetail, error) {
	q, err := c.Tables.Held(ctx, q.Endpoint, q.ID)
	if err != nil {
		return nil, err
	}
	row := eventRow{ID: q.ID, Type: q.Type, Status: event.StatusQuarantined, Received: q.Received}
	return &eventDetail{eventRow: row, Reason: q.Reason, Wanted: []string{}, Deliveries: []deliveryRow{}, body: q.Body}, nil
}

func (d *eventDetail) print(cmd *cobra.Command, raw bool) error {
	out := cmd.OutOrStdout()
	switch {
	case raw:
		_, err := out.Write(d.body)
		return err
	case wantsJSON(cmd):
		return printJSON(out, d)
	}
	field := func(name string, value any) { fmt.Fprintf(out, "%-12s %v\n", name, value) }
	field("id", d.ID)
	field("type", d.Type)
	field("status", d.Status)
	if d.Reason != "" {
		field("reason", d.Reason)
	}
	field("received", d.Received.Format(time.RFC3339))
	if d.Facts != nil {
		field("created", d.Facts.Created.Format(time.RFC3339))
		field("api version", d.Facts.APIVersion)
		field("object", d.Facts.Object)
		field("subject", d.Facts.Subject)
	}
	fmt.Fprintln(out)
	list := newRows(cmd, "ACTION", "STATE", "ATTEMPTS", "NEXT", "OUTCOME")
	for _, x := range d.Deliveries {
		next := ""
		if x.Next != nil {
			next = x.Next.Format(time.DateTime)
		}
		if err := list.add(x, x.Action, x.State, x.Attempts, next, x.Outcome+x.Error); err != nil {
			return err
		}
	}
	return list.flush("no deliveries")
}
