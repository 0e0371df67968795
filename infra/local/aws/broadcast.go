package aws

import "sync"

// broadcast wakes everyone who waits for news. The zero value is usable.
type broadcast struct {
	mu sync.Mutex
	ch chan struct{}
}

// next is closed at the next tell. Take it before looking for what is there.
func (b *broadcast) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}

func (b *broadcast) tell() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}
