package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// argumentError is what cobra says of arguments, without its "accepts 2 arg(s)": the
// usage that follows names them.
func argumentError(err error, args []string) string {
	switch {
	case !strings.Contains(err.Error(), "arg(s)"):
		return err.Error()
	case len(args) == 0:
		return "no argument given"
	}
	return Count(len(args), "argument", "arguments") + " given"
}

// expected are the values of flags by their type, where pflag quotes how Go parses them.
var expected = map[string]string{
	"int": "a whole number", "int64": "a whole number", "uint64": "a whole number, 0 or more", "float64": "a number",
	"bool": "true or false", "duration": "a duration, for example 30s or 5m",
}

// flagError is what pflag says of a flag, in the words of our own checks if its value
// cannot be read.
func flagError(err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	f := invalid.GetFlag()
	if what, ok := expected[f.Value.Type()]; ok {
		return fmt.Errorf("--%s %q: expected %s", f.Name, invalid.GetValue(), what) //nolint:err113 // read by people
	}
	return fmt.Errorf("--%s %q: %w", f.Name, invalid.GetValue(), errors.Unwrap(invalid))
}

// misspelt is cobra's error for a command that root does not have, with its guesses in
// one line.
func misspelt(root *cobra.Command, err error) error {
	var usage UsageError
	if err == nil || errors.As(err, &usage) {
		return err
	}
	text, guesses, ok := strings.Cut(err.Error(), "\n\nDid you mean this?\n")
	if !strings.HasPrefix(text, "unknown command") {
		return err
	}
	if ok {
		return Usage("%s; did you mean %s?", text, strings.Join(strings.Fields(guesses), " or "))
	}
	return Usage("%s; %s --help lists all", text, root.Name())
}
