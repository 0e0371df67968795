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

// definedSource is an event source with what it was made of: while that is the same, it
// runs on.
type definedSource struct {
	eventSource

	function string // logical id
	of       []any
	stop     context.CancelFunc // nil before it runs
	done     chan struct{}
}

// defineSources makes the event sources of a template that the endpoint serves, and says
// what keeps one from working.
func (s *Stack) defineSources(t *template.Stack) ([]*definedSource, error) {
	var all []*definedSource
	add := func(id string, src eventSource, of ...any) {
		all = append(all, &definedSource{eventSource: src, function: id, of: append(of, target(t, id).Role)})
	}
	for _, st := range t.Streams {
		src, err := s.stream(t, st)
		if err != nil {
			return nil, err
		}
		add(st.Function, src, st)
	}
	for _, p := range t.Pollers {
		if p.Disabled {
			continue
		}
		q, err := s.AWS.Queue(p.Queue)
		if err != nil {
			return nil, err
		}
		add(p.Function, &source.Queue{QueueSource: p, To: s.target(t, p.Function), From: q, Region: Region, Workers: concurrency()}, p, q.Queue)
	}
	for _, sc := range t.Schedules {
		n := retries(t, sc.Function)
		add(sc.Function, &source.Schedule{Schedule: sc, To: s.target(t, sc.Function), Account: Account, Region: Region, Retries: n}, sc, n)
	}
	for _, src := range all {
		if err := src.Check(); err != nil {
			return nil, err
		}
	}
	return all, s.checkLogs(t)
}

// retries of an invocation that nobody waits for.
func retries(t *template.Stack, function string) int {
	for _, c := range t.Invokes {
		if c.Function == function {
			return c.MaxRetries
		}
	}
	return 2
}

func (s *Stack) stream(stack *template.Stack, t template.StreamSource) (*source.Stream, error) {
	from, err := s.AWS.Stream(t.Stream)
	if err != nil {
		return nil, err
	}
	src := &source.Stream{StreamSource: t, To: s.target(stack, t.Function), From: from}
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
func (s *Stack) checkLogs(t *template.Stack) error {
	for _, f := range t.Functions {
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
func (s *Stack) target(t *template.Stack, id string) source.Function {
	return source.Function{Function: target(t, id), Invoke: s.invoke, Authorize: s.AWS.Authorize, Log: s.log()}
}

func target(t *template.Stack, id string) template.Function {
	for _, f := range t.Functions {
		if f.LogicalID == id {
			return f
		}
	}
	return template.Function{}
}

// runSources starts event sources; they stop with ctx.
func (s *Stack) runSources(ctx context.Context, all []*definedSource) {
	for _, src := range all {
		ctx, stop := context.WithCancel(ctx)
		src.stop, src.done = stop, make(chan struct{})
		s.wg.Go(func() {
			defer close(src.done)
			src.Run(ctx)
		})
	}
}

// wait returns when a stopped source has seen through what it read, or when ctx ends.
func (d *definedSource) wait(ctx context.Context) {
	select {
	case <-d.done:
	case <-ctx.Done():
	}
}

// stopSources stops reading and waits for what functions have, until ctx ends.
func (s *Stack) stopSources(ctx context.Context) {
	if s.drain == nil {
		return
	}
	s.drain()
	if s.watched != nil {
		<-s.watched // it changes the sources
	}
	for _, src := range s.sources {
		src.wait(ctx)
	}
}
