package demo

import (
	"encoding/json"
	"fmt"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

// Review compares the results of a stack with its plan. Judges add to its Report.
type Review struct {
	Cmd   *cobra.Command
	Stack *cli.Target
	Plan  *Plan
	// Uncertain are the parties with an effect of unknown outcome: a message to
	// them may be missing.
	Uncertain map[string]bool
	Report
}

// NewReview is a review without results.
func NewReview(cmd *cobra.Command, t *cli.Target, p *Plan) *Review {
	return &Review{Cmd: cmd, Stack: t, Plan: p, Uncertain: map[string]bool{}, Report: Report{
		Customers: p.Customers, Statuses: map[string]int{}, Deliveries: map[string]map[string]int{}, Broken: []string{},
	}}
}

// all compares the ledger and all state.
func (r *Review) all() error {
	if err := r.ledger(); err != nil {
		return err
	}
	return r.State()
}

// State runs the judges of the stack's actions, and an audit.
func (r *Review) State() error {
	rules, err := r.Stack.Bus.Rules(r.Cmd.Context())
	if err != nil {
		return err
	}
	actions := map[string]bool{}
	for _, rule := range rules {
		actions[rule.Action] = true
	}
	for _, j := range r.Plan.Judges {
		if !actions[j.Action] {
			continue
		}
		if err := j.Check(r); err != nil {
			return err
		}
	}
	r.compareVersions()
	return r.audit()
}

// Break adds a promise that did not hold.
func (r *Review) Break(format string, args ...any) {
	r.Broken = append(r.Broken, fmt.Sprintf(format, args...))
}

// Area is one kind of results.
type Area struct {
	Name     string         `json:"name"`
	Counts   map[string]int `json:"counts"`
	Expected int            `json:"told"`    // results in the plan
	Matched  int            `json:"as_told"` // of them the stack has

	ends map[string]map[string]any // by API version
}

// Area adds a kind of results to the report.
func (r *Review) Area(name string) *Area {
	a := &Area{Name: name, Counts: map[string]int{}, ends: map[string]map[string]any{}}
	r.Areas = append(r.Areas, a)
	return a
}

// Compare compares one result with the plan's.
func (r *Review) Compare(a *Area, what string, got, want any) {
	a.Expected++
	if cmp.Equal(got, want) {
		a.Matched++
		return
	}
	r.Break("%s: %s is %s, expected %s", a.Name, what, Text(got), Text(want))
}

// End records a result that must be identical in every API version.
func (a *Area) End(version, what string, result any) {
	if a.ends[version] == nil {
		a.ends[version] = map[string]any{}
	}
	a.ends[version][what] = result
}

// compareVersions compares the recorded results of the API versions.
func (r *Review) compareVersions() {
	for _, a := range r.Areas {
		for _, v := range r.Plan.Versions[1:] {
			if diff := cmp.Diff(a.ends[r.Plan.Versions[0]], a.ends[v]); diff != "" {
				r.Break("%s end differently in %s and %s (-first +second):\n%s", a.Name, r.Plan.Versions[0], v, diff)
			}
		}
	}
}

// Text is a value as JSON.
func Text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%+v", v)
	}
	return string(data)
}
