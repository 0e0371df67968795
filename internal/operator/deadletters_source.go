package operator

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// deadLetterSource has dead letters without being an action.
type deadLetterSource struct {
	name     string
	optional bool // a stack may lack it
	// swept: a sweep does the work of its letters, so that a redrive deletes them. Those of
	// others go back to the queue of the function, unchanged.
	swept  bool
	reason func(event.DeadLetter) string
}

// deadLetterSources are all that the templates have.
var deadLetterSources = []deadLetterSource{
	{name: "dispatch", swept: true, reason: streamReason},
	{name: "reconcile", swept: true, reason: because("the next minute's run did its work")},
	{name: "bus", optional: true, swept: true, reason: because("the bus lost its KMS key: reconcile sends the event again once it has one")},
	{name: "partner-bus", optional: true, swept: true, reason: because("the partner bus lost its KMS key: reconcile stores the event from Stripe's list")},
	{name: "ingest-eventbridge", optional: true, reason: because("it could not be stored, and Stripe does not send it again")},
	{name: "record-mail", optional: true, reason: because("the report about the mail could not be recorded, and SES does not send it again")},
}

// DeadLetterSources are the names that have dead letters in some stack without being actions.
func DeadLetterSources() (names []string) {
	for _, s := range deadLetterSources {
		names = append(names, s.name)
	}
	return names
}

// sourceOf is whose letter it is if not an action's.
func sourceOf(l event.DeadLetter) (s deadLetterSource, isAction bool) {
	i := slices.IndexFunc(deadLetterSources, func(s deadLetterSource) bool { return s.name == l.Queue })
	if i < 0 {
		return s, true
	}
	return deadLetterSources[i], false
}

// because is the error that a letter brings, if any, before what it means.
func because(meaning string) func(event.DeadLetter) string {
	return func(l event.DeadLetter) string {
		if l.Error == "" {
			return meaning
		}
		return "it was not delivered: " + l.Error + "; " + meaning
	}
}

// streamReason is of records that Lambda gave up.
func streamReason(l event.DeadLetter) string {
	var lost struct {
		RequestContext     struct{ Condition string }
		DDBStreamBatchInfo struct{ BatchSize int }
	}
	if json.Unmarshal([]byte(l.Body), &lost) != nil {
		return "the message cannot be read"
	}
	records := count(lost.DDBStreamBatchInfo.BatchSize, "record of the stream was", "records of the stream were")
	return fmt.Sprintf("%s given up (%s): still pending, and published by reconcile", records, lost.RequestContext.Condition)
}

// mailTags are SES's tags of a mail, as internal/mail writes them.
type mailTags struct {
	Event []string `json:"payhooks-event"`
}

// eventOf is the id of the event that a letter is about, or nothing. A report about a mail
// has it in its tags: at the root as the rule's target makes it, in its detail as SES does.
func eventOf(l event.DeadLetter) string {
	var msg struct {
		Tags   mailTags `json:"tags"`
		Detail struct {
			ID   string `json:"id"`
			Mail struct {
				Tags mailTags `json:"tags"`
			} `json:"mail"`
		} `json:"detail"`
	}
	if source, isAction := sourceOf(l); !isAction && source.swept || json.Unmarshal([]byte(l.Body), &msg) != nil {
		return ""
	}
	for _, tagged := range [][]string{msg.Tags.Event, msg.Detail.Mail.Tags.Event} {
		if len(tagged) == 1 {
			return tagged[0]
		}
	}
	return msg.Detail.ID
}
