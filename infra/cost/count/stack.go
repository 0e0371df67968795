// Package count runs the stack of the checkout on this machine and counts what an event
// asks of AWS: requests, units, messages and the bytes of logs.
package count

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/loglines"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

const (
	secret     = "whsec_cost" //nolint:gosec // of a stack that lives as long as a count
	doneWithin = 30 * time.Second
)

// stack is a local stack in this process, and the lines of its log groups.
type stack struct {
	*local.Stack

	target *cli.Target
	data   string
	lines  loglines.Lines
	next   int // number of the next line
}

func start(ctx context.Context, dir string) (s *stack, err error) {
	s = &stack{}
	if s.data, err = os.MkdirTemp("", "payhooks-cost-"); err != nil {
		return nil, err
	}
	s.Stack, err = local.Start(ctx, local.Config{
		Dir: dir, DataDir: s.data, Secret: secret, Lines: &s.lines, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.data))
	}
	if s.target, err = cli.OpenLocal(ctx, s.Running); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stack) close() error { return errors.Join(s.Close(), os.RemoveAll(s.data)) }

// take returns the lines since the last time.
func (s *stack) take() (lines []loglines.Line) {
	for _, l := range s.lines.All() {
		if l.Number >= s.next {
			lines = append(lines, l)
			s.next = l.Number + 1
		}
	}
	return lines
}

// post posts a body to the endpoint, signed by default, and expects the answer.
func (s *stack) post(ctx context.Context, body []byte, signature string, answer int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.API+"/webhooks/default", strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Stripe-Signature", signature)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if res.StatusCode != answer {
		err = fmt.Errorf("the stack answered %s instead of %d", res.Status, answer)
	}
	return errors.Join(err, res.Body.Close())
}

func (s *stack) deliver(ctx context.Context, body []byte) error {
	return s.post(ctx, body, webhook.Sign(body, secret, time.Now()), http.StatusOK)
}

// finished waits until every subscriber is done with an event.
func (s *stack) finished(ctx context.Context, id string) error {
	ctx, cancel := context.WithTimeout(ctx, doneWithin)
	defer cancel()
	for {
		status, err := s.status(ctx, id)
		switch {
		case err != nil && !errors.Is(err, event.ErrNotFound):
			return fmt.Errorf("event %s: %w", id, err)
		case status == event.StatusDone || status == event.StatusIgnored:
			return nil
		case status == event.StatusParked || status == event.StatusUnknown:
			return fmt.Errorf("event %s is %s", id, status)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("event %s is still %s after %s", id, status, doneWithin)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *stack) status(ctx context.Context, id string) (event.Status, error) {
	e, err := s.target.Tables.Get(ctx, id)
	if err != nil {
		return "", err
	}
	ds, unreadable, err := s.target.Operator().DeliveriesOf(ctx, []event.Stored{e})
	return event.StatusOf(e, ds[id]), errors.Join(unreadable, err)
}

// folder is the name of the folder of a function, by its logical id.
func (s *stack) folder(id string) string {
	for _, f := range s.Template.Functions {
		if f.LogicalID == id {
			return filepath.Base(f.Dir)
		}
	}
	return id
}
