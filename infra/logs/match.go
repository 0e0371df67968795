package logs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// members are those of a line that say whom it is about and when it was written.
type members struct {
	Timestamp, Time time.Time
	Request         string
}

func membersOf(text string) (m members) {
	_ = json.Unmarshal([]byte(text), &m) // of a line that is not ours, nothing
	return m
}

// written is the time that the line itself has, which is finer, or that of the group: a time
// far from that is of what the line is about.
func written(text string, millis int64) time.Time {
	m, at := membersOf(text), time.UnixMilli(millis).UTC()
	for _, own := range []time.Time{m.Timestamp, m.Time} {
		if own.Sub(at).Abs() < time.Minute {
			return own.UTC()
		}
	}
	return at
}

// mentions reports whether a line has the id as a whole: evt_1 is not in evt_12.
func mentions(text, id string) bool {
	for rest := text; ; {
		i := strings.Index(rest, id)
		if i < 0 {
			return false
		}
		after := rest[i+len(id):]
		if (i == 0 || !inID(rest[i-1])) && (after == "" || !inID(after[0])) {
			return true
		}
		rest = rest[i+1:]
	}
}

func inID(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// mostRequests is how many requests of one event are looked up: Stripe repeats a delivery
// for three days, some twenty times, and a pattern has 1,024 characters at most.
const mostRequests = 30

// requestsOf are the API's ids of the requests that the lines are about.
func requestsOf(lines []Line) (ids []string) {
	for _, l := range lines {
		if id := membersOf(l.Text).Request; id != "" && !strings.ContainsAny(id, `"\*`) && !slices.Contains(ids, id) && len(ids) < mostRequests {
			ids = append(ids, id)
		}
	}
	return ids
}

func accessPattern(requests []string) string {
	terms := make([]string, len(requests))
	for i, id := range requests {
		terms[i] = fmt.Sprintf("$.id = %q", id)
	}
	return "{ " + strings.Join(terms, " || ") + " }"
}
