package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

// commands makes the subcommands, one file each.
var commands = []func() *cobra.Command{
	localCommand,
	triggerCommand,
	demoCommand,
	eventsCommand,
	mailsCommand,
	ordersCommand,
	accessCommand,
	stockCommand,
	holdsCommand,
	noticesCommand,
	journalCommand,
	reportCommand,
	parkedCommand,
	deadLettersCommand,
	quarantineCommand,
	replayCommand,
	auditCommand,
	reconcileCommand,
	backfillCommand,
	simulateCommand,
	chaosCommand,
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use: "payhooks", Short: "Stripe webhooks, verified, stored once, a function per event type",
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.PersistentFlags().Bool("json", false, "print JSON, one object per line for lists")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	for _, command := range commands {
		root.AddCommand(command())
	}
	strict(root)
	return root
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} } //nolint:err113 // read by people

// exitCode is 2 for a usage error and 1 for everything else.
func exitCode(err error) int {
	var usage usageError
	if errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command") || strings.HasPrefix(err.Error(), "required flag") {
		return 2
	}
	return 1
}

// strict turns wrong arguments into usage errors, and asks commands that only
// group others for one of them.
func strict(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return usage("%w; usage: %s", err, cmd.UseLine())
			}
			return nil
		}
	}
	if !cmd.Runnable() && cmd.HasParent() {
		cmd.RunE = func(cmd *cobra.Command, _ []string) error {
			return usageError{errors.New(cmd.CommandPath() + " needs a subcommand; " + cmd.CommandPath() + " --help lists them")}
		}
	}
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
}

func wantsJSON(cmd *cobra.Command) bool {
	on, err := cmd.Flags().GetBool("json")
	return err == nil && on
}

// dataDir is where the local stack keeps its data: DATA_DIR, or .payhooks
// beside template.yaml.
func dataDir() string {
	if dir := os.Getenv("DATA_DIR"); dir != "" {
		return dir
	}
	if dir, err := projectDir(); err == nil {
		return filepath.Join(dir, ".payhooks")
	}
	return ".payhooks"
}

// projectDir is the nearest folder, here or above, with a template.yaml.
func projectDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("there is no template.yaml here or above; run this in the project's folder")
		}
		dir = up
	}
}
