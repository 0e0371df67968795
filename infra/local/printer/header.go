package printer

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/payhooks/payhooks/infra/cli"
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
	field := func(name, style, value string) {
		p.print(cli.Part{Text: fmt.Sprintf("  %-10s ", name)}, cli.Part{Style: style, Text: value})
	}
	p.print(cli.Part{Style: bold, Text: "\npayhooks is running\n"})
	for _, r := range s.Template.Routes {
		field("API", cyan, s.API+strings.Replace(r.Path, "{endpoint}", "default", 1))
	}
	if s.HasConsole() {
		field("Console", cyan, s.Console)
	} else {
		field("Health", cyan, s.Console+"/healthz")
	}
	field("Secret", plain, s.SigningSecret)
	p.print(cli.Part{Style: dim, Text: fmt.Sprintf("\n  %-18s %s", "FUNCTION", "RUNS ON")})
	for _, f := range s.Template.Functions {
		p.print(cli.Part{Text: fmt.Sprintf("  %-18s %s", filepath.Base(f.Dir), triggers(s.Template, f.LogicalID))})
	}
	p.print(cli.Part{Style: dim, Text: "\nSend an event with  bin/payhooks trigger payment ; Ctrl-C stops everything.\n"})
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
