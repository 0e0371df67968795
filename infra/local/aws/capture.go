package aws

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/engine"
)

// note is a write that is about to happen, or whose outcome is not known. It
// is on disk before the engine hears of the write.
type note struct {
	Table   string
	Key     attributes
	Existed bool `json:",omitempty"`
	Deletes bool `json:",omitempty"`
}

// capture sends a write and puts what it changed into the stream, in the
// order in which each item changed. A change that the engine committed reaches
// the stream whatever dies in between: its note is settled afterwards. It may
// then be there twice.
func (s *Server) capture(operation string, send func() (*reply, error), changes []change) (*reply, error) {
	ids := make([]string, len(changes))
	for i, c := range changes {
		ids[i] = c.id()
	}
	defer s.locks.lock(ids...)()
	changes = slices.DeleteFunc(changes, change.unwanted)
	if err := s.look(changes); err != nil {
		return nil, err
	}
	watched := s.watched(changes)
	if len(watched) == 0 {
		return send()
	}
	keys, err := s.doubt(watched)
	if err != nil {
		return nil, err
	}
	if operation == "BatchWriteItem" { // it may leave some of the puts undone
		for i := range watched {
			watched[i].item, watched[i].wanted = nil, false
		}
	}
	res, err := send()
	s.conclude(res, err, watched, keys)
	return res, err
}

// conclude brings what became of a write to the stream, or leaves it in doubt
// if nobody knows.
func (s *Server) conclude(res *reply, err error, changes []change, notes [][]byte) {
	switch {
	case err != nil || res.status >= http.StatusInternalServerError:
		s.unsettled.tell()
	case res.status != http.StatusOK:
		s.store.later(func(tx *bolt.Tx) error { return forget(tx, notes) })
	default:
		if err := s.keep(changes, notes); err != nil {
			s.log().WarnContext(s.ctx, "a write is in its table and not yet in its stream", "table", changes[0].table.name, "error", err)
			s.unsettled.tell()
		}
	}
}

// look finds out which items exist before the write.
func (s *Server) look(changes []change) error {
	for i := range changes {
		c := &changes[i]
		if c.isNew {
			continue
		}
		item, err := s.get(c.table.name, c.key, c.table.keys)
		if refused := (*engine.Refused)(nil); errors.As(err, &refused) && refused.Status < http.StatusInternalServerError {
			continue // a key that the engine does not take: it will say so itself
		}
		if err != nil {
			return fmt.Errorf("the DynamoDB engine did not answer: %w", err)
		}
		c.existed = item != nil
	}
	return nil
}

// watched leaves out puts whose record no consumer can want: the whole item is
// in the request, so the filters can tell.
func (s *Server) watched(changes []change) []change {
	var kept []change
	for _, c := range changes {
		if c.item != nil {
			record, err := c.table.stream.record(c, c.item, 0)
			if err == nil && !c.table.stream.wants(record) {
				continue
			}
			c.wanted = err == nil
		}
		kept = append(kept, c)
	}
	return kept
}

// doubt notes the writes on disk.
func (s *Server) doubt(changes []change) (keys [][]byte, err error) {
	err = s.store.update(func(tx *bolt.Tx) error {
		keys = nil
		b := tx.Bucket(bucketNotes)
		for _, c := range changes {
			raw, err := json.Marshal(note{c.table.name, c.key, c.existed, c.deletes})
			if err != nil {
				return err
			}
			seq, err := b.NextSequence()
			if err != nil {
				return err
			}
			if err := b.Put(seqKey(seq), raw); err != nil {
				return err
			}
			keys = append(keys, seqKey(seq))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("note a write: %w", err)
	}
	return keys, nil
}

// keep appends what the writes left behind to the streams, and forgets their
// notes in the same transaction.
func (s *Server) keep(changes []change, notes [][]byte) error {
	images, err := s.images(changes)
	if err != nil {
		return err
	}
	err = s.store.update(func(tx *bolt.Tx) error {
		for i, c := range changes {
			if _, err := c.table.stream.append(tx, c, images[i]); err != nil {
				return err
			}
		}
		return forget(tx, notes)
	})
	if err != nil {
		return err
	}
	for _, c := range changes {
		c.table.stream.more.tell()
	}
	return nil
}

// images are the items as the writes left them.
func (s *Server) images(changes []change) ([]attributes, error) {
	images := make([]attributes, len(changes))
	for i, c := range changes {
		if images[i] = c.item; c.item != nil {
			continue // a put; nobody else writes the item meanwhile
		}
		var err error
		if images[i], err = s.get(c.table.name, c.key, nil); err != nil {
			return nil, err
		}
	}
	return images, nil
}

func forget(tx *bolt.Tx, notes [][]byte) error {
	for _, key := range notes {
		if err := tx.Bucket(bucketNotes).Delete(key); err != nil {
			return err
		}
	}
	return nil
}
