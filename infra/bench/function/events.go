package function

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/stripetest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// webhookEvent is the n-th webhook, of 5.4 KB, as API Gateway hands it over.
func webhookEvent(_ *services, n int) []byte {
	now := time.Now()
	object := stripetest.Object{
		"id": fmt.Sprint("ch_", n), "object": "charge", "amount": 2000, "amount_captured": 2000, "amount_refunded": 0, "captured": true, "paid": true,
		"status": "succeeded", "currency": "eur", "payment_intent": fmt.Sprint("pi_", n), "created": now.Unix(), "metadata": map[string]any{},
	}
	for i := range 56 {
		object[fmt.Sprint("member_", i)] = fmt.Sprintf("a value of an event's object, number %032d", i)
	}
	body := stripetest.Event{ID: fmt.Sprintf("evt_%024d", n), Type: "charge.succeeded", Version: stripetest.Older, Created: now, Object: object}.Body()
	req := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "ANY /webhooks/{endpoint}", RawPath: "/webhooks/default", Body: string(body),
		Headers:        map[string]string{"stripe-signature": webhook.Sign(body, secret, now), "content-type": "application/json; charset=utf-8", "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
		PathParameters: map[string]string{"endpoint": "default"},
	}
	req.RequestContext.HTTP.Method, req.RequestContext.HTTP.SourceIP, req.RequestContext.RequestID = "POST", "3.18.12.63", fmt.Sprint("request-", n)
	return encode(req)
}

// streamEvent is the record of an event that ingest has stored, as the table's stream hands
// it over.
func streamEvent(s *services, n int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return encode(map[string]any{"Records": []any{map[string]any{
		"eventID": fmt.Sprint(n), "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
		"eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/bench-events/stream/2026-11-22T00:00:00.000",
		"dynamodb": map[string]any{
			"ApproximateCreationDateTime": time.Now().Unix(), "SequenceNumber": fmt.Sprint(n), "SizeBytes": 1000, "StreamViewType": "NEW_IMAGE",
			"NewImage": s.items[n%len(s.items)],
		},
	}}})
}

// messageEvent is the message of an event that dispatch has published, as the action's queue
// hands it over.
func messageEvent(s *services, n int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return encode(events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: fmt.Sprint(n), ReceiptHandle: "receipt", Body: string(s.published[n%len(s.published)]), Attributes: map[string]string{"ApproximateReceiveCount": "1"},
		EventSource: "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:000000000000:bench-update-order", AWSRegion: "us-east-1",
	}}})
}

// stored is an answer that Stripe takes for done.
func stored(answer []byte) bool {
	var res struct{ StatusCode int }
	return json.Unmarshal(answer, &res) == nil && res.StatusCode == 200
}

// handled is an answer that keeps nothing in the queue or stream.
func handled(answer []byte) bool {
	var res struct{ BatchItemFailures *[]any }
	return json.Unmarshal(answer, &res) == nil && res.BatchItemFailures != nil && len(*res.BatchItemFailures) == 0
}
