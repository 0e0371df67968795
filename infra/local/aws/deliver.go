package aws

import (
	"fmt"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/template"
)

// delivery is an event on its way from a rule to a queue.
type delivery struct {
	Rule     string
	Target   template.Target
	Body     string
	Delay    time.Duration // until the queue shows it
	First    time.Time
	Attempts int
	Due      time.Time
}

// What EventBridge does for a target without a retry policy of its own.
const (
	defaultMaxAge     = 24 * time.Hour
	defaultMaxRetries = 185
	eventBridge       = "events.amazonaws.com"
)

// outcome of one attempt.
type outcome struct {
	code, message string // empty: delivered
	final         bool   // trying again cannot help
}

// attempt decides whether the target takes the delivery now.
func (s *Server) attempt(d delivery) outcome {
	q := s.has().queues[d.Target.ARN]
	switch {
	case q == nil:
		return outcome{"NO_RESOURCE", "the template has no such queue", true}
	case !s.mayPut(q, d.Rule):
		return outcome{"NO_PERMISSIONS", "the policy of queue " + q.Name + " does not let the rule send to it", true}
	}
	f := s.faults.strike("events", "Deliver", q.Name)
	switch {
	case f == nil || f.Kind == FaultDelay:
		return outcome{}
	case f.Kind == FaultDeny:
		return outcome{"NO_PERMISSIONS", "an injected fault", true}
	}
	return outcome{"ERROR_FROM_TARGET", "an injected fault", false}
}

// mayPut asks a queue's own policy whether a rule may send to it.
func (s *Server) mayPut(q *Queue, rule string) bool {
	if q.Policy == nil {
		return false
	}
	allowed, _ := decide([]template.Policy{*q.Policy}, question{
		action: "sqs:SendMessage", resource: q.ARN, principal: eventBridge,
		context: map[string][]string{
			"aws:sourcearn": {rule}, "aws:sourceaccount": {s.template().Account}, "aws:securetransport": {"true"},
		},
	})
	return allowed
}

// deliver brings the deliveries to their queues, or notes on disk those that
// failed, all in one transaction.
func (s *Server) deliver(all []delivery) error {
	if len(all) == 0 {
		return nil
	}
	outcomes := make([]outcome, len(all))
	for i, d := range all {
		outcomes[i] = s.attempt(d)
	}
	err := s.store.update(func(tx *bolt.Tx) error {
		for i, d := range all {
			if err := s.place(tx, d, outcomes[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("deliver events: %w", err)
	}
	for _, d := range all {
		s.wake(d)
	}
	s.undone.tell()
	return nil
}

// wake tells whoever waits for the queues that the delivery may be in.
func (s *Server) wake(d delivery) {
	for _, arn := range []string{d.Target.ARN, d.Target.DeadLetter} {
		if q := s.has().queues[arn]; q != nil {
			q.more.tell()
		}
	}
}

// place puts a delivery where its outcome sends it: the queue, the deliveries
// to try again, or the target's dead letter queue.
func (s *Server) place(tx *bolt.Tx, d delivery, o outcome) error {
	if q := s.has().queues[d.Target.ARN]; o.code == "" && q != nil { // nil: it was just removed
		body, err := transformed(d.Target.Transform, d.Body)
		if err != nil {
			return err
		}
		s.counter.count("sqs", q.Name, MessageSent, 1)
		return q.put(tx, q.message(eventBridge, nil, max(q.Delay, d.Delay)), body)
	}
	d.Attempts++
	if !o.final && !s.exhausted(d) {
		return s.postpone(tx, d)
	}
	dead := s.has().queues[d.Target.DeadLetter]
	if dead == nil || !s.mayPut(dead, d.Rule) {
		s.log().ErrorContext(s.ctx, "an event is lost: no queue takes it, nor does a dead letter queue", "rule", d.Rule, "target", d.Target.ARN, "error", o.message)
		return nil
	}
	attributes := map[string]MessageAttribute{}
	for name, v := range map[string]string{
		"RULE_ARN": d.Rule, "TARGET_ARN": d.Target.ARN, "ERROR_CODE": o.code, "ERROR_MESSAGE": o.message,
		"RETRY_ATTEMPTS": strconv.Itoa(d.Attempts - 1),
	} {
		attributes[name] = MessageAttribute{DataType: "String", StringValue: v}
	}
	return dead.put(tx, dead.message(eventBridge, attributes, 0), d.Body)
}

func (s *Server) exhausted(d delivery) bool {
	age, retries := d.Target.MaxAge, d.Target.MaxRetries
	if age == 0 && retries == 0 {
		retries = defaultMaxRetries
	}
	if age == 0 {
		age = defaultMaxAge
	}
	return d.Attempts > retries || s.now().Sub(d.First) >= age
}
