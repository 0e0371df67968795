package function

import (
	"syscall"
	"time"
)

const (
	// period of Lambda's CPU quota, and the megabytes that have one vCPU.
	period    = 20 * time.Millisecond
	wholeVCPU = 1769
)

// throttle lets the process run as long in each period as its memory gives it CPU, from now
// on. The returned function ends that.
func (p *process) throttle(megabytes int) (end func()) {
	quota := period * time.Duration(megabytes) / wholeVCPU
	stop, done := make(chan struct{}), make(chan struct{})
	begin, _ := p.cpu()
	go func() {
		defer close(done)
		for {
			opened := time.Now()
			for { // until the quota is used up
				used, _ := p.cpu()
				if used-begin >= quota || time.Since(opened) >= period {
					break
				}
				select {
				case <-stop:
					return
				case <-time.After(100 * time.Microsecond):
				}
			}
			_ = p.cmd.Process.Signal(syscall.SIGSTOP)
			time.Sleep(time.Until(opened.Add(period)))
			begin, _ = p.cpu()
			_ = p.cmd.Process.Signal(syscall.SIGCONT)
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	return func() { close(stop); <-done; _ = p.cmd.Process.Signal(syscall.SIGCONT) }
}
