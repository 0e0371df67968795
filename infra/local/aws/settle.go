package aws

import (
	"encoding/binary"
	"time"

	bolt "go.etcd.io/bbolt"
)

// settleNotes settles the writes in doubt: those of the last run at once, later
// ones when a reply was lost. While the engine is away it tries again.
func (s *Server) settleNotes() {
	for {
		more := s.unsettled.next()
		left := s.settleAll()
		if left {
			pause(s.ctx.Done(), 100*time.Millisecond)
		} else {
			select {
			case <-s.ctx.Done():
			case <-more:
			}
		}
		if s.ctx.Err() != nil {
			return
		}
	}
}

func (s *Server) settleAll() (left bool) {
	notes, err := s.notes()
	if err != nil {
		return true
	}
	for seq, n := range notes {
		if s.ctx.Err() != nil {
			return true
		}
		if err := s.settle(seq, n); err != nil {
			left = true
		}
	}
	return left
}

func (s *Server) notes() (map[uint64]note, error) {
	notes := map[uint64]note{}
	err := s.store.view(func(tx *bolt.Tx) error {
		return tx.Bucket(bucketNotes).ForEach(func(k, v []byte) error {
			var n note
			if err := decode(v, &n); err != nil {
				return err
			}
			notes[binary.BigEndian.Uint64(k)] = n
			return nil
		})
	})
	return notes, err
}

// settle asks the engine what became of one write. The item's lock makes it
// wait for a write that is still under way.
func (s *Server) settle(seq uint64, n note) error {
	key := [][]byte{seqKey(seq)}
	t := s.has().tables[n.Table]
	if t == nil { // the template gave up the stream
		return s.store.update(func(tx *bolt.Tx) error { return forget(tx, key) })
	}
	c := change{table: t, key: n.Key, existed: n.Existed, deletes: n.Deletes}
	defer s.locks.lock(c.id())()
	open := false
	err := s.store.view(func(tx *bolt.Tx) error {
		open = tx.Bucket(bucketNotes).Get(key[0]) != nil
		return nil
	})
	if err != nil || !open {
		return err
	}
	return s.keep([]change{c}, key)
}
