package check

import (
	"path"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/scaffold"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// checkBlocks: an action's function and its delivery belong together and are named for one
// folder. Blocks are copied from one another, and what stays from the original would feed a
// function another's events, or run it with another's rights.
func checkBlocks(root *stack, report reporter) {
	used := map[*stack]place{}
	for f := range root.each(function) {
		d := f.delivery()
		if d == nil {
			continue
		}
		if other, taken := used[d]; taken {
			report("%s: has the Role of %s, which is that of %s; give it the Role, LogGroup and Queue of %sDelivery", f, d.name, other.id, f.id)
		}
		used[d] = f
		checkSame(f, d, report)
		checkAction(f, d, report)
	}
	checkDeliveries(root, used, report)
}

// delivery is the stack of infra/action.yaml that the function's role is in, nil for none.
func (p place) delivery() *stack {
	r, ok := p.in.owner(p.props()["Role"])
	if !ok || r.in.params["Action"] == nil {
		return nil
	}
	return r.in
}

// checkSame: role, log group and queue of a function are of one delivery.
func checkSame(f place, d *stack, report reporter) {
	if l, ok := f.in.owner(at(f.props(), "LoggingConfig", "LogGroup")); ok && l.in != d {
		report("%s: writes to the log group of %s, but has the Role of %s; both must be of %sDelivery", f, l.in.name, d.name, f.id)
	}
	events := object(f.props()["Events"])
	for _, e := range sorted(events) {
		if q, ok := f.in.owner(at(events[e], "Properties", "Queue")); ok && q.in != d {
			report("%s: event %s reads the queue of %s, but the function has the Role of %s; both must be of %sDelivery", f, e, q.in.name, d.name, f.id)
		}
	}
}

// checkAction: the name under which events are fanned out and recorded is the folder's,
// which the function knows itself by.
func checkAction(f place, d *stack, report reporter) {
	action, folder := d.variable("Action"), path.Base(text(f.props()["CodeUri"]))
	switch {
	case strings.HasSuffix(action, "-dead"):
		report("%s: %s: Action is %s, whose queue would be the dead letters of %s; name folder, function and Action otherwise", d.parent.file, d.name, action, strings.TrimSuffix(action, "-dead"))
	case slices.Contains(scaffold.Pipeline, action) && (action != event.Fetch || folder != event.Fetch):
		report("%s: %s: Action is %s, which is a function of the pipeline: their queues and logs would be one; write Action: %s, the folder's name", d.parent.file, d.name, action, folder)
	case slices.Contains(operator.DeadLetterSources(), action):
		report("%s: %s: Action is %s, whose dead letters would be those of the stack's own %s-dead; name folder, function and Action otherwise", d.parent.file, d.name, action, action)
	case action != folder:
		report("%s: %s: Action is %s, but the function is in the folder %s; write Action: %s", d.parent.file, d.name, action, folder, folder)
	}
}

// checkDeliveries: each delivery is read by a function, and has a name that no other has.
func checkDeliveries(root *stack, used map[*stack]place, report reporter) {
	names := map[string]string{}
	for s := range root.all() {
		if s.params["Action"] == nil || s.parent == nil {
			continue
		}
		if _, read := used[s]; !read {
			report("%s: %s is the delivery of no function: its events would wait for ever; remove it, or give a function its Role, LogGroup and Queue", s.parent.file, s.name)
		}
		action := s.variable("Action")
		if other, taken := names[action]; taken {
			report("%s: %s and %s both have Action: %s; each action has its folder's name", s.parent.file, other, s.name, action)
		}
		names[action] = s.name
		checkGiven(s, root, report)
	}
}

// checkGiven: a delivery finds tables and the alarms' topic by the stack's name, and its
// events on the stack's bus.
func checkGiven(s, root *stack, report reporter) {
	if name := s.variable("Stack"); name != "${AWS::StackName}" {
		report("%s: %s: Stack must be !Ref AWS::StackName, else it looks for another stack's tables", s.parent.file, s.name)
	}
	if b, ok := s.owner(map[string]any{"Ref": "Bus"}); !ok || b.in.kind(b.id) != bus {
		report("%s: %s: Bus must be !Ref Bus, else no event comes", s.parent.file, s.name)
	}
}
