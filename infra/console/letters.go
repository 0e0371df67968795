package console

import (
	"context"
	"sync"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// letters keeps the dead letters as they were listed last. Listing receives them, which
// hides them from a redrive for a moment, so a page that is live counts them instead, and
// lists them again when their number has changed.
type letters struct {
	mu    sync.Mutex
	at    time.Time
	n     int
	items []operator.Item
}

const (
	lettersAge   = time.Minute
	lettersShown = 500
)

func (l *letters) read(ctx context.Context, o *operator.Operator, now time.Time) ([]operator.Item, error) {
	plan, err := o.PlanRedrive(ctx, "")
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if plan.Selected == l.n && now.Sub(l.at) < lettersAge {
		return l.items, nil
	}
	items, err := o.ListDeadLetters(ctx, "", lettersShown)
	if err == nil {
		l.at, l.n, l.items = now, plan.Selected, items
	}
	return items, err
}

// What needs a person, besides the states of deliveries.
const (
	stateQuarantined = string(event.StatusQuarantined)
	stateDead        = "dead"
	stateOverdue     = "overdue"
)
