package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/trigger"
)

// listAll lists scenarios, snapshot types and thin types in one table.
func (f *triggerFlags) listAll(cmd *cobra.Command) error {
	all, err := f.all(cmd.Flags().Changed("api-version"))
	if err != nil {
		return err
	}
	out := cli.NewRows(cmd, "NAME", "FORM", "API VERSIONS", "POSTS")
	for _, row := range all {
		posts := row.About
		if row.Form == trigger.FormScenario {
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
func (f *triggerFlags) all(versionGiven bool) (all []trigger.Sendable, err error) {
	versions := events.Versions()
	if versionGiven {
		versions = []string{f.Version}
	}
	if !f.Thin {
		snapshots, err := trigger.Snapshots(versions)
		if err != nil || versionGiven {
			return snapshots, err
		}
		all = append(trigger.Scenarios(), snapshots...)
	}
	thin, err := trigger.ThinEvents(f.Version)
	return append(all, thin...), err
}

// complete completes scenarios and types in both forms, without those that are typed.
func (f *triggerFlags) complete(_ *cobra.Command, typed []string, _ string) ([]string, cobra.ShellCompDirective) {
	all, err := trigger.Names(f.Version)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all = slices.DeleteFunc(all, func(name string) bool { return slices.Contains(typed, name) })
	return all, cobra.ShellCompDirectiveNoFileComp
}
