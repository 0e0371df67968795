// Package cli is what the project's commands share: the stack that they work
// on, their output, their progress and their exit codes.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Main runs a command until it ends or is interrupted, prints its error and
// returns the exit code: 0 done, 1 failed, 2 usage.
func Main(root *cobra.Command) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process
	err := Stopped(ctx, misspelt(root, root.ExecuteContext(ctx)))
	if err == nil {
		return 0
	}
	PrintError(root, err)
	return ExitCode(err)
}

// PrintError prints the error of a command. The lines of one that has several are
// indented: what it quotes begins none of its own.
func PrintError(root *cobra.Command, err error) {
	fmt.Fprintf(NewOutput(root.ErrOrStderr()), "%s: %s\n", root.Name(), strings.ReplaceAll(err.Error(), "\n", "\n  "))
}

// Stopped replaces the error of a command that an interrupt ended by one word.
// An error that says more stays.
func Stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return errors.New("stopped")
	}
	return err
}

// UsageError is a command line that cannot be understood.
type UsageError struct{ error }

// Unwrap returns the error below.
func (u UsageError) Unwrap() error { return u.error }

// Usage is fmt.Errorf for a UsageError.
func Usage(format string, args ...any) error {
	return UsageError{fmt.Errorf(format, args...)} //nolint:err113 // read by people
}

// ExitCode is 2 for a usage error and 1 for every other.
func ExitCode(err error) int {
	var usage UsageError
	if errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command") || strings.HasPrefix(err.Error(), "required flag") {
		return 2
	}
	return 1
}

// Prepare adds --json to a root command, makes every mistake in the command line
// below it a UsageError, also a group without its subcommand, and has all commands
// print to an Output.
func Prepare(root *cobra.Command) {
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		cmd.SetOut(NewOutput(cmd.OutOrStdout()))
		cmd.SetErr(NewOutput(cmd.ErrOrStderr()))
	}
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions = cobra.CompletionOptions{HiddenDefaultCmd: true}
	root.PersistentFlags().Bool("json", false, "print JSON, one object per line for lists")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return UsageError{flagError(err)} })
	strict(root)
}

func strict(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return Usage("%s; usage: %s", argumentError(err, args), cmd.UseLine())
			}
			return nil
		}
	}
	if !cmd.Runnable() && cmd.HasParent() {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error {
			return Usage("%s needs a subcommand; %s --help lists them", cmd.CommandPath(), cmd.CommandPath())
		}
	}
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
}

// WantsJSON reports whether --json is set.
func WantsJSON(cmd *cobra.Command) bool {
	on, err := cmd.Flags().GetBool("json")
	return err == nil && on
}
