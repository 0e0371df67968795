package check

import (
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/operator"
)

// twoWeeks is the longest that SQS keeps a message.
const twoWeeks = "1209600"

// deadLetters finds the queues that take what others could not deliver.
func deadLetters(root *stack) map[place]bool {
	found := map[place]bool{}
	for s := range root.all() {
		for _, id := range sorted(s.resources) {
			for _, v := range targets(s.resources[id]) {
				if q, ok := s.owner(v); ok && q.in.kind(q.id) == queue {
					found[q] = true
				}
			}
		}
	}
	return found
}

// targets lists where a resource sends what it could not deliver.
func targets(v any) []any {
	var found []any
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			found = append(found, targets(e)...)
		}
	case map[string]any:
		for _, k := range sorted(v) {
			switch k {
			case "deadLetterTargetArn":
				found = append(found, v[k])
			case "DeadLetterConfig":
				found = append(found, at(v[k], "Arn"))
				for _, branch := range list(at(v[k], "Fn::If")) {
					found = append(found, at(branch, "Arn"))
				}
			case "OnFailure":
				found = append(found, at(v[k], "Destination"))
			default:
				found = append(found, targets(v[k])...)
			}
		}
	}
	return found
}

// checkQueues: every queue is encrypted with a key that EventBridge can use
// and keeps two weeks; every work queue has dead letters and leaves counting
// attempts to the ledger.
func checkQueues(root *stack, report reporter) {
	dead := deadLetters(root)
	for q := range root.each(queue) {
		p := q.props()
		if q.in.text(p["SqsManagedSseEnabled"]) != "true" {
			report("%s: needs SqsManagedSseEnabled: true (EventBridge cannot write to the KMS key that AWS manages)", q)
		}
		if q.in.text(p["MessageRetentionPeriod"]) != twoWeeks {
			report("%s: MessageRetentionPeriod must be %s, 14 days", q, twoWeeks)
		}
		if dead[q] {
			continue
		}
		if d, ok := q.in.owner(at(p, "RedrivePolicy", "deadLetterTargetArn")); !ok || d.in.kind(d.id) != queue {
			report("%s: a work queue needs a RedrivePolicy to dead letters", q)
		} else if n := seconds(q.in.text(at(p, "RedrivePolicy", "maxReceiveCount")), 0); n < 100 {
			report("%s: maxReceiveCount of %d is within the retry schedule; the ledger counts attempts, not the queue", q, n)
		}
	}
	for p := range root.each(queuePolicy) {
		for _, st := range list(at(p.props(), "PolicyDocument", "Statement")) {
			if !strings.Contains(strings.Join(conditionKeys(st), " "), "aws:SourceArn") {
				report("%s: must allow one sender only, by aws:SourceArn", p)
			}
		}
	}
}

func conditionKeys(statement any) []string {
	var keys []string
	for _, operator := range object(at(statement, "Condition")) {
		keys = slices.AppendSeq(keys, maps.Keys(object(operator)))
	}
	return keys
}

// checkDeadLetters: payhooks deadletters, and the gauge of dead letters, which has an alarm,
// know each of their queues by the name of an action or of a source of the operator's.
func checkDeadLetters(root *stack, report reporter) {
	known := operator.DeadLetterSources()
	for r := range root.each(rule) {
		if b, ok := r.in.owner(r.props()["EventBusName"]); ok && b.in.text(b.props()["Name"]) == "${AWS::StackName}" {
			known = append(known, r.in.text(r.props()["Name"]))
		}
	}
	dead := deadLetters(root)
	for q := range root.each(queue) {
		queue := q.in.text(q.props()["QueueName"])
		name, ok := strings.CutPrefix(strings.TrimSuffix(queue, "-dead"), "${AWS::StackName}-")
		if dead[q] && (!ok || !strings.HasSuffix(queue, "-dead") || !slices.Contains(known, name)) {
			report("%s: dead letters need a name that the gauge counts and payhooks deadletters lists, ${AWS::StackName}-ACTION-dead, or one that is added to deadLetterSources in internal/operator; it is %s", q, queue)
		}
	}
}

// longestPattern is EventBridge's limit on an event pattern, in characters.
const longestPattern = 2048

// checkRules: what a rule or a schedule could not deliver is tried again and
// then kept, and an action's rule selects what the others leave alone.
func checkRules(root *stack, report reporter) {
	for r := range root.each(rule) {
		for _, t := range list(r.props()["Targets"]) {
			checkTarget(r.String(), object(t), report)
		}
		types := r.in.text(map[string]any{"Fn::Join": []any{",", list(at(r.props(), "EventPattern", "detail-type"))}})
		if 200+len(types) > longestPattern {
			report("%s: the event pattern is longer than the %d characters that EventBridge takes", r, longestPattern)
		}
	}
	for f := range root.each(function) {
		events := object(f.props()["Events"])
		for _, e := range sorted(events) {
			if text(at(events[e], "Type")) == "Schedule" {
				checkTarget(f.String()+"."+e, object(at(events[e], "Properties")), report)
			}
		}
	}
}

func checkTarget(where string, t map[string]any, report reporter) {
	if t["RetryPolicy"] == nil {
		report("%s: the target needs a RetryPolicy", where)
	}
	if at(t, "DeadLetterConfig", "Arn") == nil {
		report("%s: the target needs a DeadLetterConfig", where)
	}
}
