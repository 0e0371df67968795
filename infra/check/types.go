package check

import (
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
)

// checkTypes: an action subscribes to types that events are fanned out under.
func checkTypes(root *stack, report reporter) {
	for s := range root.all() {
		for _, id := range sorted(s.nested) {
			n := s.nested[id]
			if n.params["EventTypes"] == nil {
				continue
			}
			action := s.text(n.args["Action"])
			types := eventTypes(s.text(n.args["EventTypes"]))
			if len(types) == 0 && action != event.Fetch {
				report("%s: %s has no EventTypes: nothing would come to %s", s.file, id, action)
			}
			for i, t := range types {
				if slices.Contains(types[:i], t) {
					report("%s: %s subscribes to %q twice; remove one", s.file, id, t)
				}
				if problem := cli.WrongEventType(t); problem != "" {
					report("%s: %s subscribes to %q: %s", s.file, id, t, problem)
				}
			}
		}
	}
}

func eventTypes(list string) (types []string) {
	for t := range strings.SplitSeq(list, ",") {
		if t = strings.TrimSpace(t); t != "" {
			types = append(types, t)
		}
	}
	return types
}
