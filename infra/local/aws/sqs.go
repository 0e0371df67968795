package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func (s *Server) sqs() *service {
	return &service{
		name: "sqs",
		operations: map[string]operation{
			"SendMessage":                  typed(queueNeeds[sendRequest](s, "SendMessage"), s.sendMessage),
			"SendMessageBatch":             typed(queueNeeds[sendBatchRequest](s, "SendMessage"), s.sendMessageBatch),
			"ReceiveMessage":               typed(queueNeeds[receiveRequest](s, "ReceiveMessage"), s.receiveMessage),
			"DeleteMessage":                typed(queueNeeds[receiptRequest](s, "DeleteMessage"), s.deleteMessage),
			"DeleteMessageBatch":           typed(queueNeeds[receiptsRequest](s, "DeleteMessage"), s.deleteMessages),
			"ChangeMessageVisibility":      typed(queueNeeds[receiptRequest](s, "ChangeMessageVisibility"), s.changeVisibility),
			"ChangeMessageVisibilityBatch": typed(queueNeeds[receiptsRequest](s, "ChangeMessageVisibility"), s.changeVisibilities),
			"GetQueueUrl":                  typed(queueNeeds[queueRequest](s, "GetQueueUrl"), s.queueURL),
			"GetQueueAttributes":           typed(queueNeeds[queueRequest](s, "GetQueueAttributes"), s.queueAttributes),
			"PurgeQueue":                   typed(queueNeeds[queueRequest](s, "PurgeQueue"), s.purgeQueue),
			"ListQueues": typed(func(*listQueuesRequest) []access {
				return []access{need("sqs:ListQueues", "*")}
			}, s.listQueues),
		},
		throttled: failure{status: http.StatusBadRequest, code: "RequestThrottled"},
		failed:    failure{status: http.StatusInternalServerError, code: "InternalFailure"},
		denied:    failure{status: http.StatusForbidden, code: "AccessDeniedException"},
		unknown:   failure{status: http.StatusBadRequest, code: "UnsupportedOperation"},
		fail:      failJSON("com.amazonaws.sqs#"),
	}
}

// onQueue is embedded in the requests that name a queue by URL.
type onQueue struct{ QueueUrl string }

func (q onQueue) queueName() string { return q.QueueUrl[strings.LastIndex(q.QueueUrl, "/")+1:] }

type named interface{ queueName() string }

func queueNeeds[In any](s *Server, action string) func(*In) []access {
	return func(in *In) []access {
		name := any(in).(named).queueName() // every request here embeds onQueue
		arn := fmt.Sprintf("arn:aws:sqs:%s:%s:%s", s.template().Region, s.template().Account, name)
		return []access{need("sqs:"+action, arn)}
	}
}

func (s *Server) queueNamed(name string) (*Queue, error) {
	for _, q := range s.has().queues {
		if q.Name == name {
			return q, nil
		}
	}
	return nil, invalid("QueueDoesNotExist", "the template has no queue %q", name)
}

type receiveRequest struct {
	onQueue
	MaxNumberOfMessages         int
	VisibilityTimeout           *int
	WaitTimeSeconds             int
	AttributeNames              []string
	MessageSystemAttributeNames []string
	MessageAttributeNames       []string
}

type received struct {
	MessageID     string `json:"MessageId"`
	ReceiptHandle string
	Body          string
	MD5           string                      `json:"MD5OfBody"`
	Attributes    map[string]string           `json:",omitempty"`
	Message       map[string]MessageAttribute `json:"MessageAttributes,omitempty"`
}

func (s *Server) receiveMessage(ctx context.Context, _ *call, in *receiveRequest) (any, error) {
	q, err := s.queueNamed(in.queueName())
	if err != nil {
		return nil, err
	}
	if in.MaxNumberOfMessages > 10 || in.WaitTimeSeconds > 20 {
		return nil, invalid("InvalidParameterValue", "at most 10 messages and 20 seconds of waiting")
	}
	r := Receive{Max: in.MaxNumberOfMessages, Visibility: -1, Wait: time.Duration(in.WaitTimeSeconds) * time.Second}
	if in.VisibilityTimeout != nil {
		r.Visibility = time.Duration(*in.VisibilityTimeout) * time.Second
	}
	got, err := q.Receive(ctx, r)
	if err != nil {
		return nil, err
	}
	asked := slices.Concat(in.AttributeNames, in.MessageSystemAttributeNames)
	out := make([]received, len(got))
	for i, m := range got {
		out[i] = received{MessageID: m.ID, ReceiptHandle: m.Receipt, Body: m.Body, MD5: checksum(m.Body)}
		for name, v := range m.SystemAttributes() {
			if slices.Contains(asked, name) || slices.Contains(asked, "All") {
				if out[i].Attributes == nil {
					out[i].Attributes = map[string]string{}
				}
				out[i].Attributes[name] = v
			}
		}
		if len(in.MessageAttributeNames) > 0 {
			out[i].Message = m.Attributes
		}
	}
	return map[string]any{"Messages": out}, nil
}

type receiptEntry struct {
	ID                string `json:"Id"`
	ReceiptHandle     string
	VisibilityTimeout int
}

type receiptRequest struct {
	onQueue
	receiptEntry
}

type receiptsRequest struct {
	onQueue
	Entries []receiptEntry
}

func (s *Server) deleteMessage(ctx context.Context, _ *call, in *receiptRequest) (any, error) {
	q, err := s.queueNamed(in.queueName())
	if err != nil {
		return nil, err
	}
	return struct{}{}, q.Delete(ctx, in.ReceiptHandle)
}

func (s *Server) changeVisibility(ctx context.Context, _ *call, in *receiptRequest) (any, error) {
	q, err := s.queueNamed(in.queueName())
	if err != nil {
		return nil, err
	}
	err = q.ChangeVisibility(ctx, in.ReceiptHandle, time.Duration(in.VisibilityTimeout)*time.Second)
	if errors.Is(err, ErrNotInFlight) {
		return nil, invalid("MessageNotInflight", "%v", err)
	}
	return struct{}{}, err
}

func (s *Server) deleteMessages(ctx context.Context, _ *call, in *receiptsRequest) (any, error) {
	return s.each(in, func(q *Queue, e receiptEntry) error { return q.Delete(ctx, e.ReceiptHandle) })
}

func (s *Server) changeVisibilities(ctx context.Context, _ *call, in *receiptsRequest) (any, error) {
	return s.each(in, func(q *Queue, e receiptEntry) error {
		return q.ChangeVisibility(ctx, e.ReceiptHandle, time.Duration(e.VisibilityTimeout)*time.Second)
	})
}

// each does one thing to every entry of a batch and reports which failed.
func (s *Server) each(in *receiptsRequest, do func(*Queue, receiptEntry) error) (any, error) {
	q, err := s.queueNamed(in.queueName())
	if err != nil {
		return nil, err
	}
	done, failed := []map[string]any{}, []map[string]any{}
	for _, e := range in.Entries {
		if err := do(q, e); err != nil {
			failed = append(failed, map[string]any{"Id": e.ID, "SenderFault": errors.Is(err, ErrNotInFlight), "Code": "ReceiptHandleIsInvalid", "Message": err.Error()})
			continue
		}
		done = append(done, map[string]any{"Id": e.ID})
	}
	return map[string]any{"Successful": done, "Failed": failed}, nil
}
