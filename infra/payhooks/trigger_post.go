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
	to         string
	fakeStripe string // the fake Stripe that gets each event first, if any
	account    string // of the events; empty is the stack's own
	total      int
	out        io.Writer
	json       bool
	progress   *cli.Progress

	mu     sync.Mutex
	done   int
	failed int
	counts map[string]int
	start  time.Time
}

func newPoster(cmd *cobra.Command, total int) *poster {
	return &poster{
		total: total, out: cmd.OutOrStdout(), json: cli.WantsJSON(cmd),
		progress: cli.NewProgress(cmd, "posted", total), counts: map[string]int{}, start: time.Now(),
	}
}

// run posts the events of each source count times, each once and then duplicate times
// more. It fails unless every post was answered with 2xx.
func (p *poster) run(ctx context.Context, count, duplicate int, sources []source) error {
	jobs := make(chan []made)
	var workers sync.WaitGroup
	for range min(posters, p.total) {
		workers.Go(func() {
			for j := range jobs {
				p.postAll(ctx, j)
			}
		})
	}
	err := feed(ctx, jobs, count, duplicate, sources)
	close(jobs)
	workers.Wait()
	return errors.Join(err, p.summary())
}

func feed(ctx context.Context, jobs chan<- []made, count, duplicate int, sources []source) error {
	for i := range count * len(sources) {
		j, err := sources[i%len(sources)].next()
		if err != nil {
			return err
		}
		for range 1 + duplicate {
			select {
			case jobs <- j:
			case <-ctx.Done():
				return errors.New("stopped before all events were posted")
			}
		}
	}
	return nil
}

// postAll posts events one after the other. Fake Stripe has all of them before the first.
func (p *poster) postAll(ctx context.Context, all []made) {
	put := p.atStripe(ctx, all)
	for _, m := range all {
		result := posted{ID: m.id, Type: m.kind}
		if put != nil {
			result.Error = put.Error()
			p.record(result)
			continue
		}
		start := time.Now()
		answer, status, err := p.send(ctx, m.body)
		if err != nil {
			result.Error = err.Error()
		}
		result.Answer, result.Status, result.MS = answer, status, time.Since(start).Milliseconds()
		p.record(result)
	}
}

// atStripe gives fake Stripe what Stripe has when it sends the events.
func (p *poster) atStripe(ctx context.Context, all []made) error {
	if p.fakeStripe == "" {
		return nil
	}
	var objects []map[string]any
	var bodies []json.RawMessage
	for _, m := range all {
		objects, bodies = append(objects, m.objects...), append(bodies, m.event)
	}
	if len(objects) > 0 {
		if err := fakestripe.Put(ctx, p.fakeStripe, p.account, objects...); err != nil {
			return err
		}
	}
	return fakestripe.PutEvents(ctx, p.fakeStripe, bodies...)
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
		p.progress.Clear()
		_, _ = fmt.Fprintf(p.out, "%3d  %s  %s  %s  (%d ms)\n", r.Answer, r.ID, r.Type, cli.Line(firstOf(r.Error, r.Status)), r.MS)
	}
	p.progress.Add(1)
}

func (p *poster) rate() float64 {
	return float64(p.done) / max(time.Since(p.start).Seconds(), 0.001)
}

// summary says how it went; it is an error unless all was well.
func (p *poster) summary() error {
	p.progress.End()
	if !p.json && p.total > 1 {
		_, _ = fmt.Fprintf(p.out, "%d posted in %.1f s, %.0f/s: %s\n", p.done, time.Since(p.start).Seconds(), p.rate(), cli.Line(tally(p.counts)))
	}
	if p.failed > 0 {
		return fmt.Errorf("%d of %s not accepted by %s", p.failed, cli.Count(p.done, "post was", "posts were"), p.to)
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
