package lambda

import (
	"os"
	"os/exec"
	"syscall"
)

// tie makes the process lead a group of its own and die with the stack, even
// with one that was killed. Threads that start processes must not end before
// the stack does, which holds: Go ends no thread of unlocked goroutines.
func tie(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// killGroup kills the process and what it started. Killing the dead is no error.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
