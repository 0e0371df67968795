package aws

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"
)

// A queue on disk: meta and body by sequence number, and an index of when each
// message is visible (next).
type queueBucket struct{ meta, body, due *bolt.Bucket }

const inFlight = 'f'

func makeQueue(tx *bolt.Tx, name string) error {
	q, err := tx.Bucket(bucketQueues).CreateBucketIfNotExists([]byte(name))
	if err != nil {
		return fmt.Errorf("make queue %s: %w", name, err)
	}
	for _, part := range []string{"meta", "body", "due"} {
		if _, err := q.CreateBucketIfNotExists([]byte(part)); err != nil {
			return fmt.Errorf("make queue %s: %w", name, err)
		}
	}
	return nil
}

func (q *Queue) bucket(tx *bolt.Tx) queueBucket {
	b := tx.Bucket(bucketQueues).Bucket([]byte(q.Name))
	return queueBucket{meta: b.Bucket([]byte("meta")), body: b.Bucket([]byte("body")), due: b.Bucket([]byte("due"))}
}

func (b queueBucket) read(key []byte) (stored, error) {
	var m stored
	return m, decode(b.meta.Get(key), &m)
}

func (b queueBucket) write(key []byte, m stored) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := b.meta.Put(key, raw); err != nil {
		return err
	}
	state := []byte{}
	if m.Receives > 0 {
		state = []byte{inFlight}
	}
	return b.due.Put(dueKey(m.Due, key), state)
}

func (b queueBucket) remove(key []byte, m stored) error {
	if err := b.due.Delete(dueKey(m.Due, key)); err != nil {
		return err
	}
	if err := b.body.Delete(key); err != nil {
		return err
	}
	return b.meta.Delete(key)
}

func (b queueBucket) move(key []byte, m stored, due time.Time) error {
	if err := b.due.Delete(dueKey(m.Due, key)); err != nil {
		return err
	}
	m.Due = due
	return b.write(key, m)
}

// visible is the message that has been visible for longest.
func (b queueBucket) visible(now time.Time) (key []byte, ok bool) {
	k, _ := b.due.Cursor().First()
	if k == nil || dueTime(k).After(now) {
		return nil, false
	}
	return bytes.Clone(k[8:]), true
}

func (b queueBucket) receive(key []byte, m stored, now, due time.Time) (stored, error) {
	old := m
	m.Receives++
	if m.First.IsZero() {
		m.First = now
	}
	if err := b.due.Delete(dueKey(old.Due, key)); err != nil {
		return m, err
	}
	m.Due = due
	return m, b.write(key, m)
}

func dueKey(due time.Time, key []byte) []byte {
	//nolint:gosec // times of this queue are after 1970
	return append(binary.BigEndian.AppendUint64(nil, uint64(due.UnixNano())), key...)
}

func dueTime(key []byte) time.Time {
	//nolint:gosec // written by dueKey
	return time.Unix(0, int64(binary.BigEndian.Uint64(key)))
}

// expire drops messages that are older than the queue keeps them. Messages are
// stored in the order in which they arrived, so it stops at the first young
// one; an old one behind it, moved here by a redrive, is dropped on receipt.
func (q *Queue) expire(tx *bolt.Tx) error {
	b := q.bucket(tx)
	for q.Retention > 0 {
		key, raw := b.meta.Cursor().First()
		if key == nil {
			return nil
		}
		var m stored
		if err := decode(raw, &m); err != nil {
			return err
		}
		if q.server.now().Sub(m.Sent) <= q.Retention {
			return nil
		}
		if err := b.remove(bytes.Clone(key), m); err != nil {
			return err
		}
	}
	return nil
}
