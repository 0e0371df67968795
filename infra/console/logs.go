package console

import (
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local/loglines"
)

// logsShown is how many lines a page shows.
const logsShown = 500

// logRow is a line as it is shown.
type logRow struct {
	loglines.Line
	Level   string // error, warn, info, debug, or prints of a line that is not structured
	Message string
	Rest    template.HTML // the other members, with links
}

// rowOf reads a structured line.
func rowOf(l loglines.Line) (logRow, bool) {
	row := logRow{Line: l, Level: "prints", Message: l.Text}
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
	row.Rest = linked(rest(l, fields))
	return row, true
}

// rest are the other members, the event first, without what says nothing.
func rest(l loglines.Line, fields map[string]json.RawMessage) string {
	names := slices.Sorted(maps.Keys(fields))
	names = slices.DeleteFunc(names, func(name string) bool { return name == "event" || name == "requestId" })
	var all []string
	for _, name := range append([]string{"event"}, names...) {
		text := string(fields[name])
		var s string
		if json.Unmarshal(fields[name], &s) == nil {
			text = s
		}
		if text != "" && text != "null" && (name != "action" || text != l.Function()) {
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
func (d *logsData) read(l *loglines.Lines) {
	text := strings.ToLower(d.Text)
	for _, line := range slices.Backward(l.All()) {
		function := line.Function()
		if i, known := slices.BinarySearch(d.Functions, function); !known {
			d.Functions = slices.Insert(d.Functions, i, function)
		}
		if len(d.Rows) == logsShown || d.Function != "" && function != d.Function || !strings.Contains(line.Text, d.Event) || !strings.Contains(strings.ToLower(line.Text), text) {
			continue
		}
		if row, shown := rowOf(line); shown {
			d.Rows = append(d.Rows, row)
		}
	}
	slices.Reverse(d.Rows)
}
