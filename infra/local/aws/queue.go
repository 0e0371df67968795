package aws

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/template"
)

// Queue is one SQS queue, kept on disk.
type Queue struct {
	template.Queue

	server *Server
	more   *broadcast // shared by all that a queue of this name was defined as
}

// Receive is what to receive.
type Receive struct {
	Max int // up to 10 as in SQS; more is allowed here
	// Visibility is how long the messages stay invisible to others; negative
	// is the queue's own timeout.
	Visibility time.Duration
	// Wait is how long to wait for a first message; 0 returns at once.
	Wait time.Duration
}

// Counts of a queue's messages.
type Counts struct{ Visible, InFlight, Delayed int }

// ErrNotInFlight is returned for a receipt whose message is visible again, has
// been received by someone else, or is gone.
var ErrNotInFlight = errors.New("the message is not in flight under this receipt")

// Queue returns the queue with this ARN, or an error that names it.
func (s *Server) Queue(arn string) (*Queue, error) {
	if q := s.has().queues[arn]; q != nil {
		return q, nil
	}
	return nil, fmt.Errorf("the template has no queue %s", arn)
}

// Send puts a message into the queue; when it returns nil, it is on disk.
func (q *Queue) Send(ctx context.Context, body string, attributes map[string]MessageAttribute) (id string, err error) {
	m := q.message("", attributes, q.Delay)
	err = q.server.store.update(func(tx *bolt.Tx) error { return q.put(tx, m, body) })
	if err != nil {
		return "", fmt.Errorf("send to %s: %w", q.Name, err)
	}
	q.more.tell()
	return m.ID, nil
}

// Receive returns visible messages, oldest first, and hides them. A message
// that was received MaxReceiveCount times goes to the dead letter queue
// instead. It returns early, with nothing, when ctx ends.
func (q *Queue) Receive(ctx context.Context, r Receive) ([]Message, error) {
	if r.Visibility < 0 {
		r.Visibility = q.Visibility
	}
	until := q.server.now().Add(r.Wait)
	for {
		more := q.more.next()
		got, err := q.take(r)
		now := q.server.now()
		if err != nil || len(got) > 0 || !now.Before(until) {
			return got, err
		}
		wait := until.Sub(now)
		if due, ok := q.nextDue(); ok {
			wait = min(wait, max(due.Sub(now), time.Millisecond))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, nil
		case <-q.server.ctx.Done():
			timer.Stop()
			return nil, nil
		case <-more:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Delete removes messages. Receipts that are out of date are passed over, as
// SQS does: the message will be seen again.
func (q *Queue) Delete(ctx context.Context, receipts ...string) error {
	return q.server.store.update(func(tx *bolt.Tx) error {
		b := q.bucket(tx)
		for _, receipt := range receipts {
			key, m, err := q.held(tx, receipt)
			if errors.Is(err, ErrNotInFlight) {
				continue
			}
			if err != nil {
				return err
			}
			if err := b.remove(key, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// ChangeVisibility hides an in-flight message for d from now, or shows it at
// once for 0. ErrNotInFlight if it is not in flight under this receipt.
func (q *Queue) ChangeVisibility(ctx context.Context, receipt string, d time.Duration) error {
	err := q.server.store.update(func(tx *bolt.Tx) error {
		key, m, err := q.held(tx, receipt)
		if err != nil {
			return err
		}
		now := q.server.now()
		if !m.Due.After(now) {
			return ErrNotInFlight
		}
		return q.bucket(tx).move(key, m, now.Add(d))
	})
	if err == nil {
		q.more.tell()
	}
	return err
}

// Purge removes every message.
func (q *Queue) Purge(ctx context.Context) error {
	return q.server.store.update(func(tx *bolt.Tx) error {
		last := q.bucket(tx).meta.Sequence()
		if err := tx.Bucket(bucketQueues).DeleteBucket([]byte(q.Name)); err != nil {
			return err
		}
		if err := makeQueue(tx, q.Name); err != nil {
			return err
		}
		return q.bucket(tx).meta.SetSequence(last) // old receipts must fit no new message
	})
}

// Count counts the messages.
func (q *Queue) Count() (Counts, error) {
	var n Counts
	now := q.server.now()
	err := q.server.store.view(func(tx *bolt.Tx) error {
		c := q.bucket(tx).due.Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			switch {
			case !dueTime(k).After(now):
				n.Visible++
			case len(v) > 0 && v[0] == inFlight:
				n.InFlight++
			default:
				n.Delayed++
			}
		}
		return nil
	})
	return n, err
}

func (q *Queue) message(sender string, attributes map[string]MessageAttribute, delay time.Duration) stored {
	now := q.server.now()
	return stored{ID: newID(), Attributes: attributes, Sender: sender, Sent: now, Due: now.Add(delay)}
}

func (q *Queue) put(tx *bolt.Tx, m stored, body string) error {
	b := q.bucket(tx)
	seq, err := b.meta.NextSequence()
	if err != nil {
		return err
	}
	key := binary.BigEndian.AppendUint64(nil, seq)
	if err := b.body.Put(key, []byte(body)); err != nil {
		return err
	}
	return b.write(key, m)
}

// held finds the message of a receipt.
func (q *Queue) held(tx *bolt.Tx, receipt string) (key []byte, m stored, err error) {
	id, rest, _ := strings.Cut(receipt, ".")
	seq, err1 := strconv.ParseUint(id, 16, 64)
	receives, err2 := strconv.Atoi(rest)
	if err1 != nil || err2 != nil {
		return nil, stored{}, ErrNotInFlight
	}
	key = binary.BigEndian.AppendUint64(nil, seq)
	b := q.bucket(tx)
	if b.meta.Get(key) == nil {
		return nil, stored{}, ErrNotInFlight
	}
	if m, err = b.read(key); err != nil {
		return nil, stored{}, err
	}
	if m.Receives != receives {
		return nil, stored{}, ErrNotInFlight
	}
	return key, m, nil
}
