package batch

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/rawjson"
)

// Read reads what handlers look at of a batch that Lambda took from a queue: ids, bodies,
// how often each message was received, and where from. What is not as Lambda writes it is
// encoding/json's to judge.
func Read(payload []byte) (in events.SQSEvent, err error) {
	r := messages{rawjson.New(payload)}
	r.Expect(r.Object(func(name []byte) {
		if string(name) == "Records" {
			r.Expect(r.Array(func() { in.Records = append(in.Records, r.message()) }))
		}
	}))
	if r.OK() {
		return in, nil
	}
	in = events.SQSEvent{}
	if err := json.Unmarshal(payload, &in); err != nil {
		return in, fmt.Errorf("not a batch of a queue: %w", err)
	}
	return in, nil
}

// messages reads a batch.
type messages struct{ *rawjson.Reader }

func (r messages) message() (m events.SQSMessage) {
	r.Expect(r.Object(func(name []byte) {
		switch string(name) {
		case "messageId":
			m.MessageId = r.NeedText()
		case "receiptHandle":
			m.ReceiptHandle = r.NeedText()
		case "body":
			m.Body = r.NeedText()
		case "eventSourceARN":
			m.EventSourceARN = r.NeedText()
		case "attributes":
			r.Expect(r.Object(func(name []byte) {
				if string(name) == received {
					m.Attributes = map[string]string{received: r.NeedText()}
				}
			}))
		}
	}))
	return m
}

// received is the attribute that counts how often the queue handed a message out.
const received = "ApproximateReceiveCount"

// First reports whether the queue never handed the message out before. A message that does
// not say so counts as handed out.
func First(m events.SQSMessage) bool { return m.Attributes[received] == "1" }
