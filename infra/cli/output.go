package cli

import (
	"io"
	"os"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"

	"github.com/payhooks/payhooks/internal/safetext"
)

// Output is what a command prints to. All that is written to it is made safe for a
// terminal: characters that are not shown but change what is become escapes such as
// \u202e, which JSON reads as the same value. Newlines and tabs pass. It is safe for
// concurrent use.
type Output struct {
	mu       sync.Mutex
	to       io.Writer
	begun    []byte // of a character whose other bytes were not written yet
	terminal bool
	columns  int // of a terminal that is no file
}

// Part is a piece of a line with its own style: the number of a terminal's colour,
// or none.
type Part struct{ Style, Text string }

// NewOutput is an Output to w, or w itself if it is one.
func NewOutput(w io.Writer) *Output {
	if o, ok := w.(*Output); ok {
		return o
	}
	f, ok := w.(*os.File)
	return &Output{to: w, terminal: ok && isatty.IsTerminal(f.Fd())}
}

// Write prints text.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := append(o.begun, p...)
	whole := len(text) - begun(text)
	o.begun = append([]byte(nil), text[whole:]...)
	_, err := o.to.Write([]byte(safetext.Escape(string(text[:whole]))))
	return len(p), err
}

// begun is how many bytes at the end are the beginning of a character.
func begun(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if last := text[len(text)-n:]; utf8.RuneStart(last[0]) {
			if utf8.FullRune(last) {
				return 0
			}
			return n
		}
	}
	return 0
}

// Styled reports whether there is a terminal that shows styles.
func (o *Output) Styled() bool { return o.terminal && os.Getenv("NO_COLOR") == "" }

// Width is how many characters a line of the terminal has; 0 without one.
func (o *Output) Width() int {
	f, ok := o.to.(*os.File)
	if !o.terminal || !ok {
		return o.columns
	}
	n, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return n
}

// Print prints a line of parts, in their styles on a terminal.
func (o *Output) Print(parts ...Part) error {
	var b strings.Builder
	for _, p := range parts {
		text := safetext.Escape(p.Text)
		if p.Style != "" && text != "" && o.Styled() {
			text = "\x1b[" + p.Style + "m" + text + "\x1b[0m"
		}
		b.WriteString(text)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	_, err := io.WriteString(o.to, strings.TrimRight(b.String(), " ")+"\n")
	return err
}

// RawUsage is the usage of the flag --raw.
const RawUsage = "print the signed bytes and nothing else: unchanged to a file or a pipe, with escapes to a terminal"

// Raw prints bytes unchanged to a file or a pipe. A terminal gets them as all else.
func (o *Output) Raw(p []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.terminal {
		p = []byte(safetext.Escape(string(p)))
	}
	_, err := o.to.Write(p)
	return err
}
