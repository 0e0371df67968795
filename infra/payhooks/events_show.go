package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
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
	Action   string          `json:"action"`
	State    event.State     `json:"state"`
	Attempts int             `json:"attempts"`
	Outcome  string          `json:"outcome,omitempty"`
	Error    string          `json:"error,omitempty"`
	Next     *time.Time      `json:"next,omitempty"`
	By       string          `json:"by,omitempty"` // discarded: by whom, and why
	History  []event.Attempt `json:"history"`      // the last ten attempts that failed
}

// showEvent finds an event in the store, else in the quarantine. What can be
// read is returned beside an error that is event.ErrInvalid.
func showEvent(ctx context.Context, c *connection, id string) (*eventDetail, error) {
	held, unreadable, err := c.quarantined(ctx)
	if err != nil {
		return nil, err
	}
	s, err := c.Tables.Get(ctx, id)
	if errors.Is(err, event.ErrNotFound) || errors.Is(err, event.ErrInvalid) {
		if q, ok := held[id]; ok {
			return showQuarantined(ctx, c, q)
		}
		return nil, errors.Join(err, unreadable)
	}
	if err != nil {
		return nil, err
	}
	ds, err := c.deliveriesOf(ctx, s)
	if err != nil && !errors.Is(err, event.ErrInvalid) {
		return nil, err
	}
	st := statusOf(s, ds, held)
	d := &eventDetail{eventRow: rowOf(s.Facts, st), Facts: &s.Facts, Wanted: append([]string{}, s.Subscribers...), Deliveries: []deliveryRow{}, body: s.Body}
	if st == event.StatusQuarantined {
		d.Reason = held[id].Reason
	}
	for _, x := range ds {
		d.Deliveries = append(d.Deliveries, deliveryOf(x))
	}
	return d, err
}

func deliveryOf(d event.Delivery) deliveryRow {
	r := deliveryRow{
		Action: d.Action, State: d.State, Attempts: d.Attempts, Outcome: d.Outcome, Error: d.Error, By: d.By,
		History: append([]event.Attempt{}, d.History...),
	}
	if d.State == event.Waiting {
		r.Next = &d.Next
	}
	return r
}

func showQuarantined(ctx context.Context, c *connection, q event.Quarantined) (*eventDetail, error) {
	q, err := c.Tables.Quarantine().Get(ctx, q.Endpoint, q.ID)
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
	d.printFields(out)
	fmt.Fprintln(out)
	list := newRows(cmd, "ACTION", "STATE", "ATTEMPTS", "NEXT", "OUTCOME")
	for _, x := range d.Deliveries {
		next := ""
		if x.Next != nil {
			next = x.Next.Format(time.DateTime)
		}
		if err := list.add(x, x.Action, x.State, x.Attempts, next, x.result()); err != nil {
			return err
		}
	}
	return list.flush("no deliveries")
}

// result is the outcome, the error or who discarded the delivery.
func (d deliveryRow) result() string {
	if d.State == event.Discarded {
		return "by " + d.By
	}
	return d.Outcome + d.Error
}

func (d *eventDetail) printFields(out io.Writer) {
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
		field("scope", d.Facts.Text())
		field("api version", d.Facts.APIVersion)
		field("object", d.Facts.Object)
		field("subject", d.Facts.Subject)
	}
}
