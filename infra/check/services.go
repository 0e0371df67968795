package check

import (
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// checkServices: beside its tables an action has its own queue, one sender of mails and
// topics that are not the alarms'. Only the pipeline puts events on the bus.
func checkServices(root *stack, report reporter) {
	for g := range grants(root) {
		if g.statement["Principal"] != nil || text(g.statement["Effect"]) == "Deny" {
			continue
		}
		for _, action := range g.by.in.spread(g.statement["Action"]) {
			if problem := g.serviceRight(action); problem != "" {
				report("%s: %s", g.by, problem)
			}
		}
	}
}

func (g grant) serviceRight(action string) string {
	service, _, _ := strings.Cut(action, ":")
	switch {
	case service == "ses":
		return g.mailRight(action)
	case g.of == nil:
		return ""
	case service == "sqs" && !g.ownQueue():
		return action + " must be on the action's own queue, !GetAtt Queue.Arn: the messages of others are theirs"
	case action == "events:PutEvents" && g.of.variable("Action") != event.Fetch:
		return "events:PutEvents would let the action make up events for every other; remove it"
	case action == "sns:Publish" && g.alarms():
		return "sns:Publish on the topic of the alarms would let the action raise them; give it its own topic"
	}
	return ""
}

// mailRight: SendEmail with one sender, compared exactly. The identity alone does not
// limit the sender: a domain's is that of each of its addresses.
func (g grant) mailRight(action string) string {
	if action != "ses:SendEmail" {
		return action + " is more than sending a mail; grant ses:SendEmail only"
	}
	from := at(g.statement, "Condition", "StringEquals", "ses:FromAddress")
	senders := slices.DeleteFunc(g.by.in.spread(from), func(a string) bool { return a == "" }) // one branch of a condition
	many, _ := from.([]any)                                                                    // two are two also while one is empty
	if from == nil || len(many) > 1 || len(senders) > 1 {
		return "ses:SendEmail needs Condition: {StringEquals: {ses:FromAddress: ADDRESS}}, one address; without it the action sends as anybody whose domain is verified"
	}
	return ""
}

// ownQueue reports whether the statement is about the queue of the action's delivery alone.
func (g grant) ownQueue() bool {
	resources := list(g.statement["Resource"])
	return len(resources) > 0 && !slices.ContainsFunc(resources, func(r any) bool {
		q, ok := g.by.in.owner(r)
		return !ok || q != place{g.of, "Queue"}
	})
}

// alarms reports whether the statement names the topic of the alarms.
func (g grant) alarms() bool {
	return slices.ContainsFunc(list(g.statement["Resource"]), func(r any) bool {
		t, ok := g.by.in.owner(r)
		return strings.HasSuffix(g.by.in.text(r), "-alarms") || ok && strings.HasSuffix(t.in.text(t.props()["TopicName"]), "-alarms")
	})
}
