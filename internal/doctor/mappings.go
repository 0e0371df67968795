package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/payhooks/payhooks/internal/lambdacall"
)

// rulesEnabled checks the rules of the actions on the bus.
func (r *run) rulesEnabled(ctx context.Context) []Finding {
	rules, err := r.known(ctx)
	if err != nil {
		return []Finding{unknown("rules", err)}
	}
	var found []Finding
	for _, rule := range rules {
		if rule.Disabled {
			found = append(found, Finding{
				"rule " + rule.Action, Failed, "is disabled: its deliveries wait",
				"aws events enable-rule --event-bus-name " + r.Stack + " --name " + rule.Action,
			})
		}
	}
	switch {
	case len(found) > 0:
		return found
	case len(rules) == 0:
		return []Finding{{"rules", Warning, "no action has a rule on bus " + r.Stack + ": every event is ignored", "payhooks events list --stack " + r.Stack}}
	}
	return []Finding{{Check: "rules", Result: OK, Found: count(len(rules), "rule is", "rules are") + " enabled"}}
}

// mappings checks that dispatch reads the stream, and each action its queue.
func (r *run) mappings(ctx context.Context) []Finding {
	rules, err := r.known(ctx)
	if err != nil {
		return []Finding{unknown("mappings", err)}
	}
	all, err := r.Mappings.ListEventSourceMappings(ctx, "")
	if err != nil {
		return []Finding{unknown("mappings", err)}
	}
	found := r.mapping("dispatch", "the stream of "+r.Stack+"-events", all, func(arn string) bool {
		return strings.Contains(arn, ":table/"+r.Stack+"-events/stream/")
	})
	var readers []string
	for _, rule := range rules {
		readers = append(readers, rule.Action)
	}
	if r.eventSource() != "" {
		readers = append(readers, "ingest-eventbridge")
	}
	for _, name := range readers {
		queue := r.Stack + "-" + name
		found = append(found, r.mapping(name, "queue "+queue, all, func(arn string) bool {
			return strings.Contains(arn, ":sqs:") && strings.HasSuffix(arn, ":"+queue)
		})...)
	}
	if len(found) == 0 {
		found = []Finding{{Check: "mappings", Result: OK, Found: fmt.Sprintf("the stream and %s are read", count(len(readers), "queue", "queues"))}}
	}
	return found
}

// mapping returns what is wrong with the mapping of one source. One that is
// enabled is enough.
func (r *run) mapping(function, source string, all []lambdacall.Mapping, reads func(arn string) bool) []Finding {
	found := []Finding{{"mapping " + function, Failed, "nothing reads " + source, deployMain(r.Stack)}}
	for _, m := range all {
		if !reads(m.EventSourceArn) {
			continue
		}
		switch m.State {
		case "Enabled", "Updating":
			return nil
		case "Creating", "Enabling":
			found[0].Result, found[0].Found, found[0].Do = Warning, source+" is not read yet: the mapping is "+m.State, "run payhooks doctor again in a minute"
		default:
			found[0].Result, found[0].Found = Failed, source+" is not read: the mapping is "+m.State
			found[0].Do = "aws lambda update-event-source-mapping --enabled --uuid " + m.UUID
		}
	}
	return found
}
