package console

import (
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	logsKept  = 5000 // lines in memory
	logsShown = 500
	// longestLine bounds one line in memory.
	longestLine = 16 << 10
)

// Logs keeps the newest lines of the functions. Its zero value is empty. Safe for
// concurrent use.
type Logs struct {
	mu    sync.Mutex
	lines []logLine
	next  int // number of the next line
}

// logLine is one line as it was written.
type logLine struct {
	Number   int
	At       time.Time
	Function string
	Text     string
}

// Add keeps a line. Nothing forgets it but newer lines.
func (l *Logs) Add(at time.Time, function, text string) {
	if len(text) > longestLine {
		text = strings.ToValidUTF8(text[:longestLine], "") + "…"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) >= logsKept {
		l.lines = slices.Delete(l.lines, 0, logsKept/10)
	}
	l.lines = append(l.lines, logLine{l.next, at, function, text})
	l.next++
}

// all are the lines that are kept, the oldest first.
func (l *Logs) all() []logLine {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// logRow is a line as it is shown.
type logRow struct {
	logLine
	Level   string // error, warn, info, debug, or prints of a line that is not structured
	Message string
	Rest    template.HTML // the other members, with links
}

// row reads a structured line.
func (l logLine) row() (logRow, bool) {
	row := logRow{logLine: l, Level: "prints", Message: l.Text}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(l.Text), &fields) != nil {
		return row, true
	}
	if fields["_aws"] != nil { // metrics
		return row, false
	}
	text := func(names ...string) (found string) {
		for _, name := range names {
			var s string
			if json.Unmarshal(fields[name], &s) == nil && found == "" {
				found = s
			}
			delete(fields, name)
		}
		return found
	}
	if t, err := time.Parse(time.RFC3339Nano, text("timestamp", "time")); err == nil {
		row.At = t
	}
	row.Level = strings.ToLower(text("level"))
	if row.Level == "" {
		row.Level = "info"
	}
	row.Message = text("message", "msg")
	row.Rest = linked(l.rest(fields))
	return row, true
}

// rest are the other members, the event first, without what says nothing.
func (l logLine) rest(fields map[string]json.RawMessage) string {
	names := slices.Sorted(maps.Keys(fields))
	names = slices.DeleteFunc(names, func(name string) bool { return name == "event" || name == "requestId" })
	var all []string
	for _, name := range append([]string{"event"}, names...) {
		text := string(fields[name])
		var s string
		if json.Unmarshal(fields[name], &s) == nil {
			text = s
		}
		if text != "" && text != "null" && (name != "action" || text != l.Function) {
			all = append(all, name+"="+text)
		}
	}
	return strings.Join(all, "  ")
}

var logsBody = parse("logs.html")

// logsData is the newest lines.
type logsData struct {
	Rows      []logRow
	Functions []string
	Function  string
	Text      string
	Event     string
}

func showLogs(r *Request) (View, error) {
	v := View{Title: "Logs", Body: logsBody, Live: true, Scripts: []string{"local.js"}}
	q, err := r.Params("function", "text", "event")
	if err != nil {
		return v, err
	}
	d := logsData{Function: q.Get("function"), Text: q.Get("text"), Event: q.Get("event")}
	if l := r.console.LocalStack.Logs; l != nil {
		d.read(l)
	}
	v.Data = d
	return v, nil
}

// read takes the newest lines that match.
func (d *logsData) read(l *Logs) {
	text := strings.ToLower(d.Text)
	for _, line := range slices.Backward(l.all()) {
		if i, known := slices.BinarySearch(d.Functions, line.Function); !known {
			d.Functions = slices.Insert(d.Functions, i, line.Function)
		}
		if len(d.Rows) == logsShown || d.Function != "" && line.Function != d.Function || !strings.Contains(line.Text, d.Event) || !strings.Contains(strings.ToLower(line.Text), text) {
			continue
		}
		if row, shown := line.row(); shown {
			d.Rows = append(d.Rows, row)
		}
	}
	slices.Reverse(d.Rows)
}
