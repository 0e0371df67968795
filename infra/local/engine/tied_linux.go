package engine

import (
	"os/exec"
	"runtime"
	"syscall"
)

// runTied runs cmd so that it dies with this process, kill -9 included. The
// kernel watches the thread that started the child, so that thread is kept
// until the child is gone.
func runTied(cmd *exec.Cmd, started func(error), gone func()) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	err := cmd.Start()
	started(err)
	if err != nil {
		return err
	}
	defer gone()
	return cmd.Wait()
}
