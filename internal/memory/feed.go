package memory

import (
	"fmt"
	"sort"

	"github.com/payhooks/payhooks/internal/event"
)

// Change is one record of the change feed: an event that Put stored.
type Change struct {
	Seq    int64
	Stored event.Stored // without the body
}

// SequenceNumber is Seq as a stream names it.
func (c Change) SequenceNumber() string { return fmt.Sprintf("%021d", c.Seq) }

// changed adds r to the feed. The caller holds the lock.
func (s *Store) changed(r *record) {
	s.sequence++
	st := clone(r.Stored)
	st.Body, st.Fetched = nil, nil
	s.feed = append(s.feed, Change{s.sequence, st})
}

// Changes returns up to limit records after the sequence number, oldest first.
// No fault applies.
func (s *Store) Changes(after int64, limit int) []Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.position(after)
	cs := s.feed[i:min(len(s.feed), i+limit)]
	out := make([]Change, len(cs))
	for i, c := range cs {
		out[i] = Change{c.Seq, clone(c.Stored)}
	}
	return out
}

// Trim drops the records up to and with the sequence number, as a stream does
// after its retention.
func (s *Store) Trim(upTo int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feed = s.feed[s.position(upTo):]
}

func (s *Store) position(after int64) int {
	return sort.Search(len(s.feed), func(i int) bool { return s.feed[i].Seq > after })
}
