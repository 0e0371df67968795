// Package lambda runs Lambda functions as local processes: the real binaries,
// over a Runtime API of its own, one process per execution environment.
package lambda

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local/guard"
	"github.com/payhooks/payhooks/infra/local/template"
)

// MaxPayload is Lambda's limit of a synchronous event or response, in bytes.
const MaxPayload = 6 << 20

var (
	// ErrThrottled: the function's reserved concurrency is in use.
	ErrThrottled = errors.New("rate exceeded")
	// ErrTooLarge: the event is larger than Lambda takes.
	ErrTooLarge = errors.New("the event is larger than 6 MB")
	// ErrNoFunction: no function has this name.
	ErrNoFunction = errors.New("there is no such function")
	// ErrClosed: the host stopped.
	ErrClosed = errors.New("the functions are stopped")
)

// Credentials are a function's own, as its role's session would be.
type Credentials struct{ AccessKey, SecretKey, SessionToken string }

// Line is one line that a function wrote.
type Line struct {
	Function template.Function
	Text     string
}

// Result of an invocation. Error is empty, or Unhandled when the function
// failed; Payload then describes the error as Lambda does.
type Result struct {
	RequestID string
	Payload   []byte
	Error     string
}

// Host runs the functions of a stack. Fill in the fields, then Start; see Deploy and
// Remove for changes afterwards. Its methods are safe for concurrent use after Start.
type Host struct {
	Functions []template.Function
	// Region of the functions.
	Region string
	// Binaries by logical id, see Build.
	Binaries map[string]string
	// Credentials by logical id.
	Credentials map[string]Credentials
	// Endpoint is the base URL of every AWS service.
	Endpoint string
	// Temp has a folder for each function, as Lambda has /tmp; empty leaves them the
	// machine's.
	Temp string
	// Env overrides variables that the template gives a function; a function
	// without the variable does not get it.
	Env map[string]string
	// Output gets every line that a function writes, from several goroutines.
	Output func(Line)
	// MaxProcesses bounds the environments of one function; more concurrent
	// invocations wait for a free one. 0 means 4.
	MaxProcesses int
	// MaxSpare bounds the environments above one per function, of all functions
	// together: it is what bounds memory. 0 means one per core, and two at least.
	MaxSpare int
	// IdleAfter is how long environments above one are kept; 0 means 5 s.
	IdleAfter time.Duration

	mu     sync.RWMutex     // guards pools
	pools  map[string]*pool // by logical id
	api    *http.Server
	addr   string
	envs   sync.Map // token → *process
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	ready  atomic.Bool
	warm   atomic.Int32 // functions that have asked for their first event
	spare  atomic.Int32 // environments above one per function
}

// Start starts one environment per function and returns when all of them have
// asked for their first event. A function that dies before is an error that
// says what it printed last.
func (h *Host) Start(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the functions: %w", err)
	}
	h.addr = l.Addr().String()
	h.ctx, h.cancel = context.WithCancel(context.WithoutCancel(ctx))
	h.api = guard.Server(guard.Machine(h.runtimeAPI()), slog.New(slog.DiscardHandler))
	h.wg.Go(func() { _ = h.api.Serve(l) })
	h.pools = make(map[string]*pool, len(h.Functions))
	for _, f := range h.Functions {
		if err := h.makeTemp(f); err != nil {
			return errors.Join(err, h.Close())
		}
		h.pools[f.LogicalID] = &pool{host: h, code: &code{f, h.Binaries[f.LogicalID], h.Credentials[f.LogicalID]}}
	}
	h.wg.Go(h.reap)
	var g errgroup.Group
	for _, p := range h.all() {
		g.Go(func() error {
			err := p.warm(ctx)
			if err == nil {
				h.warm.Add(1)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return errors.Join(err, h.Close())
	}
	h.ready.Store(true)
	return nil
}

// Ready reports whether every function has asked for its first event.
func (h *Host) Ready() bool { return h.ready.Load() }

// Started counts the functions that have asked for their first event, and all.
func (h *Host) Started() (ready, all int) {
	if h.Ready() {
		return len(h.Functions), len(h.Functions)
	}
	return int(h.warm.Load()), len(h.Functions)
}

// Invoke runs the function with this logical id and returns its result. An
// invocation goes on when ctx ends; only nobody waits for it any more.
func (h *Host) Invoke(ctx context.Context, function string, payload []byte) (Result, error) {
	p := h.pool(function)
	switch {
	case p == nil:
		return Result{}, fmt.Errorf("%w: %s", ErrNoFunction, function)
	case len(payload) > MaxPayload:
		return Result{}, ErrTooLarge
	}
	return p.invoke(ctx, payload)
}

// Processes returns the process ids of a function's environments.
func (h *Host) Processes(function string) []int {
	var pids []int
	h.envs.Range(func(_, v any) bool {
		if p, ok := v.(*process); ok && p.fn.LogicalID == function && p.pid() != 0 {
			pids = append(pids, p.pid())
		}
		return true
	})
	return pids
}

// Close kills every process and returns when they are gone.
func (h *Host) Close() error {
	if h.cancel == nil {
		return nil
	}
	h.ready.Store(false)
	h.cancel()
	h.envs.Range(func(_, v any) bool {
		if p, ok := v.(*process); ok {
			p.kill()
		}
		return true
	})
	err := h.api.Close()
	h.wg.Wait()
	return err
}

// reap ends environments above one that nobody needed for a while.
func (h *Host) reap() {
	every := time.NewTicker(h.idleAfter() / 2)
	defer every.Stop()
	for {
		select {
		case <-h.ctx.Done():
			return
		case now := <-every.C:
			for _, p := range h.all() {
				p.shrink(now.Add(-h.idleAfter()))
			}
		}
	}
}

func (h *Host) idleAfter() time.Duration {
	if h.IdleAfter > 0 {
		return h.IdleAfter
	}
	return 5 * time.Second
}

func (h *Host) maxProcesses() int {
	if h.MaxProcesses > 0 {
		return h.MaxProcesses
	}
	return 4
}

// takeSpare asks for an environment above the one that every function has.
func (h *Host) takeSpare() bool {
	most := h.MaxSpare
	if most == 0 {
		most = max(2, runtime.NumCPU())
	}
	if h.spare.Add(1) <= int32(most) { //nolint:gosec // a small number
		return true
	}
	h.spare.Add(-1)
	return false
}

// newID is a random UUID, as request ids are.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
