package printer

import (
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
)

// Reloaded shows what became of changes in the project.
func (p *Printer) Reloaded(r local.Reload) {
	done := []struct {
		what      string
		functions []string
	}{{"added", r.Added}, {"rebuilt", r.Rebuilt}, {"restarted", r.Restarted}, {"removed", r.Removed}}
	if p.json {
		line := map[string]any{"message": "reload", "seconds": r.Took.Seconds()}
		for _, d := range done {
			line[d.what] = d.functions
		}
		if r.Err != nil {
			line["error"] = r.Err.Error()
		}
		p.object(line)
		return
	}
	said := false
	for _, d := range done {
		if len(d.functions) > 0 {
			said = true
			p.reloaded(green, fmt.Sprintf("%s %s in %.1f s", strings.Join(d.functions, ", "), d.what, r.Took.Seconds()))
		}
	}
	switch {
	case r.Err != nil:
		p.reloaded(red, "the change is not taken up, and what ran before runs on:")
		for line := range strings.Lines(r.Err.Error()) {
			p.print(cli.Part{Text: "  " + strings.TrimRight(line, "\n")})
		}
	case !said && r.Applied:
		p.reloaded(green, fmt.Sprintf("template.yaml applied in %.1f s", r.Took.Seconds()))
	case !said:
		p.reloaded(green, "the project is in order again")
	}
}

func (p *Printer) reloaded(colour, what string) {
	p.print(cli.Part{Style: dim, Text: p.now().Local().Format("15:04:05") + "  "}, cli.Part{Style: colour, Text: cli.Line(what)})
}
