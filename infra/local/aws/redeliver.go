package aws

import (
	"encoding/json"
	"time"

	bolt "go.etcd.io/bbolt"
)

// postpone keeps a delivery for later: after 100 ms, doubling up to a minute.
func (s *Server) postpone(tx *bolt.Tx, d delivery) error {
	b := tx.Bucket(bucketRetries)
	seq, err := b.NextSequence()
	if err != nil {
		return err
	}
	d.Due = s.now().Add(min(100*time.Millisecond<<min(d.Attempts-1, 10), time.Minute))
	raw, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return b.Put(dueKey(d.Due, seqKey(seq)), raw)
}

// redeliver tries again what failed, until Close.
func (s *Server) redeliver() {
	for s.ctx.Err() == nil {
		more := s.undone.next()
		wait, err := s.retryDue()
		if err != nil {
			s.log().ErrorContext(s.ctx, "redeliver events", "error", err)
			wait = time.Second
		}
		timer := time.NewTimer(wait)
		select {
		case <-s.ctx.Done():
		case <-more:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// retryDue tries everything that is due and returns how long until the next.
func (s *Server) retryDue() (wait time.Duration, err error) {
	for {
		key, d, err := s.nextRetry()
		if err != nil || key == nil {
			return time.Hour, err
		}
		if wait := d.Due.Sub(s.now()); wait > 0 {
			return wait, nil
		}
		o := s.attempt(d)
		err = s.store.update(func(tx *bolt.Tx) error {
			if err := tx.Bucket(bucketRetries).Delete(key); err != nil {
				return err
			}
			return s.place(tx, d, o)
		})
		if err != nil {
			return 0, err
		}
		s.wake(d)
	}
}

func (s *Server) nextRetry() (key []byte, d delivery, err error) {
	err = s.store.view(func(tx *bolt.Tx) error {
		k, v := tx.Bucket(bucketRetries).Cursor().First()
		if k == nil {
			return nil
		}
		key = append(key, k...)
		return decode(v, &d)
	})
	return key, d, err
}
