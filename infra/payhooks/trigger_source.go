package main

import (
	"encoding/json"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/scenario"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// made is one event to send.
type made struct {
	id, kind string
	body     []byte
	// event and objects are what fake Stripe gets before: the event as its API has it.
	event   []byte
	objects []map[string]any
}

// source makes the events of a type or scenario: the same number each time, sent one
// after the other.
type source struct {
	events int
	next   func() ([]made, error)
}

// sources are those of the types and scenarios.
func (f *triggerFlags) sources(names []string) (all []source, err error) {
	for _, name := range names {
		if s, ok := scenario.Find(name); ok {
			all = append(all, f.scenarioSource(s))
			continue
		}
		maker := f.snapshotSource
		if f.asThin(name) {
			maker = f.thinSource
		}
		next, err := maker(f.name(name))
		if err != nil {
			return nil, err
		}
		all = append(all, source{1, func() ([]made, error) {
			m, err := next()
			return []made{m}, err
		}})
	}
	return all, nil
}

// scenarioSource returns what makes the events of the next run of a scenario.
func (f *triggerFlags) scenarioSource(s scenario.Scenario) source {
	version := facts.Version(f.version)
	return source{len(s.Types(version)), func() (all []made, err error) {
		sequence := s.Write(scenario.Setting{Version: version, Scope: event.Scope{Account: f.account}, End: time.Now(), Random: letters})
		for _, e := range sequence.Events {
			m := made{id: e.ID, kind: e.Type, body: e.Body, event: e.Body}
			if f.thin {
				m.kind = thinName(e.Type)
				if m.body, err = fakestripe.Thin(e.Body, true); err != nil {
					return nil, err
				}
			}
			all = append(all, m)
		}
		all[0].objects = sequence.Objects
		return all, nil
	}}
}

// snapshotSource returns what makes the next event of a sample.
func (f *triggerFlags) snapshotSource(kind string) (func() (made, error), error) {
	sample, err := events.Sample(kind, f.version)
	if err != nil {
		return nil, err
	}
	overrides := f.set
	if f.account != "" {
		own, err := events.ParseOverride("event.account=" + f.account)
		if err != nil {
			return nil, err
		}
		overrides = append([]events.Override{own}, overrides...)
	}
	return func() (made, error) {
		fresh := events.Fresh{Now: time.Now(), Random: letters}
		id, body, err := fresh.Event(sample, overrides...)
		return made{id: id, kind: kind, body: body, event: body}, err
	}, nil
}

// inContext is a thin event of the connected account.
func inContext(body []byte, account string) ([]byte, error) {
	if account == "" {
		return body, nil
	}
	var members map[string]any
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	members["context"] = account
	return json.Marshal(members)
}
