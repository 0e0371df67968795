package fakestripe

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// putTimeout bounds one PUT.
const putTimeout = 30 * time.Second

// Put puts objects into the fake at base, for the account ("" is the
// stack's own). Each needs an id and an object type.
func Put[T any](ctx context.Context, base, account string, objects ...T) error {
	return put(ctx, base+"/_stand-in/objects", account, objects)
}

// PutEvents puts events into the fake, so that /v1/events lists them and
// their objects are served. The object of a newer event stays.
func PutEvents[T any](ctx context.Context, base string, events ...T) error {
	return put(ctx, base+"/_stand-in/events", "", events)
}

func put(ctx context.Context, url, account string, list any) error {
	body, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("put into fake Stripe: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, putTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("put into fake Stripe: %w", err)
	}
	req.Header.Set("Stripe-Account", account)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("put into fake Stripe: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, 4<<10))
	if err == nil && res.StatusCode != http.StatusNoContent {
		err = fmt.Errorf("it answered %s: %s", res.Status, text)
	}
	if err != nil {
		return fmt.Errorf("put into fake Stripe: %w", err)
	}
	return nil
}
