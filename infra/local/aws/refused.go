package aws

import (
	"encoding/json"
	"net/http"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Refused is a webhook request that was not answered 2xx, as GET /_payhooks/refused
// lists it.
type Refused struct {
	At       time.Time `json:"at"`
	Endpoint string    `json:"endpoint,omitempty"` // empty for one that the stack does not have
	Answer   int       `json:"answer"`             // the status
	Reason   string    `json:"reason"`
}

// refusedKept is how many are listed.
const refusedKept = 1000

// AddRefused keeps a refused request. It does not wait for the disk.
func (s *Server) AddRefused(r Refused) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	s.store.later(func(tx *bolt.Tx) error {
		b := tx.Bucket(bucketRefused)
		seq, err := b.NextSequence()
		if err == nil && seq > refusedKept {
			err = b.Delete(seqKey(seq - refusedKept))
		}
		if err != nil {
			return err
		}
		return b.Put(seqKey(seq), raw)
	})
	return nil
}

// RefusedCount is how many requests were refused since the data folder was made, as GET
// /_payhooks/refused/count answers.
type RefusedCount struct {
	Refused uint64 `json:"refused"`
}

func (s *Server) serveRefusedCount(w http.ResponseWriter) {
	var n RefusedCount
	err := s.store.view(func(tx *bolt.Tx) error {
		n.Refused = tx.Bucket(bucketRefused).Sequence()
		return nil
	})
	if err != nil {
		http.Error(w, "stack.db cannot be read", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	_ = json.NewEncoder(w).Encode(n) // the reader has gone
}
