package ministack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Sam runs the SAM CLI in a checkout, against MiniStack, and returns what it
// printed; an error contains the end of it.
func (m *MiniStack) Sam(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := m.command(ctx, dir, args...).CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("sam %v: %w\n%s", args, err, end(string(out)))
	}
	return string(out), nil
}

// Guided is Sam for a command that asks questions. The answer to a question that
// contains one of the texts is that text's; to all others it is Enter.
func (m *MiniStack) Guided(ctx context.Context, dir string, answers map[string]string, args ...string) (string, error) {
	cmd := m.command(ctx, dir, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return "", err
	}
	text, err := converse(out, in, answers)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return text, fmt.Errorf("sam %v: %w\n%s", args, err, end(text))
	}
	return text, nil
}

// end is the part of an output that says what went wrong.
func end(text string) string { return text[max(0, len(text)-2000):] }

// converse answers each question, which ends in "]: ".
func converse(out io.Reader, in io.Writer, answers map[string]string) (string, error) {
	var text strings.Builder
	answered := 0 // characters of text
	buffer := make([]byte, 4096)
	for {
		n, err := out.Read(buffer)
		text.Write(buffer[:n])
		if errors.Is(err, io.EOF) {
			return text.String(), nil
		}
		if err != nil {
			return text.String(), err
		}
		if all := text.String(); strings.HasSuffix(all, "]: ") {
			if _, err := io.WriteString(in, answer(all[answered:], answers)+"\n"); err != nil {
				return all, err
			}
			answered = len(all)
		}
	}
}

func answer(question string, answers map[string]string) string {
	for contains, answer := range answers {
		if strings.Contains(question, contains) {
			return answer
		}
	}
	return ""
}

func (m *MiniStack) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sam", args...) //nolint:gosec // the caller's own
	cmd.Dir = dir
	cmd.Env = os.Environ()
	for _, env := range []map[string]string{m.Env(), m.As} {
		for k, v := range env {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// Architecture is what Lambda calls Go's architecture: MiniStack runs the
// functions on this machine.
func Architecture(goarch string) string {
	if goarch == "arm64" {
		return "arm64"
	}
	return "x86_64"
}
