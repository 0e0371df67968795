package cloudwatch_test

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/cloudwatch"
	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// happen makes an event at Stripe.
func (s *stand) happen() (id string, body []byte) {
	s.posted++
	id = fmt.Sprintf("evt_%05d", s.posted)
	body = stripetest.Event{ID: id, Type: "charge.succeeded", Version: stripetest.Older, Created: s.now, Object: stripetest.Object{"id": fmt.Sprint("ch_", s.posted), "object": "charge", "amount": 100, "currency": "eur"}}.Body()
	s.must(s.stripe.PutEvents("", body))
	return id, body
}

// deliver has an event happen, and Stripe post it.
func (s *stand) deliver() (id string, code int) {
	id, body := s.happen()
	code = s.post(body, webhook.Sign(body, s.secret, s.now), 1)
	s.must(s.stripe.Delivered("", id, code == http.StatusOK))
	return id, code
}

// minutes lets time go by, with something to happen at the beginning of each second.
func (s *stand) minutes(n int, each ...func(second int)) {
	for range n {
		for second := range 60 {
			for _, do := range each {
				do(second)
			}
			if second == 1 {
				s.reconcile()
			}
			s.pollStream()
			s.pollQueue(churn)
			s.pollQueue(bridge)
			s.now = s.now.Add(time.Second)
		}
		s.now = s.now.Add(-time.Second)
		s.meterQueues()
		s.now = s.now.Add(time.Second)
		s.must(s.watch.Look(s.now))
	}
}

// traffic is an event in the middle of every second minute, and on the partner bus.
func (s *stand) traffic(second int) {
	if second == 30 && s.now.Minute()%2 == 0 {
		s.deliver()
	}
	if second == 40 && s.now.Minute()%2 == 1 {
		s.partnered()
	}
}

// partnered has an event come over the partner bus.
func (s *stand) partnered() {
	id, body := s.happen()
	_ = id
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Events", "MatchedEvents", "EventBusName", partner, "RuleName", bridge), s.now, 1, 1)
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Events", "FailedInvocations", "EventBusName", partner, "RuleName", bridge), s.now, b(s.lost), 1)
	s.watch.Metrics.Add(cloudwatch.Named("AWS/Events", "InvocationsFailedToBeSentToDlq", "EventBusName", partner, "RuleName", bridge), s.now, b(s.lost), 1)
	if !s.lost {
		s.must(s.queues[bridge].Send(s.Context(), fmt.Sprintf(`{"detail-type":"charge.succeeded","source":%q,"detail":%s}`, partner, body), 0))
	}
}

// settle is a stack that has run for half an hour, and is well.
func (s *stand) settle() {
	s.Helper()
	s.minutes(30, s.traffic)
	if red := s.watch.Red(stack); len(red) > 0 || len(s.pages()) > 0 {
		s.Fatalf("a stack that is well has the red alarms %q, and said %v", red, s.pages())
	}
}

// pages are the notices that call somebody.
func (s *stand) pages() (all []cloudwatch.Notice) {
	for _, n := range s.watch.Notices {
		if n.To != cloudwatch.OK {
			all = append(all, n)
		}
	}
	return all
}

func (s *stand) red(name string) bool { return slices.Contains(s.watch.Red(stack), name) }
