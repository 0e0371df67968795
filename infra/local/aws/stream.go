package aws

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/aws/pattern"
	"github.com/payhooks/payhooks/infra/local/template"
)

// Record is one change of a table.
type Record struct {
	Seq uint64 // ascending within a stream, with gaps
	// Sequence is Seq as the record's dynamodb.SequenceNumber has it.
	Sequence string
	At       time.Time
	// JSON is the record as Lambda hands it over in "Records".
	JSON json.RawMessage
}

// Stream is the captured stream of one table: one shard, at least once, in the
// order in which each item changed. It keeps a record until every consumer
// that the template names has passed it, and for 24 hours at most. A record
// that no consumer's filter can take is not kept at all.
type Stream struct {
	Table, ARN string

	server    *Server
	view      string
	consumers []template.StreamSource
	filters   []*pattern.Pattern // none: everything is wanted
	more      broadcast
}

// Stream returns the stream with this ARN, or an error that names it.
func (s *Server) Stream(arn string) (*Stream, error) {
	if st := s.has().streams[arn]; st != nil {
		return st, nil
	}
	return nil, fmt.Errorf("the template has no table with the stream %s", arn)
}

// Read returns up to most records after the consumer's position, oldest first.
// A consumer that never committed begins at the oldest (TRIM_HORIZON). The
// consumer is the logical id of the event source's function. Reading does not
// move the position. It returns nothing, at once, when nothing is there.
func (s *Stream) Read(consumer string, most int) ([]Record, error) {
	var got []Record
	err := s.server.store.view(func(tx *bolt.Tx) error {
		c := s.records(tx).Cursor()
		after := s.position(tx, consumer)
		for k, v := c.Seek(seqKey(after + 1)); k != nil && len(got) < most; k, v = c.Next() {
			seq := binary.BigEndian.Uint64(k)
			//nolint:gosec // written by append from a time
			at := time.UnixMilli(int64(binary.BigEndian.Uint64(v)))
			got = append(got, Record{Seq: seq, Sequence: sequence(seq), At: at, JSON: append(json.RawMessage(nil), v[8:]...)})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the stream of %s: %w", s.Table, err)
	}
	return got, nil
}

// Wait returns when there is something to Read for the consumer, or when ctx
// ends, with its error.
func (s *Stream) Wait(ctx context.Context, consumer string) error {
	for {
		more := s.more.next()
		got, err := s.Read(consumer, 1)
		if err != nil || len(got) > 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.server.ctx.Done():
			return errClosed
		case <-more:
		}
	}
}

// Commit moves the consumer's position past seq; when it returns nil, that is
// on disk. A position never moves back.
func (s *Stream) Commit(consumer string, seq uint64) error {
	err := s.server.store.update(func(tx *bolt.Tx) error {
		if seq <= s.position(tx, consumer) {
			return nil
		}
		b := tx.Bucket(bucketPosition)
		if err := b.Put([]byte(s.Table+"\x00"+consumer), seqKey(seq)); err != nil {
			return err
		}
		return s.trim(tx)
	})
	if err != nil {
		return fmt.Errorf("commit the position in the stream of %s: %w", s.Table, err)
	}
	return nil
}

// Lag is how many records the consumer has not committed.
func (s *Stream) Lag(consumer string) (int, error) {
	n := 0
	err := s.server.store.view(func(tx *bolt.Tx) error {
		c := s.records(tx).Cursor()
		for k, _ := c.Seek(seqKey(s.position(tx, consumer) + 1)); k != nil; k, _ = c.Next() {
			n++
		}
		return nil
	})
	return n, err
}

const streamKeeps = 24 * time.Hour

// trim drops what every consumer has passed.
func (s *Stream) trim(tx *bolt.Tx) error {
	if len(s.consumers) == 0 {
		return nil
	}
	low := ^uint64(0)
	for _, c := range s.consumers {
		low = min(low, s.position(tx, c.Function))
	}
	return s.drop(tx, func(seq uint64, _ time.Time) bool { return seq <= low })
}

// expire drops what is older than a stream keeps.
func (s *Stream) expire(tx *bolt.Tx) error {
	oldest := s.server.now().Add(-streamKeeps)
	return s.drop(tx, func(_ uint64, at time.Time) bool { return at.Before(oldest) })
}

func (s *Stream) drop(tx *bolt.Tx, old func(uint64, time.Time) bool) error {
	b := s.records(tx)
	for {
		k, v := b.Cursor().First()
		if k == nil {
			return nil
		}
		//nolint:gosec // written by append from a time
		if !old(binary.BigEndian.Uint64(k), time.UnixMilli(int64(binary.BigEndian.Uint64(v)))) {
			return nil
		}
		if err := b.Delete(k); err != nil {
			return err
		}
	}
}

func (s *Stream) position(tx *bolt.Tx, consumer string) uint64 {
	if v := tx.Bucket(bucketPosition).Get([]byte(s.Table + "\x00" + consumer)); v != nil {
		return binary.BigEndian.Uint64(v)
	}
	return 0
}

func (s *Stream) records(tx *bolt.Tx) *bolt.Bucket {
	return tx.Bucket(bucketStreams).Bucket([]byte(s.Table))
}

func seqKey(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// sequence is a sequence number as DynamoDB writes it: digits, 21 at least.
func sequence(seq uint64) string { return fmt.Sprintf("%021d", seq) }
