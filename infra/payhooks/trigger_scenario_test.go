package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/scenario"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
)

func TestScenariosAreProcessedByTheRunningStack(t *testing.T) {
	o := newOperator(t)
	for _, form := range [][]string{{"--api-version", events.Latest}, {"--api-version", events.Go}, {"--thin"}} {
		for _, s := range scenario.All {
			posts := objects[trigger.Posted](t, o.must(append([]string{"trigger", s.Name, "--json"}, form...)...))
			if len(posts) < 3 {
				t.Errorf("%s %v: %d posts", s.Name, form, len(posts))
			}
			for _, p := range posts {
				if p.Answer != 200 || strings.HasPrefix(p.Type, "v1.") != (form[0] == "--thin") {
					t.Errorf("%s %v: %+v", s.Name, form, p)
				}
			}
			o.scenarioEnds(s.Name, form, posts)
		}
	}
}

// scenarioEnds waits until every action is done with the events, and compares mails.
func (o *rig) scenarioEnds(name string, form []string, posts []trigger.Posted) {
	o.Helper()
	kinds := map[string]int{}
	for _, p := range posts {
		o.eventually(name+" "+strings.Join(form, " ")+": "+p.Type+" is done or ignored", func() bool {
			status := o.show(p.ID).Status
			return status == event.StatusDone || status == event.StatusIgnored
		})
	}
	for _, m := range objects[struct{ Kind, Event string }](o.T, o.must("mails", "--json")) {
		if slices.ContainsFunc(posts, func(p trigger.Posted) bool { return p.ID == m.Event }) {
			kinds[m.Kind]++
		}
	}
	want := map[string]map[string]int{
		"payment": {"receipt": 1}, "failed-payment": {"failed": 1}, "refund": {"receipt": 1, "refund": 1},
		"subscription": {"receipt": 1}, "dispute": {"receipt": 1, "dispute": 1},
	}[name]
	for kind, n := range want {
		if kinds[kind] != n {
			o.Errorf("%s %v: mails %v, want %v", name, form, kinds, want)
		}
	}
}
