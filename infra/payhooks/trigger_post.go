package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

const (
	posters     = 8  // requests under way at once
	shownSingly = 20 // up to so many posts each gets a line
	postTimeout = 30 * time.Second
	redrawEvery = 200 * time.Millisecond
)

// posted is one request and its answer.
type posted struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Answer int    `json:"answer,omitempty"`
	Status string `json:"status,omitempty"` // the result that the stack reports
	Error  string `json:"error,omitempty"`
	MS     int64  `json:"ms"`
}

func (p posted) ok() bool { return p.Answer >= 200 && p.Answer < 300 }

// sender sends an event on one way and returns the answer to it.
type sender func(ctx context.Context, body []byte) (code int, status string, err error)

// poster sends events, several at once.
type poster struct {
	send       sender
	to, kind   string
	fakeStripe string // the fake Stripe that gets each event first, if any
	total      int
	out        io.Writer
	json, live bool // live: progress is drawn over itself

	mu     sync.Mutex
	done   int
	failed int
	counts map[string]int
	start  time.Time
	drawn  time.Time
}

func newPoster(cmd *cobra.Command, to string, send sender) *poster {
	out := cmd.OutOrStdout()
	file, isFile := out.(*os.File)
	return &poster{
		send: send, to: to, out: out, json: cli.WantsJSON(cmd), live: isFile && cli.Terminal(file),
		counts: map[string]int{}, start: time.Now(),
	}
}

// job is one event to post.
type job struct {
	id   string
	body []byte
}

// run posts count events, each once and then duplicate times more. It fails
// unless every post was answered with 2xx.
func (p *poster) run(ctx context.Context, count, duplicate int, next func() (string, []byte, error)) error {
	jobs := make(chan job)
	var workers sync.WaitGroup
	for range min(posters, p.total) {
		workers.Go(func() {
			for j := range jobs {
				p.record(p.post(ctx, j))
			}
		})
	}
	err := feed(ctx, jobs, count, duplicate, next)
	close(jobs)
	workers.Wait()
	return errors.Join(err, p.summary())
}

func feed(ctx context.Context, jobs chan<- job, count, duplicate int, next func() (string, []byte, error)) error {
	for range count {
		id, body, err := next()
		if err != nil {
			return err
		}
		for range 1 + duplicate {
			select {
			case jobs <- job{id, body}:
			case <-ctx.Done():
				return errors.New("stopped before all events were posted")
			}
		}
	}
	return nil
}

func (p *poster) post(ctx context.Context, j job) posted {
	result := posted{ID: j.id, Type: p.kind}
	if p.fakeStripe != "" {
		if err := fakestripe.PutEvents(ctx, p.fakeStripe, json.RawMessage(j.body)); err != nil {
			result.Error = err.Error()
			return result
		}
	}
	start := time.Now()
	answer, status, err := p.send(ctx, j.body)
	if err != nil {
		result.Error = err.Error()
	}
	result.Answer, result.Status, result.MS = answer, status, time.Since(start).Milliseconds()
	return result
}

// record counts one post and shows it.
func (p *poster) record(r posted) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.counts[firstOf(r.Status, firstOf(codeText(r.Answer), "no answer"))]++
	if !r.ok() {
		p.failed++
	}
	switch {
	case p.json:
		_ = cli.PrintJSON(p.out, r)
	case p.total <= shownSingly, !r.ok() && p.failed <= shownSingly:
		p.clear()
		what := firstOf(r.Error, r.Status)
		_, _ = fmt.Fprintf(p.out, "%3d  %s  %s  %s  (%d ms)\n", r.Answer, r.ID, r.Type, what, r.MS)
	case p.live && time.Since(p.drawn) >= redrawEvery:
		p.drawn = time.Now()
		_, _ = fmt.Fprintf(p.out, "\r\x1b[K%d of %d posted, %.0f/s", p.done, p.total, p.rate())
	}
}

func (p *poster) clear() {
	if p.live && p.total > shownSingly {
		_, _ = fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func (p *poster) rate() float64 {
	return float64(p.done) / max(time.Since(p.start).Seconds(), 0.001)
}

// summary says how it went; it is an error unless all was well.
func (p *poster) summary() error {
	if !p.json && p.total > 1 {
		p.clear()
		_, _ = fmt.Fprintf(p.out, "%d posted in %.1f s, %.0f/s: %s\n", p.done, time.Since(p.start).Seconds(), p.rate(), tally(p.counts))
	}
	if p.failed > 0 {
		return fmt.Errorf("%d of %d posts were not accepted by %s", p.failed, p.done, p.to)
	}
	return nil
}

func codeText(code int) string {
	if code == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", code, http.StatusText(code))
}

// tally lists counts, the largest first.
func tally(counts map[string]int) string {
	words := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for i, w := range words {
		words[i] = fmt.Sprintf("%d %s", counts[w], w)
	}
	return strings.Join(words, ", ")
}
