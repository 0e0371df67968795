package crash

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// late is how long before a timeout a process may have been seen last: the ticker of a
// busy one comes late.
const late = 500 * time.Millisecond

// why returns what ended the process, for each attempt that it ran.
func (t trace) why(report string) func(event.Running) string {
	crash := readReport(report)
	kills := outOfMemoryKills()
	return func(a event.Running) string {
		switch {
		case crash != "":
			return crash
		case a.Until.Sub(t.At) < late:
			return "timeout: the function did not return in time"
		case t.Limit > 0 && t.Memory >= t.Limit/4*3, kills > t.Killed:
			return fmt.Sprintf("out of memory: the process used %d of %d MB", t.Memory>>20, t.Limit>>20)
		}
		return "exit: the process ended (os.Exit, or killed)"
	}
}

// readReport returns what ended the process, and where, of what Go's runtime printed.
// The text of a panic may hold anything and is left out; the runtime's own is not.
func readReport(path string) string {
	f, err := os.Open(path) //nolint:gosec // of the process's own folder
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	var what string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case what == "":
			what = headline(line)
		case strings.HasPrefix(line, "\t") || !strings.Contains(line, "("):
		case !runtimes(line):
			return what + " at " + line[:strings.LastIndexByte(line, '(')] + place(lines)
		}
	}
	return what
}

// headline is the line that names the crash, without the text of a panic.
func headline(line string) string {
	switch {
	case strings.HasPrefix(line, "panic: runtime error: "), strings.HasPrefix(line, "fatal error: "):
		if strings.Contains(line, "out of memory") || strings.Contains(line, "cannot allocate memory") {
			return "out of memory: " + line
		}
		return "crash: " + line
	case strings.HasPrefix(line, "panic: "):
		return "crash: panic"
	case strings.HasPrefix(line, "SIG"):
		name, _, _ := strings.Cut(line, ":")
		return "crash: " + name
	}
	return ""
}

// runtimes reports whether a frame is Go's own.
func runtimes(frame string) bool {
	return strings.HasPrefix(frame, "runtime.") || strings.HasPrefix(frame, "panic(") || strings.HasPrefix(frame, "internal/runtime") ||
		strings.HasPrefix(frame, "sync.") || strings.HasPrefix(frame, "goroutine ") || strings.HasPrefix(frame, "[")
}

// place is the line number in the line after a frame, as in ":12".
func place(lines *bufio.Scanner) string {
	if !lines.Scan() {
		return ""
	}
	where, _, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
	if i := strings.LastIndexByte(where, ':'); i >= 0 {
		return where[i:]
	}
	return ""
}
