package engine

import (
	"bytes"
	"strings"
	"sync"
)

// output keeps what the engine wrote last, and closes listens once it says that
// the port is its own: whoever else answers there is not taken for it.
type output struct {
	listens chan struct{}

	mu   sync.Mutex
	last []byte
	once sync.Once
}

func newOutput() *output { return &output{listens: make(chan struct{})} }

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	const kept = 2 << 10
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = append(o.last, p...)
	if bytes.Contains(o.last, []byte("listening on http")) {
		o.once.Do(func() { close(o.listens) })
	}
	o.last = o.last[max(0, len(o.last)-kept):]
	return len(p), nil
}

func (o *output) listened() bool {
	select {
	case <-o.listens:
		return true
	default:
		return false
	}
}

// reason is the last line: why the engine ended, as it says.
func (o *output) reason() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(o.last)), "\n")
	first, _, _ := strings.Cut(lines[len(lines)-1], ". ")
	return strings.TrimPrefix(strings.TrimPrefix(first, "error: "), "Internal error: ")
}
