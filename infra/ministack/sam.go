package ministack

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Sam runs the SAM CLI in a checkout, against MiniStack. What it printed is in
// the error, or returned.
func (m *MiniStack) Sam(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "sam", args...) //nolint:gosec // the caller's own
	cmd.Dir = dir
	cmd.Env = os.Environ()
	for k, v := range m.Env() {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("sam %v: %w\n%s", args, err, out)
	}
	return string(out), nil
}

// Architecture is what Lambda calls this machine's, on which MiniStack runs the
// functions.
func Architecture(goarch string) string {
	if goarch == "arm64" {
		return "arm64"
	}
	return "x86_64"
}
