package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// Whether a thin event names its snapshot.
const (
	named   = "named"
	unnamed = "unnamed"
)

// thin puts the snapshots into the stack's fake of Stripe and returns their thin events,
// by the ids of the snapshots.
func (s sample) thin(ctx context.Context, to *stack, snapshots map[string][]byte) (map[string][]byte, error) {
	running, err := local.Find(to.data)
	if err != nil {
		return nil, err
	}
	made := map[string][]byte{}
	var all []json.RawMessage
	for id, body := range snapshots {
		if made[id], err = fakestripe.Thin(body, s.Thin == named); err != nil {
			return nil, err
		}
		all = append(all, body)
	}
	return made, fakestripe.PutEvents(ctx, running.FakeStripe, all...)
}

// stripeCalls returns how many requests the fake of Stripe's API has answered, this one
// included: it numbers them.
func (s *stack) stripeCalls(ctx context.Context) (n int, err error) {
	running, err := local.Find(s.data)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, running.FakeStripe+"/v1/balance", http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer rk_test_bench")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	_, err = fmt.Sscanf(res.Header.Get("Request-Id"), "req_fake%d", &n)
	return n, errors.Join(err, res.Body.Close())
}

// thinCost is the cost of one of n thin events with its fetch.
func thinCost(counts []count, n, requests int) (cost, error) {
	c, err := costOf(counts, n, fetching...)
	c.Stripe = float64(requests) / float64(n)
	c.By += fmt.Sprintf("; %.2f requests to Stripe", c.Stripe)
	return c, err
}
