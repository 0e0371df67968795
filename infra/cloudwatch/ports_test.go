package cloudwatch_test

import (
	"context"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// Secrets implements ingest.Secrets.
func (s *stand) Secrets(context.Context, string) ([]string, error) {
	return []string{"whsec_right"}, nil
}

// Refresh implements ingest.Secrets.
func (s *stand) Refresh(_ context.Context, _ string, known []string) ([]string, bool, error) {
	return known, false, nil
}

// Delay implements delivery.Queue.
func (s *stand) Delay(ctx context.Context, queue, receipt string, d time.Duration) error {
	return s.queues[queue].ChangeVisibility(ctx, receipt, d)
}

// Backlog implements reconcile.Queues.
func (s *stand) Backlog(_ context.Context, name string) (event.Backlog, error) {
	return event.Backlog{Messages: len(s.queues[name].Messages()), Disabled: s.off[name]}, nil
}

// books is a sweep that a stack adds.
type books struct{ *stand }

func (books) Name() string { return "books" }

func (b books) Begin(context.Context, *reconcile.Run) (*reconcile.Work, error) {
	return &reconcile.Work{Complete: func() time.Time {
		if !b.books {
			b.stuck = b.now
		}
		return b.stuck
	}}, nil
}
