package aws

import (
	"bytes"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Release shows every message of the queue that is in flight. It is for a
// start after a kill, when those who had the messages are gone.
func (q *Queue) Release() error {
	now := q.server.now()
	err := q.server.store.update(func(tx *bolt.Tx) error {
		b := q.bucket(tx)
		var keys [][]byte
		c := b.due.Cursor()
		for k, v := c.Seek(dueKey(now, nil)); k != nil; k, v = c.Next() {
			if len(v) > 0 && v[0] == inFlight {
				keys = append(keys, bytes.Clone(k[8:]))
			}
		}
		for _, key := range keys {
			m, err := b.read(key)
			if err != nil {
				return err
			}
			if err := b.move(key, m, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("release what was in flight in %s: %w", q.Name, err)
	}
	q.more.tell()
	return nil
}
