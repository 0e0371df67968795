package main

import (
	"testing"

	"github.com/spf13/cobra"
)

// lists reports whether the command has a subcommand list.
func lists(cmd *cobra.Command) bool {
	sub, _, err := cmd.Find([]string{"list"})
	return err == nil && sub != cmd
}

// A bare group is its list, flags included. Erase does something else.
func TestBareGroupLists(t *testing.T) {
	n := 0
	for _, cmd := range rootCommand().Commands() {
		if !lists(cmd) || cmd.Name() == "erase" {
			continue
		}
		n++
		list, _, err := cmd.Find([]string{"list"})
		if err != nil || cmd.Short != list.Short || cmd.LocalNonPersistentFlags().FlagUsages() != list.LocalNonPersistentFlags().FlagUsages() {
			t.Errorf("payhooks %s has not the flags of %s list", cmd.Name(), cmd.Name())
		}
	}
	if n < 4 {
		t.Errorf("%d groups list, want events, parked, quarantine and deadletters", n)
	}
}
