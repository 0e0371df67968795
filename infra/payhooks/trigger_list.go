package main

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/scenario"
	"github.com/payhooks/payhooks/internal/facts"
)

// triggerable is a row of trigger --list.
type triggerable struct {
	Name     string   `json:"name"`
	Form     string   `json:"form"`                   // scenario, snapshot or thin
	Versions []string `json:"api_versions,omitempty"` // that there is a sample in
	Posts    []string `json:"posts"`                  // the types of the events
	About    string   `json:"about"`
}

// listAll lists scenarios, snapshot types and thin types in one table.
func (f *triggerFlags) listAll(cmd *cobra.Command) error {
	all, err := f.all(cmd.Flags().Changed("api-version"))
	if err != nil {
		return err
	}
	out := cli.NewRows(cmd, "NAME", "FORM", "API VERSIONS", "POSTS")
	for _, row := range all {
		posts := row.About
		if row.Form == "scenario" {
			posts += ": " + strings.Join(row.Posts, ", ")
		}
		if err := out.Add(row, row.Name, row.Form, strings.Join(row.Versions, ", "), posts); err != nil {
			return err
		}
	}
	return out.Flush("no samples")
}

// all are the rows: with --thin those of thin types only, else with a version those of
// snapshots in it.
func (f *triggerFlags) all(versionGiven bool) (all []triggerable, err error) {
	versions := events.Versions()
	if versionGiven {
		versions = []string{f.version}
	}
	if !f.thin {
		snapshots, err := snapshotRows(versions)
		if err != nil {
			return nil, err
		}
		if versionGiven {
			return snapshots, nil
		}
		all = append(scenarioRows(), snapshots...)
	}
	types, err := events.Types(f.version)
	for _, kind := range thinTypes(types) {
		all = append(all, triggerable{Name: kind, Form: "thin", Posts: []string{kind}, About: aboutThin(kind)})
	}
	return all, err
}

func scenarioRows() (all []triggerable) {
	for _, s := range scenario.All {
		all = append(all, triggerable{Name: s.Name, Form: "scenario", Versions: events.Versions(), Posts: s.Types(facts.Version(events.Latest)), About: s.Title})
	}
	return all
}

// snapshotRows has each type once, with the versions that there is a sample in.
func snapshotRows(versions []string) (all []triggerable, err error) {
	rows := map[string]*triggerable{}
	var names []string
	for _, version := range versions {
		types, err := events.Types(version)
		if err != nil {
			return nil, err
		}
		for _, kind := range types {
			if rows[kind] == nil {
				rows[kind] = &triggerable{Name: kind, Form: "snapshot", Posts: []string{kind}, About: aboutSnapshot(kind, version)}
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

// complete completes scenarios and types in both forms, without those that are typed.
func (f *triggerFlags) complete(_ *cobra.Command, typed []string, _ string) ([]string, cobra.ShellCompDirective) {
	types, err := events.Types(f.version)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all := slices.Concat(scenario.Names(), types, thinTypes(types))
	all = slices.DeleteFunc(all, func(name string) bool { return slices.Contains(typed, name) })
	return all, cobra.ShellCompDirectiveNoFileComp
}
