package trigger

import (
	"encoding/json"
	"slices"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/scenario"
	"github.com/payhooks/payhooks/internal/facts"
)

// Forms of what can be sent.
const (
	FormScenario = "scenario"
	FormSnapshot = "snapshot"
	FormThin     = "thin"
)

// Sendable is a scenario, or an event type in one form, that there are samples of.
type Sendable struct {
	Name     string   `json:"name"`
	Form     string   `json:"form"`
	Versions []string `json:"api_versions,omitempty"` // that there is a sample in
	Posts    []string `json:"posts"`                  // the types of the events
	About    string   `json:"about"`
}

// Scenarios are those with their events.
func Scenarios() (all []Sendable) {
	for _, s := range scenario.All {
		all = append(all, Sendable{Name: s.Name, Form: FormScenario, Versions: events.Versions(), Posts: s.Types(facts.Version(events.Latest)), About: s.Title})
	}
	return all
}

// ThinEvents are the thin types, of the twins those in an API version.
func ThinEvents(version string) (all []Sendable, err error) {
	types, err := events.Types(version)
	for _, kind := range thinTypes(types) {
		all = append(all, Sendable{Name: kind, Form: FormThin, Posts: []string{kind}, About: aboutThin(kind)})
	}
	return all, err
}

// Snapshots has each type once, with the versions that there is a sample in.
func Snapshots(versions []string) (all []Sendable, err error) {
	rows := map[string]*Sendable{}
	var names []string
	for _, version := range versions {
		types, err := events.Types(version)
		if err != nil {
			return nil, err
		}
		for _, kind := range types {
			if rows[kind] == nil {
				rows[kind] = &Sendable{Name: kind, Form: FormSnapshot, Posts: []string{kind}, About: aboutSnapshot(kind, version)}
				names = append(names, kind)
			}
			rows[kind].Versions = append(rows[kind].Versions, version)
		}
	}
	slices.Sort(names)
	for _, kind := range names {
		all = append(all, *rows[kind])
	}
	return all, nil
}

func aboutThin(kind string) string {
	if twin := facts.SnapshotType(kind); twin != kind {
		return "thin event, twin of " + twin
	}
	return "thin event without a snapshot"
}

// aboutSnapshot names the object in a sample.
func aboutSnapshot(kind, version string) string {
	body, err := events.Sample(kind, version)
	var e struct {
		Data struct{ Object struct{ Object string } }
	}
	if err != nil || json.Unmarshal(body, &e) != nil {
		return ""
	}
	return "event about " + e.Data.Object.Object
}

// Names are those of scenarios and of types in both forms.
func Names(version string) ([]string, error) {
	types, err := events.Types(version)
	return slices.Concat(scenario.Names(), types, thinTypes(types)), err
}
