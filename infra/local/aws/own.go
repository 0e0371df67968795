package aws

import (
	"net/http"
	"strconv"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/guard"
)

// serveOwn serves what AWS has no call for, to those who have OwnKey.
//
//	GET  /_payhooks/mails    the mailbox, one Mail a line, oldest first
//	GET  /_payhooks/notices  what was published to topics and phones, one Notice a line;
//	                         of both with ?newest=N only the newest
//	POST /_payhooks/remove   deletes mails and notices by their digests
//	GET  /_payhooks/refused  webhook requests that were not answered 2xx, the newest 1,000,
//	                         one Refused a line, oldest first
//	GET  /_payhooks/refused/count  how many there were since the data folder was made
//	GET  /_payhooks/faults   the faults that are set, with their hits
//	POST /_payhooks/faults   sets faults
//	GET  /_payhooks/counts   the calls since the counting began, one Count a line
//	POST /_payhooks/counts   begins to count, from zero
func (s *Server) serveOwn(w http.ResponseWriter, r *http.Request) {
	if !guard.Keyed(r, s.OwnKey) {
		http.Error(w, "send the key of stack.json in the data folder as a bearer token", http.StatusUnauthorized)
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /_payhooks/mails":
		s.list(w, r, bucketMails)
	case "GET /_payhooks/notices":
		s.list(w, r, bucketNotices)
	case "GET /_payhooks/refused":
		s.list(w, r, bucketRefused)
	case "GET /_payhooks/refused/count":
		s.serveRefusedCount(w)
	case "POST /_payhooks/remove":
		s.serveRemove(w, r)
	case "GET /_payhooks/faults", "POST /_payhooks/faults":
		s.serveFaults(w, r)
	case "GET /_payhooks/counts", "POST /_payhooks/counts":
		s.serveCounts(w, r)
	default:
		http.NotFound(w, r)
	}
}

// list writes a bucket's values, a line each. They are read in pages: a slow
// reader must not hold the store.
func (s *Server) list(w http.ResponseWriter, r *http.Request, bucket []byte) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	next := s.first(bucket, r.URL.Query().Get("newest"))
	for next != nil {
		var page []byte
		err := s.store.view(func(tx *bolt.Tx) error {
			c := tx.Bucket(bucket).Cursor()
			k, v := c.Seek(next)
			for next = nil; k != nil; k, v = c.Next() {
				if len(page) > 1<<20 {
					next = append(next, k...)
					return nil
				}
				page = append(append(page, v...), '\n')
			}
			return nil
		})
		if err != nil {
			s.log().ErrorContext(r.Context(), "list", "error", err)
			breakConnection(w)
			return
		}
		if _, err := w.Write(page); err != nil {
			return
		}
	}
}

// first is the key at which a list begins: that of the newest so many, or of all.
func (s *Server) first(bucket []byte, newest string) []byte {
	n, err := strconv.ParseUint(newest, 10, 32)
	if err != nil {
		return seqKey(0)
	}
	begin := seqKey(0)
	_ = s.store.view(func(tx *bolt.Tx) error { // the list itself says what is wrong
		c := tx.Bucket(bucket).Cursor()
		k, _ := c.Last()
		for ; k != nil && n > 1; n-- {
			begin = append([]byte(nil), k...)
			k, _ = c.Prev()
		}
		if k != nil {
			begin = append([]byte(nil), k...)
		}
		return nil
	})
	return begin
}
