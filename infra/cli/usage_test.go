package cli

import (
	"context"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// ran is what a command line of a small program ends with.
func ran(t *testing.T, line string) error {
	t.Helper()
	root := &cobra.Command{Use: "shop"}
	list := &cobra.Command{Use: "orders CUSTOMER [STATUS]", Args: cobra.RangeArgs(1, 2), RunE: func(*cobra.Command, []string) error { return nil }}
	rate := Rate(1)
	RateFlag(list, &rate)
	list.Flags().Int("limit", 1, "")
	list.Flags().Duration("for", 0, "")
	list.Flags().Bool("wide", false, "")
	root.AddCommand(list)
	Prepare(root)
	root.SetArgs(strings.Fields(line))
	return misspelt(root, root.ExecuteContext(context.Background()))
}

func TestMistakesInTheCommandLineAreToldInOneLineOfWords(t *testing.T) {
	for line, want := range map[string]string{
		"ordres":                   `unknown command "ordres" for "shop"; did you mean orders?`,
		"xyzzy":                    `unknown command "xyzzy" for "shop"; shop --help lists all`,
		"orders":                   "no argument given; usage: shop orders CUSTOMER [STATUS] [flags]",
		"orders a b c":             "3 arguments given; usage: shop orders CUSTOMER [STATUS] [flags]",
		"orders a --limit ten":     `--limit "ten": expected a whole number`,
		"orders a --for soon":      `--for "soon": expected a duration, for example 30s or 5m`,
		"orders a --wide=perhaps":  `--wide "perhaps": expected true or false`,
		"orders a --rate fast":     `--rate "fast": must be between 0.001 and 1000000`,
		"orders a --nothing":       "unknown flag: --nothing",
		"orders a --limit 3 --for": "flag needs an argument: --for",
	} {
		err := ran(t, line)
		if err == nil || err.Error() != want || ExitCode(err) != 2 {
			t.Errorf("shop %s: %v", line, err)
		}
	}
	if err := ran(t, "orders a"); err != nil {
		t.Error(err)
	}
}
