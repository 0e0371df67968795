package lambda

import (
	"bytes"
	"sync"

	"github.com/payhooks/payhooks/infra/local/template"
)

// maxLine bounds what is kept of a line that never ends.
const maxLine = 256 << 10

// lines is a Writer that passes on complete lines.
type lines struct {
	emit func(text string)

	mu   sync.Mutex
	rest []byte
	last string
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		if i < 0 && len(l.rest) < maxLine {
			return len(p), nil
		}
		if i < 0 {
			i = len(l.rest) - 1
		}
		l.send(l.rest[:i])
		l.rest = l.rest[i+1:]
	}
}

func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.send(l.rest)
	l.rest = nil
}

func (l *lines) send(text []byte) {
	if text = bytes.TrimRight(text, "\r"); len(text) == 0 {
		return
	}
	l.last = string(text)
	l.emit(l.last)
}

func (l *lines) lastLine() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

func (h *Host) emit(fn template.Function, text string) {
	if h.Output != nil {
		h.Output(Line{Function: fn, Text: text})
	}
}
