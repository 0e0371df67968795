package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

// sayEvery is the time between two lines of progress.
const sayEvery = 10 * time.Second

// progress shows how far a long piece of work is: a bar on a terminal, a line
// now and then elsewhere, nothing beside JSON. Safe for concurrent use.
type progress struct {
	bar *progressbar.ProgressBar // nil without a terminal
	out io.Writer

	mu      sync.Mutex
	what    string
	n, done int
	said    time.Time
}

// newProgress begins to show the progress of n pieces; 0 if nobody knows how
// many there are.
func newProgress(cmd *cobra.Command, what string, n int) *progress {
	p := &progress{out: cmd.ErrOrStderr(), what: what, n: n, said: time.Now()}
	file, ok := p.out.(*os.File)
	switch {
	case wantsJSON(cmd):
		p.out = io.Discard
	case ok && terminal(file):
		p.bar = progressbar.NewOptions(cmp.Or(n, -1), progressbar.OptionSetWriter(p.out), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(200*time.Millisecond))
	}
	return p
}

// add tells of one more piece.
func (p *progress) add() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.bar != nil {
		_ = p.bar.Add(1)
		return
	}
	if time.Since(p.said) >= sayEvery {
		p.said = time.Now()
		of := ""
		if p.n > 0 {
			of = fmt.Sprintf(" of %d", p.n)
		}
		fmt.Fprintf(p.out, "%d%s %s\n", p.done, of, p.what)
	}
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
