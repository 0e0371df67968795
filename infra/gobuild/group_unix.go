//go:build unix

package gobuild

import (
	"os/exec"
	"syscall"
)

// group lets an interrupt reach go and its compilers, which a terminal's would miss or
// reach twice.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
}

// kill ends what an interrupt did not.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
