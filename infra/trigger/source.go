package trigger

import (
	"encoding/json"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/scenario"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// Event is one event to send.
type Event struct {
	ID, Type string
	Body     []byte
	// event and objects are what fake Stripe gets before: the event as its API has it.
	event   []byte
	objects []map[string]any
}

// Source makes the events of a type or scenario: the same number each time, sent one
// after the other.
type Source struct {
	Events int
	Next   func() ([]Event, error)
}

// Sources are those of the types and scenarios, each that Check accepts.
func (q Request) Sources(names []string) (all []Source, err error) {
	for _, name := range names {
		if s, ok := scenario.Find(name); ok {
			all = append(all, q.scenarioSource(s))
			continue
		}
		maker := q.snapshotSource
		if q.asThin(name) {
			maker = q.thinSource
		}
		next, err := maker(q.name(name))
		if err != nil {
			return nil, err
		}
		all = append(all, Source{1, func() ([]Event, error) {
			m, err := next()
			return []Event{m}, err
		}})
	}
	return all, nil
}

// scenarioSource returns what makes the events of the next run of a scenario.
func (q Request) scenarioSource(s scenario.Scenario) Source {
	version := facts.Version(q.Version)
	return Source{len(s.Types(version)), func() (all []Event, err error) {
		sequence := s.Write(scenario.Setting{Version: version, Scope: event.Scope{Account: q.Account}, End: time.Now(), Random: Random})
		for _, e := range sequence.Events {
			m := Event{ID: e.ID, Type: e.Type, Body: e.Body, event: e.Body}
			if q.Thin {
				m.Type = thinName(e.Type)
				if m.Body, err = fakestripe.Thin(e.Body, true); err != nil {
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
func (q Request) snapshotSource(kind string) (func() (Event, error), error) {
	sample, err := events.Sample(kind, q.Version)
	if err != nil {
		return nil, err
	}
	overrides := q.Set
	if q.Account != "" {
		own, err := events.ParseOverride("event.account=" + q.Account)
		if err != nil {
			return nil, err
		}
		overrides = append([]events.Override{own}, overrides...)
	}
	return func() (Event, error) {
		fresh := events.Fresh{Now: time.Now(), Random: Random}
		id, body, err := fresh.Event(sample, overrides...)
		return Event{ID: id, Type: kind, Body: body, event: body}, err
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
