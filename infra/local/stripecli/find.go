// Package stripecli runs Stripe's own CLI for a local stack: it forwards the events of an
// account in test mode that the stack's actions take.
package stripecli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local/npm"
)

// CLI is the Stripe CLI of this machine.
type CLI struct {
	Path string
	// Flags are passed to each call, such as --project-name.
	Flags []string
	forms forms
}

// forms are how a version of the CLI takes event types.
type forms int

const (
	// oneFlag takes types of both forms with --events, since September 2026.
	oneFlag forms = iota
	// twoFlags has --thin-events and --forward-thin-to for thin ones.
	twoFlags
	snapshotsOnly
)

// ErrNone: there is no CLI on the PATH.
var ErrNone = errors.New("the Stripe CLI (stripe) is not on the PATH")

// OnPath returns the CLI on the PATH.
func OnPath(ctx context.Context) (CLI, error) {
	path, err := exec.LookPath("stripe")
	if err != nil {
		return CLI{}, ErrNone
	}
	c := CLI{Path: path}
	return c, c.learn(ctx)
}

// Installed returns the CLI that package-lock.json in dir names. npm installs it first if it
// is not there.
func Installed(ctx context.Context, dir string, log *slog.Logger) (CLI, error) {
	path, err := npm.Program{
		Dir: dir, Prefix: "@stripe/cli-", Binary: filepath.Join("bin", "stripe"), Folder: "stripe-cli",
		Name: "the Stripe CLI", Instead: "install it as https://docs.stripe.com/stripe-cli/install says",
	}.Install(ctx, log)
	if err != nil {
		return CLI{}, err
	}
	c := CLI{Path: path}
	return c, c.learn(ctx)
}

// answers is how long the CLI may take for what needs one request at most.
const answers = 30 * time.Second

// learn finds out how this version takes event types.
func (c *CLI) learn(ctx context.Context) error {
	help, err := c.answer(ctx, "listen", "--help")
	switch {
	case err != nil:
		return fmt.Errorf("ask %s how it listens: %w", c.Path, err)
	case strings.Contains(help, "--all-thin"):
		c.forms = oneFlag
	case strings.Contains(help, "--thin-events"):
		c.forms = twoFlags
	case strings.Contains(help, "--forward-to"):
		c.forms = snapshotsOnly
	default:
		return fmt.Errorf("%s is no Stripe CLI: its listen has no --forward-to; put the right one first on the PATH", c.Path)
	}
	return nil
}

// answer runs the CLI until it ends and returns what it printed.
func (c *CLI) answer(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, answers)
	defer cancel()
	out, err := c.command(ctx, args).Output()
	failed := new(exec.ExitError)
	if errors.As(err, &failed) {
		return "", fmt.Errorf("%w: %s", err, Shown(strings.TrimSpace(string(failed.Stderr))))
	}
	return string(out), err
}

// command is a call of the CLI that has no terminal to ask questions at, and reports
// nothing about itself.
func (c *CLI) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, c.Path, args...) //nolint:gosec // what it is for
	cmd.Env = append(os.Environ(), "STRIPE_CLI_TELEMETRY_OPTOUT=1", "DO_NOT_TRACK=1")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}
