package aws

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// Erase asks for what was sent for some events, or names one of the marks, to be
// removed: mails, notices and text messages.
type Erase struct {
	Events []string `json:"events"`
	Marks  []string `json:"marks"`
	Dry    bool     `json:"dry,omitempty"` // only count it
}

// Erased is how much was removed.
type Erased struct {
	Messages int `json:"messages"`
}

func (s *Server) serveErase(w http.ResponseWriter, r *http.Request) {
	var e Erase
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		http.Error(w, "expected JSON with events and marks: "+err.Error(), http.StatusBadRequest)
		return
	}
	var done Erased
	err := s.store.update(func(tx *bolt.Tx) error {
		done = Erased{}
		for _, name := range [][]byte{bucketMails, bucketNotices} {
			b := tx.Bucket(name)
			var keys [][]byte
			if err := b.ForEach(func(k, v []byte) error {
				if e.theirs(v) {
					keys = append(keys, bytes.Clone(k))
				}
				return nil
			}); err != nil {
				return err
			}
			done.Messages += len(keys)
			for _, k := range keys {
				if err := erase(b, k, e.Dry); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(done) // the reader is gone
}

func erase(b *bolt.Bucket, key []byte, dry bool) error {
	if dry {
		return nil
	}
	return b.Delete(key)
}

// theirs reports whether a message is one of those.
func (e Erase) theirs(message []byte) bool {
	var m struct {
		Event string `json:"event"`
	}
	if json.Unmarshal(message, &m) == nil && slices.Contains(e.Events, m.Event) {
		return true
	}
	return slices.ContainsFunc(e.Marks, func(mark string) bool { return names(message, []byte(mark)) })
}

// names reports whether the message has the mark as a whole word.
func names(message, mark []byte) bool {
	for {
		i := bytes.Index(message, mark)
		if i < 0 || len(mark) == 0 {
			return false
		}
		end := i + len(mark)
		if (i == 0 || !word(message[i-1]) && !local(message[i-1])) && (end == len(message) || !word(message[end])) {
			return true
		}
		message = message[i+1:]
	}
}

// local: the byte continues the part of an address that is before the @.
func local(b byte) bool { return b == '-' || b == '.' || b == '+' }

func word(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
