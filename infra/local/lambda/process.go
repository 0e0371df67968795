package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/payhooks/payhooks/infra/local/template"
)

// initTimeout is how long Lambda lets a function start.
const initTimeout = 10 * time.Second

// process is one execution environment: it handles one event at a time.
type process struct {
	fn    template.Function
	code  *code
	token string // path of its Runtime API; no other process has it
	cmd   *exec.Cmd
	since time.Time // last used; guarded by the pool

	work  chan *invocation
	asked chan struct{} // one entry per call of next
	dead  chan struct{}

	greedy atomic.Bool // killed for using more memory than the function has

	exit error // why it died; valid once dead is closed

	out *lines

	mu      sync.Mutex
	current *invocation
	initErr []byte
}

// invocation is one event on its way through an environment.
type invocation struct {
	id       string
	payload  []byte
	timeout  time.Duration
	deadline time.Time
	trace    string
	result   chan Result // exactly one is sent; never blocks
	answered chan struct{}
	once     sync.Once
}

func newInvocation(fn template.Function, payload []byte) *invocation {
	id := newID()
	return &invocation{
		id: id, payload: payload, timeout: fn.Timeout, result: make(chan Result, 1), answered: make(chan struct{}),
		trace: fmt.Sprintf("Root=1-%08x-%s%s;Sampled=0", time.Now().Unix(), id[:8], id[20:36][:16]),
	}
}

func (i *invocation) answer(payload []byte, failure string) {
	i.once.Do(func() {
		i.result <- Result{RequestID: i.id, Payload: payload, Error: failure}
		close(i.answered)
	})
}

// fail answers with an error of the platform's own.
func (i *invocation) fail(kind, format string, args ...any) {
	i.answer(failure(kind, "RequestId: "+i.id+" Error: "+fmt.Sprintf(format, args...)), "Unhandled")
}

func failure(kind, message string) []byte {
	data, err := json.Marshal(map[string]string{"errorType": kind, "errorMessage": message})
	if err != nil {
		return []byte(`{"errorType":"Unknown"}`)
	}
	return data
}

// startError is an environment that never asked for an event.
type startError struct {
	fn     template.Function
	reason string // what happened, and what it printed last
	report []byte // what it reported to the Runtime API, if anything
}

func (e *startError) Error() string {
	return fmt.Sprintf("the function %s (%s) stopped before it was ready: %s", e.fn.LogicalID, filepath.Base(e.fn.Dir), e.reason)
}

func (e *startError) result() Result {
	id := newID()
	payload := e.report
	if payload == nil {
		payload = failure("Runtime.ExitError", "RequestId: "+id+" Error: "+e.reason)
	}
	return Result{RequestID: id, Payload: payload, Error: "Unhandled"}
}

// launch starts an environment and returns when it asks for its first event.
func (h *Host) launch(ctx context.Context, c *code) (*process, *startError) {
	fn := c.fn
	p := &process{
		fn: fn, code: c, token: newID(), work: make(chan *invocation), asked: make(chan struct{}, 1), dead: make(chan struct{}),
		out: &lines{emit: func(text string) { h.emit(fn, text) }},
	}
	p.cmd = exec.Command(c.binary) //nolint:gosec,noctx // the function's own binary; killed by Close
	p.cmd.Dir = filepath.Dir(p.cmd.Path)
	p.cmd.Env = h.environment(c, p.token)
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.WaitDelay = time.Second
	tie(p.cmd)
	h.envs.Store(p.token, p) // before it can ask for anything
	if err := p.begin(); err != nil {
		h.envs.Delete(p.token)
		return nil, &startError{fn: fn, reason: err.Error()}
	}
	if h.ctx.Err() != nil { // Close may have missed it
		p.kill()
	}
	h.wg.Go(func() {
		p.exit = p.cmd.Wait()
		p.out.flush()
		h.envs.Delete(p.token)
		close(p.dead)
	})
	return p.started(ctx)
}

func (p *process) begin() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Start()
}

// pid is 0 for a process that is not started yet.
func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd.Process == nil {
		return 0
	}
	return p.cmd.Process.Pid
}

func (p *process) started(ctx context.Context) (*process, *startError) {
	timeout := time.NewTimer(initTimeout)
	defer timeout.Stop()
	select {
	case <-p.asked:
		return p, nil
	case <-p.dead:
		reason := describe(p.exit)
		if last := p.out.lastLine(); last != "" {
			reason += ": " + last
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		return nil, &startError{fn: p.fn, reason: reason, report: p.initErr}
	case <-ctx.Done():
		p.kill()
		<-p.dead
		return nil, &startError{fn: p.fn, reason: "the stack is stopping"}
	case <-timeout.C:
		p.kill()
		<-p.dead
		return nil, &startError{fn: p.fn, reason: fmt.Sprintf("it did not ask for an event within %s", initTimeout)}
	}
}

// run hands the event to the environment and sees it through to an answer. It
// reports whether the environment can take another.
func (p *process) run(inv *invocation) bool {
	inv.deadline = time.Now().Add(inv.timeout)
	timeout := time.NewTimer(inv.timeout)
	defer timeout.Stop()
	defer p.limitMemory()()
	select {
	case p.work <- inv:
	case <-p.dead:
		p.died(inv)
		return false
	case <-timeout.C:
		return p.timedOut(inv)
	}
	select {
	case <-p.asked: // the event is answered, and it is ready for the next
		inv.fail("Runtime.ExitError", "the function asked for the next event without answering this one")
		return true
	case <-p.dead:
		p.died(inv)
		return false
	case <-timeout.C:
		return p.timedOut(inv)
	}
}

func (p *process) died(inv *invocation) {
	if p.greedy.Load() {
		inv.fail("Runtime.OutOfMemory", "Runtime exited with error: signal: killed")
		return
	}
	inv.fail("Runtime.ExitError", "Runtime exited with error: %s", describe(p.exit))
}

func (p *process) timedOut(inv *invocation) bool {
	p.kill()
	<-p.dead
	inv.fail("Sandbox.Timedout", "Task timed out after %.2f seconds", inv.timeout.Seconds())
	return false
}

func (p *process) gone() bool {
	select {
	case <-p.dead:
		return true
	default:
		return false
	}
}

// kill ends the process with all that it started, if it was started itself.
func (p *process) kill() {
	if p.pid() != 0 {
		killGroup(p.cmd.Process)
	}
}

func describe(exit error) string {
	if exit == nil {
		return "exit status 0"
	}
	return exit.Error()
}
