package console

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	// liveEvery is how often a page of a local stack is read again, liveSlowly one of a
	// deployed stack, whose reads are paid for.
	liveEvery, liveSlowly = time.Second, 5 * time.Second
	// maxStreams is how many a session may have; the oldest is closed.
	maxStreams = 4
)

// streams are the open ones, by session, the oldest first.
type streams struct {
	mu   sync.Mutex
	open map[string][]*stream
	done bool
}

type stream struct{ stop context.CancelCauseFunc }

// errReplaced ends the oldest stream of a session that opens another.
var errReplaced = fmt.Errorf("another page of this session is live instead")

func (s *streams) add(session string, one *stream) (accepted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		return false
	}
	if s.open == nil {
		s.open = map[string][]*stream{}
	}
	all := append(s.open[session], one)
	if len(all) > maxStreams {
		all[0].stop(errReplaced)
		all = all[1:]
	}
	s.open[session] = all
	return true
}

func (s *streams) remove(session string, one *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []*stream
	for _, o := range s.open[session] {
		if o != one {
			rest = append(rest, o)
		}
	}
	if s.open[session] = rest; len(rest) == 0 {
		delete(s.open, session)
	}
}

func (s *streams) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = true
	for _, all := range s.open {
		for _, one := range all {
			one.stop(http.ErrServerClosed)
		}
	}
}

// stream sends a page whenever it has changed, as htmx swaps it in.
func (c *Console) stream(w http.ResponseWriter, hr *http.Request) {
	target, err := url.Parse(back(hr.URL.Query().Get("page")))
	flusher, can := w.(http.Flusher)
	if err != nil || !can {
		http.Error(w, "This page is not live.", http.StatusBadRequest)
		return
	}
	ctx, stop := context.WithCancelCause(hr.Context())
	defer stop(nil)
	one := &stream{stop}
	name := session(w, hr)
	if !c.live.add(name, one) {
		http.Error(w, "The console stops.", http.StatusServiceUnavailable)
		return
	}
	defer c.live.remove(name, one)
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	c.send(ctx, w, flusher, hr, target)
	if context.Cause(ctx) == errReplaced { //nolint:errorlint // it is this very value
		_, _ = fmt.Fprint(w, "event: replaced\ndata: \n\n")
	}
}

func (c *Console) send(ctx context.Context, w http.ResponseWriter, flusher http.Flusher, hr *http.Request, target *url.URL) {
	every := liveEvery
	if !c.isLocal() {
		every = liveSlowly
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var sent uint64
	for {
		text, sum, trouble := c.partial(ctx, hr, target)
		switch {
		case ctx.Err() != nil:
			return
		case trouble != "": // what was read before stays
			sent = 0
			_, _ = fmt.Fprint(w, "event: trouble\ndata: ", trouble, "\n\n")
		case sum != sent:
			sent = sum
			writeMessage(w, text)
		default:
			_, _ = fmt.Fprint(w, ": same\n\n")
		}
		flusher.Flush()
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// partial is what the page shows now, and its checksum, or why it cannot be read.
func (c *Console) partial(ctx context.Context, hr *http.Request, target *url.URL) (page string, sum uint64, trouble string) {
	r := hr.Clone(ctx)
	r.URL, r.RequestURI, r.Method = target, target.RequestURI(), http.MethodGet
	r.Header.Del("Accept-Encoding")
	rec := &recorder{header: http.Header{}}
	c.mux.ServeHTTP(rec, r)
	if why := rec.header.Get(failureHeader); why != "" {
		return "", 0, why
	}
	text := inner(rec.body.String())
	h := fnv.New64a()
	_, _ = h.Write([]byte(passing.ReplaceAllString(text, "")))
	return text, h.Sum64(), ""
}

// inner is what the element page has.
func inner(page string) string {
	_, rest, _ := strings.Cut(page, `<div id="page">`)
	text, _, _ := strings.Cut(rest, "</div>\n</main>")
	return text
}

func writeMessage(w http.ResponseWriter, text string) {
	_, _ = fmt.Fprint(w, "data: <hx-partial hx-target=\"#page\" hx-swap=\"innerMorph\">\n")
	for line := range strings.Lines(text) {
		_, _ = fmt.Fprint(w, "data: ", strings.TrimSuffix(line, "\n"), "\n")
	}
	_, _ = fmt.Fprint(w, "data: </hx-partial>\n\n")
}
