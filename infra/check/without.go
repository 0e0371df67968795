package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/payhooks/payhooks/infra/checkout"
)

// step is one command that must succeed in the copy.
type step struct {
	name string
	args []string
}

// Everything that does not need the shop, and what any part of it must pass.
var (
	wholeSteps = []step{
		{"build", []string{"go", "build", "./..."}},
		{"vet", []string{"go", "vet", "./..."}},
		{"validate", []string{"make", "--no-print-directory", "validate"}},
		{"test", []string{"go", "test", "-timeout", "10m", "./..."}},
		{"demo", []string{"make", "--no-print-directory", "demo"}},
	}
	actionSteps = []step{
		{"build", []string{"go", "build", "./..."}},
		{"vet", []string{"go", "vet", "./..."}},
		{"validate", []string{"make", "--no-print-directory", "validate"}},
		{"test", []string{"go", "test", "-timeout", "10m", "./internal/...", "./infra/check/...", "./infra/local/...", "./infra/shop/..."}},
		{"demo", []string{"make", "--no-print-directory", "demo"}},
	}
)

// Without copies the checkout in the current folder without the shop, or without
// one action, and runs the steps there. The copy is deleted in any case.
func Without(out io.Writer, args []string) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.MkdirTemp("", "payhooks-without-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	begin, what, steps := time.Now(), "the shop", wholeSteps
	if len(args) > 0 {
		what, steps = args[0], actionSteps
	}
	if err := copyWithout(ctx, dir, args); err != nil {
		return err
	}
	fmt.Fprintf(out, "%-9s %5.1f s  without %s, in %s\n", "copy", time.Since(begin).Seconds(), what, dir)
	for _, s := range steps {
		if err := s.run(ctx, out, dir); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "all of it works without %s (%.0f s)\n", what, time.Since(begin).Seconds())
	return nil
}

// copyWithout copies the checkout, and removes the shop or an action from the copy.
func copyWithout(ctx context.Context, dir string, args []string) error {
	if err := checkout.Copy(ctx, ".", dir); err != nil {
		return err
	}
	if len(args) > 0 {
		return cutAction(ctx, dir, args[0])
	}
	return cutWhole(ctx, dir)
}

// run runs the step in the copy and prints a line with its time, after its output
// if it failed.
func (s step) run(ctx context.Context, out io.Writer, dir string) error {
	begin := time.Now()
	text, err := command(ctx, dir, s.args...).CombinedOutput()
	if ctx.Err() != nil {
		return errors.New("stopped")
	}
	result := "passed"
	if err != nil {
		result = "FAILED"
		fmt.Fprintf(out, "%s\n", text)
	}
	fmt.Fprintf(out, "%-9s %5.1f s  %s\n", s.name, time.Since(begin).Seconds(), result)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}

// command runs in a process group, which ends with the context.
func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...) //nolint:gosec // the steps above
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}
