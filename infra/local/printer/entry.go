package printer

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// entry is one structured log line.
type entry struct{ fields map[string]any }

func (e entry) text(key string) string {
	v, ok := e.fields[key]
	if !ok || v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func (e entry) message() string {
	if m := e.text("message"); m != "" {
		return m
	}
	return e.text("msg")
}

func (e entry) at(otherwise time.Time) time.Time {
	for _, key := range []string{"timestamp", "time"} {
		if t, err := time.Parse(time.RFC3339Nano, e.text(key)); err == nil {
			return t
		}
	}
	return otherwise
}

// sentence says what happened and about what.
func (e entry) sentence() (colour, what, about string) {
	switch e.message() {
	case "request":
		return e.request()
	case "fanout":
		to := strings.ReplaceAll(e.text("wanted"), ",", ", ")
		if to == "" {
			return dim, "no subscriber", e.about()
		}
		return plain, "published", e.about("→ " + to)
	case "delivery":
		return e.delivery()
	case "redelivered":
		return plain, "sent again", e.about("→ " + e.text("action"))
	case "access":
		return dim, e.text("status"), e.about(e.text("route"), strings.Trim(e.text("error"), "-"))
	}
	if status := e.crashed(); status != "" {
		return red, status, strings.TrimSpace(e.platform("errorType") + "  the function was ended by Lambda")
	}
	return e.other()
}

// silent reports whether a line is for machines alone: metrics, and what Lambda writes about
// an invocation that went well.
func (e entry) silent() bool {
	return e.fields["_aws"] != nil || strings.HasPrefix(e.text("type"), "platform.") && e.crashed() == ""
}

// crashed is how Lambda ended an invocation that did not end well: error, timeout, failure.
func (e entry) crashed() string {
	if status := e.platform("status"); e.text("type") == "platform.report" && status != "success" {
		return status
	}
	return ""
}

// platform is a member of the record of a line that Lambda wrote.
func (e entry) platform(name string) string {
	record, _ := e.fields["record"].(map[string]any)
	return entry{record}.text(name)
}

func (e entry) request() (colour, what, about string) {
	code := e.text("answer")
	colour = map[string]string{"2": green, "4": yellow, "5": red}[code[:min(1, len(code))]]
	return colour, strings.TrimSpace(code + " " + e.text("reason")), e.about(e.text("error"), e.text("detail"))
}

func (e entry) delivery() (colour, what, about string) {
	state := e.text("state")
	colour = map[string]string{"done": green, "waiting": yellow, "parked": red, "unknown": red}[state]
	what = state
	if n := e.text("attempt"); n != "" && n != "1" {
		what += " (try " + n + ")"
	}
	return colour, what, e.about(e.text("outcome"), e.text("error"))
}

// about names the event, then what else there is to say, then how long it took.
func (e entry) about(more ...string) string {
	parts := []string{e.text("type"), e.text("event")}
	parts = append(parts, more...)
	if ms := e.text("ms"); ms != "" {
		parts = append(parts, ms+" ms")
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "  ")
}

// other shows a line that has no form of its own with all that it says.
func (e entry) other() (colour, what, about string) {
	level := strings.ToUpper(e.text("level"))
	colour = map[string]string{"ERROR": red, "WARN": yellow}[level]
	if what = strings.ToLower(level); what == "" {
		what = "says"
	}
	var rest []string
	for _, k := range slices.Sorted(maps.Keys(e.fields)) {
		switch k {
		case "level", "message", "msg", "timestamp", "time", "requestId":
		default:
			rest = append(rest, k+"="+e.text(k))
		}
	}
	return colour, what, strings.TrimSpace(e.message() + "  " + strings.Join(rest, " "))
}
