package printer

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/template"
)

// Header says what runs where.
func (p *Printer) Header(s *local.Stack) {
	if p.json {
		shown := s.Running
		shown.SecretKey = ""
		p.object(shown)
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n\n", p.paint(bold, "payhooks is running"))
	for _, r := range s.Template.Routes {
		fmt.Fprintf(&b, "  %-10s %s\n", "API", p.paint(cyan, s.API+strings.Replace(r.Path, "{endpoint}", "default", 1)))
	}
	if s.HasConsole() {
		fmt.Fprintf(&b, "  %-10s %s\n", "Console", p.paint(cyan, s.Console))
	} else {
		fmt.Fprintf(&b, "  %-10s %s\n", "Health", p.paint(cyan, s.Console+"/healthz"))
	}
	fmt.Fprintf(&b, "  %-10s %s\n\n", "Secret", s.SigningSecret)
	fmt.Fprintf(&b, "  %s\n", p.paint(dim, fmt.Sprintf("%-18s %s", "FUNCTION", "RUNS ON")))
	for _, f := range s.Template.Functions {
		fmt.Fprintf(&b, "  %-18s %s\n", filepath.Base(f.Dir), triggers(s.Template, f.LogicalID))
	}
	fmt.Fprintf(&b, "\n%s\n", p.paint(dim, "Send an event with  bin/payhooks trigger payment_intent.succeeded ; Ctrl-C stops everything."))
	p.print(b.String())
}

// triggers says what makes a function run.
func triggers(st *template.Stack, function string) string {
	var on []string
	for _, r := range st.Routes {
		if r.Function == function {
			on = append(on, r.Method+" "+r.Path)
		}
	}
	for _, s := range st.Streams {
		for _, t := range st.Tables {
			if s.Function == function && t.StreamARN == s.Stream {
				on = append(on, "new items of the table "+t.Name)
			}
		}
	}
	for _, q := range st.Pollers {
		if q.Function == function && !q.Disabled {
			on = append(on, queueTriggers(st, q.Queue))
		}
	}
	for _, s := range st.Schedules {
		if s.Function == function {
			on = append(on, s.Expression)
		}
	}
	return strings.Join(on, "; ")
}

// queueTriggers says what the rules send to a queue.
func queueTriggers(st *template.Stack, queue string) string {
	for _, r := range st.Rules {
		for _, t := range r.Targets {
			if t.ARN != queue {
				continue
			}
			var pattern struct {
				Types []string `json:"detail-type"`
			}
			if json.Unmarshal([]byte(r.Pattern), &pattern) == nil && len(pattern.Types) > 0 {
				return several(pattern.Types)
			}
			if r.Bus != st.Name {
				return "all of " + r.Bus
			}
		}
	}
	return "the queue " + queue[strings.LastIndex(queue, ":")+1:]
}

// several names the first of a list and counts the rest.
func several(list []string) string {
	const shown = 2
	if len(list) <= shown {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:shown], ", "), len(list)-shown)
}
