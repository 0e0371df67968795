package local

import (
	"context"
	"fmt"

	"github.com/payhooks/payhooks/infra/local/source"
	"github.com/payhooks/payhooks/infra/local/template"
)

// eventSource is what package source has.
type eventSource interface {
	Check() error
	Run(ctx context.Context)
}

// checkSources makes the event sources and says what keeps one from working.
func (s *Stack) checkSources() ([]eventSource, error) {
	var all []eventSource
	for _, t := range s.Template.Streams {
		src, err := s.stream(t)
		if err != nil {
			return nil, err
		}
		all = append(all, src)
	}
	for _, t := range s.Template.Pollers {
		if t.Disabled {
			continue
		}
		q, err := s.AWS.Queue(t.Queue)
		if err != nil {
			return nil, err
		}
		all = append(all, &source.Queue{QueueSource: t, To: s.target(t.Function), From: q, Region: Region, Workers: concurrency()})
	}
	for _, t := range s.Template.Schedules {
		all = append(all, &source.Schedule{Schedule: t, To: s.target(t.Function), Account: Account, Region: Region, Retries: s.retries(t.Function)})
	}
	for _, src := range all {
		if err := src.Check(); err != nil {
			return nil, err
		}
	}
	return all, s.checkLogs()
}

// retries of an invocation that nobody waits for.
func (s *Stack) retries(function string) int {
	for _, c := range s.Template.Invokes {
		if c.Function == function {
			return c.MaxRetries
		}
	}
	return 2
}

func (s *Stack) stream(t template.StreamSource) (*source.Stream, error) {
	from, err := s.AWS.Stream(t.Stream)
	if err != nil {
		return nil, err
	}
	src := &source.Stream{StreamSource: t, To: s.target(t.Function), From: from}
	if s.stripe != nil {
		src.Before = s.recordObjects
	}
	if t.OnFailure == "" {
		return src, nil
	}
	lost, err := s.AWS.Queue(t.OnFailure)
	if err != nil {
		return nil, fmt.Errorf("the failure destination of %s: %w", t.Function, err)
	}
	src.Lost = func(ctx context.Context, message string) error {
		_, err := lost.Send(ctx, message, nil)
		return err
	}
	return src, nil
}

// checkLogs says which function could not write its logs when deployed.
func (s *Stack) checkLogs() error {
	for _, f := range s.Template.Functions {
		stream := fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s:log-stream:local", Region, Account, f.Logging.Group)
		for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
			if err := s.AWS.Authorize(f.Role, action, stream); err != nil {
				return fmt.Errorf("the function %s could not write its logs, add the permission to its role: %w", f.LogicalID, err)
			}
		}
	}
	return nil
}

// target is the function at the end of an event source.
func (s *Stack) target(id string) source.Function {
	to := source.Function{Invoke: s.Host.Invoke, Authorize: s.AWS.Authorize, Log: s.log()}
	for _, f := range s.Template.Functions {
		if f.LogicalID == id {
			to.Function = f
		}
	}
	return to
}

func (s *Stack) runSources(ctx context.Context, all []eventSource) {
	ctx, s.drain = context.WithCancel(context.WithoutCancel(ctx))
	for _, src := range all {
		s.sources.Go(func() { src.Run(ctx) })
	}
}

// stopSources stops reading and waits for what functions have, until ctx ends.
func (s *Stack) stopSources(ctx context.Context) {
	if s.drain == nil {
		return
	}
	s.drain()
	done := make(chan struct{})
	go func() {
		s.sources.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
