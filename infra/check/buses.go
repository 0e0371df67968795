package check

import "strings"

// Limits on the name of a queue, in characters, and what is left of it for the name
// of the stack.
const (
	longestQueue = 80
	longestStack = 32
)

// checkQueueNames: each queue's name has room for the name of a stack.
func checkQueueNames(root *stack, report reporter) {
	for q := range root.each(queue) {
		rest := strings.ReplaceAll(q.in.text(q.props()["QueueName"]), "${AWS::StackName}", "")
		if len(rest)+longestStack > longestQueue {
			report("%s: QueueName leaves less than %d of SQS's %d characters for the stack's name", q, longestStack, longestQueue)
		}
	}
}

// checkBuses: a partner's bus has the name of its event source, and is there only with
// a source: CloudFormation would fail to create it without one.
func checkBuses(root *stack, report reporter) {
	for b := range root.each(bus) {
		source, partner := b.props()["EventSourceName"]
		if !partner {
			continue
		}
		if name := b.in.text(b.props()["Name"]); name != b.in.text(source) {
			report("%s: Name must be the EventSourceName, AWS takes no other name for a partner's bus", b)
		}
		if b.in.text(source) == "" && !b.conditional() {
			report("%s: is there without a source by default; put it under a Condition", b)
		}
	}
}

// conditional reports whether the resource, or a stack that it is nested in, is left out
// with the parameters as they stand.
func (p place) conditional() bool {
	if c, ok := at(p.in.resources[p.id], "Condition").(string); ok && !p.in.holds(c) {
		return true
	}
	return p.in.parent != nil && p.in.name != "" && place{p.in.parent, p.in.name}.conditional()
}
