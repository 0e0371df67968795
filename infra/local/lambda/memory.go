package lambda

import "time"

// memoryCheck is how often the memory of a process that works is looked at.
const memoryCheck = 50 * time.Millisecond

// limitMemory kills the process once it uses more memory than its function has, as
// Lambda does, until the function that it returns is called.
func (p *process) limitMemory() (stop func()) {
	limit := int64(p.fn.MemoryMB) << 20
	done := make(chan struct{})
	go func() {
		every := time.NewTicker(memoryCheck)
		defer every.Stop()
		for {
			select {
			case <-done:
				return
			case <-every.C:
				if limit > 0 && resident(p.pid()) > limit {
					p.greedy.Store(true)
					p.kill()
					return
				}
			}
		}
	}()
	return func() { close(done) }
}
