package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/parallel"
)

// judge compares what the stack shows with what the months tell.
type judge struct {
	cmd    *cobra.Command
	c      *connection
	months []month
	// uncertain are the customers of whom a mail or notice may be missing: the
	// outcome of an effect is unknown.
	uncertain map[string]bool
	report
}

// area is one kind of what came of the months.
type area struct {
	Name   string         `json:"name"`
	Counts map[string]int `json:"counts"`
	Told   int            `json:"told"` // of so many the stories tell,
	AsTold int            `json:"as_told"`

	ends map[string]map[string]any // by API version: what is the same in every one
}

func newJudge(cmd *cobra.Command, c *connection, months []month) *judge {
	return &judge{cmd: cmd, c: c, months: months, uncertain: map[string]bool{}, report: report{
		Customers: customersOf(months), Deliveries: map[string]map[string]int{}, Books: story.Books{}, Broken: []string{},
	}}
}

// all holds everything against the stories.
func (j *judge) all() (*report, error) {
	if err := j.ledger(); err != nil {
		return nil, err
	}
	return &j.report, j.state()
}

// state holds what the actions made of the events against the stories, and
// against the stored events.
func (j *judge) state() error {
	for _, look := range []func() error{j.orders, j.access, j.stock, j.holds, j.mails, j.notices, j.books} {
		if err := look(); err != nil {
			return err
		}
	}
	j.compareVersions()
	return j.audit()
}

func (j *judge) broken(format string, args ...any) {
	j.Broken = append(j.Broken, fmt.Sprintf(format, args...))
}

func (j *judge) area(name string) *area {
	a := &area{Name: name, Counts: map[string]int{}, ends: map[string]map[string]any{}}
	j.Areas = append(j.Areas, a)
	return a
}

// each calls look for every story, with its place in its month.
func (j *judge) each(look func(m month, at int, s story.Story)) {
	for _, m := range j.months {
		for at, s := range m.stories {
			look(m, at, s)
		}
	}
}

// hold compares one thing with what is told of it.
func (j *judge) hold(a *area, what string, got, want any) {
	a.Told++
	if cmp.Equal(got, want) {
		a.AsTold++
		return
	}
	j.broken("%s: %s is %s, told as %s", a.Name, what, asJSON(got), asJSON(want))
}

func asJSON(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%+v", v)
	}
	return string(data)
}

// end notes how something ended that is in every version's month.
func (a *area) end(m month, what string, how any) {
	if a.ends[m.version] == nil {
		a.ends[m.version] = map[string]any{}
	}
	a.ends[m.version][what] = how
}

// compareVersions: the same month ends the same in every API version.
func (j *judge) compareVersions() {
	for _, a := range j.Areas {
		first := a.ends[j.months[0].version]
		for _, m := range j.months[1:] {
			if diff := cmp.Diff(first, a.ends[m.version]); diff != "" {
				j.broken("%s end differently in %s and %s (-first +second):\n%s", a.Name, j.months[0].version, m.version, diff)
			}
		}
	}
}

// ledger: every event is stored as it was signed and done by all subscribers.
func (j *judge) ledger() error {
	ctx := j.cmd.Context()
	var events []story.Event
	for _, s := range storiesOf(j.months) {
		events = append(events, s.Events...)
	}
	stored, err := parallel.Map(ctx, readers, events, func(ctx context.Context, e story.Event) (event.Stored, error) {
		return j.c.Tables.Get(ctx, e.ID)
	})
	if err != nil {
		return err
	}
	ds, unreadable, err := j.c.deliveries(ctx, stored)
	if err := errors.Join(err, unreadable); err != nil {
		return err
	}
	for i, e := range events {
		j.event(e, stored[i], ds[e.ID])
	}
	return nil
}

// event compares one event with what the stack has of it.
func (j *judge) event(e story.Event, stored event.Stored, ds []event.Delivery) {
	j.Events++
	if !slices.Equal(stored.Body, e.Body) {
		j.broken("%s is not stored as it was signed", e.ID)
	}
	for _, d := range ds {
		j.delivered(d)
	}
	if st := event.StatusOf(stored, ds); st != event.StatusDone && st != event.StatusIgnored {
		j.broken("%s %s is %s: %+v", e.Type, e.ID, st, ds)
	}
}

// stateSkipped counts deliveries that are done without anything done.
const stateSkipped = "skipped"

// delivered counts a delivery.
func (j *judge) delivered(d event.Delivery) {
	if j.Deliveries[d.Action] == nil {
		j.Deliveries[d.Action] = map[string]int{}
	}
	state := string(d.State)
	if d.State == event.Done && d.Withheld {
		state = stateSkipped
	}
	j.Deliveries[d.Action][state]++
}

// audit: the state is what the stored events make of it.
func (j *judge) audit() (err error) {
	if j.Audit, err = runAudit(j.cmd, j.c, "", false); err != nil {
		return err
	}
	for _, f := range j.Audit.Findings {
		j.broken("audit: %s, %s %s is %s: %s", f.Action, f.Table, f.Key, f.Verdict, f.Error+f.fields())
	}
	return nil
}
