package aws

import (
	"net/http"

	bolt "go.etcd.io/bbolt"

	"github.com/payhooks/payhooks/infra/local/guard"
)

// serveOwn serves what AWS has no call for, to those who have OwnKey.
//
//	GET  /_payhooks/mails    the mailbox, one Mail a line, oldest first
//	GET  /_payhooks/notices  what was published to topics and phones, one Notice a line
//	POST /_payhooks/remove   deletes mails and notices by their digests
//	GET  /_payhooks/refused  webhook requests that were not answered 2xx, the newest 1,000,
//	                         one Refused a line, oldest first
//	GET  /_payhooks/refused/count  how many there were since the data folder was made
//	GET  /_payhooks/faults   the faults that are set, with their hits
//	POST /_payhooks/faults   sets faults
//	GET  /_payhooks/counts   the DynamoDB calls since the counting began, one Count a line
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
	next := seqKey(0)
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
