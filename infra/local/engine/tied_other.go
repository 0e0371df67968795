//go:build !unix

package engine

import "os/exec"

// runTied runs cmd.
func runTied(cmd *exec.Cmd, started func(error), gone func()) error {
	err := cmd.Start()
	started(err)
	if err != nil {
		return err
	}
	defer gone()
	return cmd.Wait()
}
