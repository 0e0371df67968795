package aws

import (
	"context"
	"crypto/md5" //nolint:gosec // the protocol's checksum
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
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
type onQueue struct{ QueueUrl string } //nolint:revive // the name on the wire

func (q onQueue) queueName() string { return q.QueueUrl[strings.LastIndex(q.QueueUrl, "/")+1:] }

type named interface{ queueName() string }

func queueNeeds[In any](s *Server, action string) func(*In) []access {
	return func(in *In) []access {
		name := any(in).(named).queueName() //nolint:forcetypeassert // every request here embeds onQueue
		arn := fmt.Sprintf("arn:aws:sqs:%s:%s:%s", s.Stack.Region, s.Stack.Account, name)
		return []access{need("sqs:"+action, arn)}
	}
}

func (s *Server) queueNamed(name string) (*Queue, error) {
	for _, q := range s.queues {
		if q.Name == name {
			return q, nil
		}
	}
	return nil, invalid("QueueDoesNotExist", "the template has no queue %q", name)
}

type sendEntry struct {
	ID                string `json:"Id"`
	MessageBody       string
	DelaySeconds      *int
	MessageAttributes map[string]MessageAttribute
}

type sendRequest struct {
	onQueue
	sendEntry
}

type sendBatchRequest struct {
	onQueue
	Entries []sendEntry
}

// maxMessage is the largest message, and the largest batch, in bytes.
const maxMessage = 1 << 20

type sent struct {
	ID      string `json:"Id,omitempty"`
	Message string `json:"MessageId"`
	MD5     string `json:"MD5OfMessageBody"`
}

func (s *Server) sendMessage(_ context.Context, c *call, in *sendRequest) (any, error) {
	q, err := s.queueNamed(in.queueName())
	if err != nil {
		return nil, err
	}
	out, err := q.sendAll(c.caller.Name, []sendEntry{in.sendEntry})
	if err != nil {
		return nil, err
	}
	return out[0], nil
}

func (s *Server) sendMessageBatch(_ context.Context, c *call, in *sendBatchRequest) (any, error) {
	q, err := s.queueNamed(in.queueName())
	if err != nil {
		return nil, err
	}
	if n := len(in.Entries); n == 0 || n > 10 {
		return nil, invalid("TooManyEntriesInBatchRequest", "a batch has 1 to 10 entries, not %d", n)
	}
	out, err := q.sendAll(c.caller.Name, in.Entries)
	return map[string]any{"Successful": out, "Failed": []any{}}, err
}

// sendAll puts all of the messages into the queue, or none.
func (q *Queue) sendAll(sender string, entries []sendEntry) ([]sent, error) {
	total := 0
	messages := make([]stored, len(entries))
	out := make([]sent, len(entries))
	for i, e := range entries {
		if e.MessageBody == "" {
			return nil, invalid("InvalidParameterValue", "a message needs a body")
		}
		total += len(e.MessageBody)
		delay := q.Delay
		if e.DelaySeconds != nil {
			delay = time.Duration(*e.DelaySeconds) * time.Second
		}
		messages[i] = q.message(sender, e.MessageAttributes, delay)
		out[i] = sent{ID: e.ID, Message: messages[i].ID, MD5: checksum(e.MessageBody)}
	}
	if total > maxMessage {
		return nil, invalid("InvalidParameterValue", "%d bytes are more than the %d that one request may send", total, maxMessage)
	}
	err := q.server.store.update(func(tx *bolt.Tx) error {
		for i, m := range messages {
			if err := q.put(tx, m, entries[i].MessageBody); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("send to %s: %w", q.Name, err)
	}
	q.more.tell()
	return out, nil
}

func checksum(s string) string {
	sum := md5.Sum([]byte(s)) //nolint:gosec // the protocol's checksum
	return hex.EncodeToString(sum[:])
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

// SystemAttributes are the message's attributes by SQS's names, as ReceiveMessage
// and Lambda's SQS event have them.
func (m Message) SystemAttributes() map[string]string {
	return map[string]string{
		"ApproximateReceiveCount":          strconv.Itoa(m.Receives),
		"SentTimestamp":                    strconv.FormatInt(m.Sent.UnixMilli(), 10),
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.First.UnixMilli(), 10),
		"SenderId":                         m.Sender,
	}
}

// MD5 is the checksum of the body, as ReceiveMessage and Lambda's SQS event
// have it.
func (m Message) MD5() string { return checksum(m.Body) }

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
