//go:build unix && !linux

package engine

import (
	"os/exec"
	"syscall"
)

// runTied runs cmd apart from the terminal's process group, so that Ctrl-C
// reaches the stack first and it stops the engine itself.
func runTied(cmd *exec.Cmd, started func(error), gone func()) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err := cmd.Start()
	started(err)
	if err != nil {
		return err
	}
	defer gone()
	return cmd.Wait()
}
