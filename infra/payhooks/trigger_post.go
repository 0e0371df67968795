package main

import (
	"cmp"
	"context"
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
	"github.com/payhooks/payhooks/infra/trigger"
)

// shownSingly is up to how many posts each gets a line.
const shownSingly = 20

// poster posts events and prints the answers.
type poster struct {
	trigger.Poster
	to       string
	total    int
	out      io.Writer
	json     bool
	progress *cli.Progress

	mu     sync.Mutex
	done   int
	failed int
	counts map[string]int
	start  time.Time
}

func newPoster(cmd *cobra.Command, total int) *poster {
	p := &poster{
		total: total, out: cmd.OutOrStdout(), json: cli.WantsJSON(cmd),
		progress: cli.NewProgress(cmd, "posted", total), counts: map[string]int{}, start: time.Now(),
	}
	p.Record = p.record
	return p
}

// run posts as Poster.Run does. It fails unless every post was answered with 2xx.
func (p *poster) run(ctx context.Context, count, duplicate int, sources []trigger.Source) error {
	err := p.Run(ctx, count, duplicate, sources)
	return errors.Join(err, p.summary())
}

// record counts one post and shows it.
func (p *poster) record(r trigger.Posted) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.counts[cmp.Or(r.Status, codeText(r.Answer), "no answer")]++
	if !r.OK() {
		p.failed++
	}
	switch {
	case p.json:
		_ = cli.PrintJSON(p.out, r)
	case p.total <= shownSingly, !r.OK() && p.failed <= shownSingly:
		p.progress.Clear()
		_, _ = fmt.Fprintf(p.out, "%3d  %s  %s  %s  (%d ms)\n", r.Answer, r.ID, r.Type, cli.Line(cmp.Or(r.Error, r.Status)), r.MS)
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
