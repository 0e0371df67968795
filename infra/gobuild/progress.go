package gobuild

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// sayEvery is the time between two lines of progress without a terminal.
const sayEvery = 5 * time.Second

// progress shows which packages are compiled, and how many of how many: on one line of a
// terminal, else in a line every five seconds.
type progress struct {
	to       io.Writer
	terminal bool

	mu      sync.Mutex
	done, n int // n is 0 until it is known
	said    time.Time
}

func newProgress(to *os.File) *progress {
	info, err := to.Stat()
	return &progress{to: to, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, said: time.Now()}
}

// of sets the number of packages.
func (p *progress) of(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n = n
}

// compiled counts a package.
func (p *progress) compiled(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if !p.terminal && time.Since(p.said) < sayEvery && p.done != p.n {
		return
	}
	p.said = time.Now()
	text := fmt.Sprintf("compiling: %d packages", p.done)
	if p.n > 0 { // what is in the cache is not counted, so it may end below
		text = fmt.Sprintf("compiling: %d of up to %d packages", p.done, p.n)
	}
	if p.done == p.n {
		name = "now linking the programs"
	}
	if text += ", " + name; p.terminal {
		_, _ = fmt.Fprintf(p.to, "\r\x1b[2K%.79s", text)
	} else {
		_, _ = fmt.Fprintln(p.to, text)
	}
}

// end takes the line off the terminal.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.terminal && p.done > 0 {
		_, _ = fmt.Fprint(p.to, "\r\x1b[2K")
	}
}

// Show is Run with the progress of a compilation that has something to do.
func (b Build) Show(ctx context.Context, to *os.File) (said string, err error) {
	p := newProgress(to)
	defer p.end()
	ctx, cancel := context.WithCancel(ctx)
	var counting sync.WaitGroup
	count := sync.OnceFunc(func() {
		counting.Go(func() {
			if n, err := b.Count(ctx); err == nil {
				p.of(n)
			}
		})
	})
	b.Compiled = func(name string) {
		count()
		p.compiled(name)
	}
	said, err = b.Run(ctx)
	cancel()
	counting.Wait()
	return said, err
}
