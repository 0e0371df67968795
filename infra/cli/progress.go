package cli

import (
	"cmp"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

// sayEvery is the time between two lines of progress.
const sayEvery = 10 * time.Second

// Progress shows how far a long piece of work is: a bar on a terminal, a line
// every ten seconds elsewhere, nothing with --json. Safe for concurrent use.
type Progress struct {
	bar *progressbar.ProgressBar // nil without a terminal
	out io.Writer

	mu      sync.Mutex
	what    string
	n, done int
	said    time.Time
	note    string
}

// NewProgress begins to show the progress of n items, 0 where their number is
// not known. The caller ends it.
func NewProgress(cmd *cobra.Command, what string, n int) *Progress {
	out := NewOutput(cmd.ErrOrStderr())
	p := &Progress{out: out, what: what, n: n, said: time.Now()}
	switch {
	case WantsJSON(cmd):
		p.out = io.Discard
	case out.Styled():
		p.bar = progressbar.NewOptions(cmp.Or(n, -1), progressbar.OptionSetWriter(out.to), progressbar.OptionSetDescription(Line(what)),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(200*time.Millisecond))
	}
	return p
}

// Add counts n more items.
func (p *Progress) Add(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if p.bar != nil {
		_ = p.bar.Add(n)
		return
	}
	if time.Since(p.said) < sayEvery {
		return
	}
	p.said = time.Now()
	of := ""
	if p.n > 0 {
		of = fmt.Sprintf(" of %d", p.n)
	}
	note := ""
	if p.note != "" {
		note = ", " + p.note
	}
	fmt.Fprintf(p.out, "%d%s %s%s\n", p.done, of, p.what, note)
}

// Note is shown with the progress from now on.
func (p *Progress) Note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.note = Line(text); p.bar != nil {
		p.bar.Describe(Line(p.what) + ", " + p.note)
	}
}

// Say prints a line; none with --json.
func (p *Progress) Say(text string) {
	p.Clear()
	_, _ = fmt.Fprintln(p.out, Line(text))
}

// Clear removes the bar until more is counted, so that rows can be printed.
func (p *Progress) Clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// End removes the bar.
func (p *Progress) End() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
