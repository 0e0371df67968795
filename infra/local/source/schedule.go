package source

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/local/template"
)

// Schedule invokes a function at the times of a rate or cron expression, while
// the stack runs; what was due while it did not is not made up for. Fill in
// the fields, Check, then Run.
type Schedule struct {
	template.Schedule
	To              Function
	Account, Region string
	// Retries of a run that failed; Lambda's own default is 2.
	Retries int
	// Now is the clock; nil is time.Now.
	Now func() time.Time

	next func(after time.Time) time.Time
}

// Check says what keeps the schedule from working.
func (s *Schedule) Check() (err error) {
	if s.next, err = parseSchedule(s.Expression); err != nil {
		return fmt.Errorf("the schedule %s: %w", s.Name, err)
	}
	return nil
}

// Run returns when ctx ends.
func (s *Schedule) Run(ctx context.Context) {
	for now := s.now(); ; now = s.now() {
		due := s.next(now)
		if due.IsZero() || !pause(ctx, due.Sub(now)) {
			return
		}
		s.fire(ctx, due)
	}
}

// fire invokes the function, and again if it fails.
func (s *Schedule) fire(ctx context.Context, due time.Time) {
	event, err := s.event(due)
	for attempt := 0; err == nil && attempt <= s.Retries; attempt++ {
		if attempt > 0 && !pause(ctx, backoff(attempt)) {
			return
		}
		if _, err := s.To.call(ctx, event, false, nil); err == nil || ctx.Err() != nil {
			return
		} else {
			s.To.log().WarnContext(ctx, "a scheduled run failed", "function", s.To.LogicalID, "error", err)
		}
	}
}

func (s *Schedule) event(due time.Time) (json.RawMessage, error) {
	if s.Input != "" {
		return json.RawMessage(s.Input), nil
	}
	data, err := json.Marshal(map[string]any{
		"version": "0", "id": rand.Text(), "detail-type": "Scheduled Event", "source": "aws.scheduler",
		"account": s.Account, "region": s.Region, "time": due.UTC().Format(time.RFC3339),
		"resources": []string{fmt.Sprintf("arn:aws:scheduler:%s:%s:schedule/default/%s", s.Region, s.Account, s.Name)},
		"detail":    "{}",
	})
	return data, err
}

func (s *Schedule) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// parseSchedule reads rate(5 minutes) and cron(0 12 * * ? *).
func parseSchedule(expression string) (func(time.Time) time.Time, error) {
	kind, rest, _ := strings.Cut(expression, "(")
	fields := strings.Fields(strings.TrimSuffix(rest, ")"))
	switch {
	case kind == "rate" && len(fields) == 2:
		n, err := strconv.Atoi(fields[0])
		unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(fields[1], "s")]
		if err == nil && n > 0 && unit > 0 {
			return func(t time.Time) time.Time { return t.Add(time.Duration(n) * unit) }, nil
		}
	case kind == "cron" && len(fields) == 6:
		return parseCron(fields)
	}
	return nil, fmt.Errorf("%q is neither rate(5 minutes) nor cron(0 12 * * ? *)", expression)
}
