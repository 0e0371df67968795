package aws

import (
	"context"
	"crypto/md5" //nolint:gosec // the protocol's checksum
	"encoding/hex"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

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
