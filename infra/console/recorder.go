package console

import (
	"bytes"
	"net/http"
	"regexp"
)

// recorder keeps an answer for a stream.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// passing is what differs each time a page is read although nothing has changed.
var passing = regexp.MustCompile(`<span>[0-9]+ requests?, [0-9.e+]+ read units?, [^<]*</span>|<time class="ago"[^<]*</time>`)
