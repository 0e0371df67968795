package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/webhook"
)

const (
	posters    = 8 // requests under way at once
	doneWithin = 2 * time.Minute
)

// sample is a kind of event to post, made from the samples in events/.
type sample struct {
	Type      string
	Version   string
	Overrides []string // see events.ParseOverride; {new} is different in each event
	Thin      string   // empty for snapshots, else whether the thin event names its snapshot
}

// make returns n new events of the sample with new ids and objects,
// by id.
func (s sample) make(n int) (map[string][]byte, error) {
	body, err := events.Sample(s.Type, s.Version)
	if err != nil {
		return nil, err
	}
	random := func(n int) string { return rand.Text()[:n] }
	fresh := events.Fresh{Now: time.Now(), Random: random}
	made := map[string][]byte{}
	for range n {
		var overrides []events.Override
		for _, text := range s.Overrides {
			o, err := events.ParseOverride(strings.ReplaceAll(text, "{new}", random(24)))
			if err != nil {
				return nil, err
			}
			overrides = append(overrides, o)
		}
		id, body, err := fresh.Event(body, overrides...)
		if err != nil {
			return nil, err
		}
		made[id] = body
	}
	return made, nil
}

// post posts the events, signed, a few at a time. Every one must be answered
// with 200.
func (s *stack) post(ctx context.Context, made map[string][]byte) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: posters}, Timeout: 30 * time.Second}
	defer client.CloseIdleConnections()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(posters)
	for id, body := range made {
		g.Go(func() error {
			if err := s.postOne(ctx, client, body); err != nil {
				return fmt.Errorf("post %s: %w", id, err)
			}
			return nil
		})
	}
	return g.Wait()
}

func (s *stack) postOne(ctx context.Context, client *http.Client, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.api+"/webhooks/default", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Stripe-Signature", webhook.Sign(body, secret, time.Now()))
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("answered %s: %s", res.Status, answer)
	}
	return err
}

// done waits until every event is done by each of its actions. It asks the
// stack every half second at most, which costs the stack something.
func (s *stack) done(ctx context.Context, kind string, made map[string][]byte) error {
	ctx, cancel := context.WithTimeout(ctx, doneWithin)
	defer cancel()
	for {
		statuses, err := s.statuses(ctx, kind, 1_000_000)
		if err != nil {
			return err
		}
		left := 0
		for id := range made {
			if statuses[id] != "done" {
				left++
			}
		}
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d events %s are not done within %s", left, len(made), kind, doneWithin)
		case <-time.After(500 * time.Millisecond):
		}
	}
}
