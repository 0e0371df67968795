package aws

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	bolt "go.etcd.io/bbolt"
)

// Digest names a message to be removed: the SHA-256 of it as it is listed, in hex.
func Digest(message []byte) string {
	sum := sha256.Sum256(message)
	return hex.EncodeToString(sum[:])
}

// serveRemove deletes mails and notices.
func (s *Server) serveRemove(w http.ResponseWriter, r *http.Request) {
	var digests []string
	if err := json.NewDecoder(r.Body).Decode(&digests); err != nil {
		http.Error(w, "expected a list of the messages' digests: "+err.Error(), http.StatusBadRequest)
		return
	}
	gone := map[string]bool{}
	for _, d := range digests {
		gone[d] = true
	}
	err := s.store.update(func(tx *bolt.Tx) error {
		for _, name := range [][]byte{bucketMails, bucketNotices} {
			if err := remove(tx.Bucket(name), gone); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func remove(b *bolt.Bucket, gone map[string]bool) error {
	var keys [][]byte
	err := b.ForEach(func(k, v []byte) error {
		if gone[Digest(v)] {
			keys = append(keys, bytes.Clone(k))
		}
		return nil
	})
	for _, k := range keys {
		if err == nil {
			err = b.Delete(k)
		}
	}
	return err
}
