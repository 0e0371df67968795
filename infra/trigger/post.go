package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/fakestripe"
)

const (
	posters     = 8 // requests under way at once
	postTimeout = 30 * time.Second
)

// Posted is one request and its answer.
type Posted struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Answer int    `json:"answer,omitempty"`
	Status string `json:"status,omitempty"` // the result that the stack reports
	Error  string `json:"error,omitempty"`
	MS     int64  `json:"ms"`
}

// OK reports whether it was answered with 2xx.
func (p Posted) OK() bool { return p.Answer >= 200 && p.Answer < 300 }

// Sender sends an event on one way and returns the answer to it.
type Sender func(ctx context.Context, body []byte) (code int, status string, err error)

// Poster sends events, several at once.
type Poster struct {
	Send       Sender
	FakeStripe string       // the fake Stripe that gets each event first, if any
	Account    string       // of the events; empty is the stack's own
	Record     func(Posted) // gets each answer, from several goroutines
}

// Run posts the events of each source count times, each once and then duplicate times
// more.
func (p *Poster) Run(ctx context.Context, count, duplicate int, sources []Source) error {
	jobs := make(chan []Event)
	var workers sync.WaitGroup
	for range min(posters, count*len(sources)*(1+duplicate)) {
		workers.Go(func() {
			for j := range jobs {
				p.postAll(ctx, j)
			}
		})
	}
	err := feed(ctx, jobs, count, duplicate, sources)
	close(jobs)
	workers.Wait()
	return err
}

func feed(ctx context.Context, jobs chan<- []Event, count, duplicate int, sources []Source) error {
	for i := range count * len(sources) {
		j, err := sources[i%len(sources)].Next()
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
func (p *Poster) postAll(ctx context.Context, all []Event) {
	put := p.atStripe(ctx, all)
	for _, m := range all {
		result := Posted{ID: m.ID, Type: m.Type}
		if put != nil {
			result.Error = put.Error()
			p.Record(result)
			continue
		}
		start := time.Now()
		answer, status, err := p.Send(ctx, m.Body)
		if err != nil {
			result.Error = err.Error()
		}
		result.Answer, result.Status, result.MS = answer, status, time.Since(start).Milliseconds()
		p.Record(result)
	}
}

// atStripe gives fake Stripe what Stripe has when it sends the events.
func (p *Poster) atStripe(ctx context.Context, all []Event) error {
	if p.FakeStripe == "" {
		return nil
	}
	var objects []map[string]any
	var bodies []json.RawMessage
	for _, m := range all {
		objects, bodies = append(objects, m.objects...), append(bodies, m.event)
	}
	if len(objects) > 0 {
		if err := fakestripe.Put(ctx, p.FakeStripe, p.Account, objects...); err != nil {
			return err
		}
	}
	return fakestripe.PutEvents(ctx, p.FakeStripe, bodies...)
}
