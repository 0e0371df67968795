// Package source runs Lambda's event sources: it reads table streams, queues
// and schedules and invokes functions with what it finds, under their roles,
// with the retries, batches and partial answers that Lambda has.
package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/payhooks/payhooks/infra/local/aws/pattern"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

// Function is the function at the end of a source.
type Function struct {
	template.Function
	// Invoke runs it, see lambda.Host.
	Invoke func(ctx context.Context, function string, payload []byte) (lambda.Result, error)
	// Authorize decides what its role may do, see aws.Server.
	Authorize func(role, action, resource string) error
	// Log gets what went wrong and is tried again. Nil is slog.Default().
	Log *slog.Logger
}

// need returns the first of the actions that the function's role lacks, as
// Lambda does when an event source is created.
func (f Function) need(resource string, actions ...string) error {
	for _, action := range actions {
		if err := f.Authorize(f.Role, action, resource); err != nil {
			return fmt.Errorf("the event source of %s cannot work, add the permission to the function's role: %w", f.LogicalID, err)
		}
	}
	return nil
}

func (f Function) log() *slog.Logger {
	if f.Log != nil {
		return f.Log
	}
	return slog.Default()
}

// call invokes the function and returns the identifiers of what failed. A
// failed invocation, or an answer that makes no sense, is an error: everything
// failed.
func (f Function) call(ctx context.Context, event any, partial bool, known map[string]bool) ([]string, error) {
	payload, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("write the event: %w", err)
	}
	res, err := f.Invoke(ctx, f.LogicalID, payload)
	switch {
	case err != nil:
		return nil, err
	case res.Error != "":
		return nil, failed{res}
	case !partial:
		return nil, nil
	}
	return failures(res.Payload, known)
}

// failed is an invocation that ended with an error of the function.
type failed struct{ lambda.Result }

func (f failed) Error() string { return fmt.Sprintf("the function failed: %.300s", f.Payload) }

var errAnswer = errors.New("the function's answer is not a batch response, so all of the batch counts as failed")

// failures reads a partial batch response. No answer, null and an empty list
// mean that all went well.
func failures(payload []byte, known map[string]bool) ([]string, error) {
	var answer struct {
		BatchItemFailures []struct {
			ItemIdentifier *string `json:"itemIdentifier"`
		} `json:"batchItemFailures"`
	}
	if len(payload) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(payload, &answer); err != nil {
		return nil, fmt.Errorf("%w: %w", errAnswer, err)
	}
	var ids []string
	for _, f := range answer.BatchItemFailures {
		if f.ItemIdentifier == nil || !known[*f.ItemIdentifier] {
			return nil, fmt.Errorf("%w: it names an item that is not in the batch", errAnswer)
		}
		ids = append(ids, *f.ItemIdentifier)
	}
	return ids, nil
}

// filter takes an event that matches any of the patterns; without patterns it
// takes everything.
type filter []*pattern.Pattern

func parseFilter(texts []string) (filter, error) {
	var f filter
	for _, text := range texts {
		p, err := pattern.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("event source filter %s: %w", text, err)
		}
		f = append(f, p)
	}
	return f, nil
}

func (f filter) takes(event []byte) bool {
	for _, p := range f {
		if ok, err := p.Match(event); err == nil && ok {
			return true
		}
	}
	return len(f) == 0
}

// pause waits for d, or until ctx ends; it reports whether to go on.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// backoff grows from 100 ms to 10 s, with jitter.
func backoff(attempt int) time.Duration {
	d := min(100*time.Millisecond<<min(attempt, 10), 10*time.Second)
	return d/2 + rand.N(d/2+1) //nolint:gosec // jitter
}
