package function

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// Idle is how long a function takes for the first event after nothing came for a while: Lambda
// froze it, and the services have ended its connections.
type Idle struct {
	Name    string  `json:"name"`
	Ends    string  `json:"ends"` // how
	Seconds float64 `json:"seconds"`
	FirstMS float64 `json:"first_ms"` // median
	WorstMS float64 `json:"worst_ms"`
}

// keep is how long the services keep a connection that nobody uses.
const keep = 3 * time.Second

// ends are the ways in which they end it.
var ends = []struct {
	name      string
	configure func(*httptest.Server)
}{
	{"closed", func(s *httptest.Server) { s.Config.IdleTimeout = keep }},
	{"reset", func(s *httptest.Server) { s.Config.ConnState = (&resets{}).state }},
}

// resets ends connections that are idle for too long without a word.
type resets struct{ timers sync.Map }

func (r *resets) state(c net.Conn, state http.ConnState) {
	if t, ok := r.timers.LoadAndDelete(c); ok {
		t.(*time.Timer).Stop() //nolint:forcetypeassert // that is what it is
	}
	if state == http.StateIdle {
		r.timers.Store(c, time.AfterFunc(keep, func() {
			if t, ok := c.(*tls.Conn); ok {
				_ = t.NetConn().(*net.TCPConn).SetLinger(0) //nolint:forcetypeassert // httptest listens on TCP
				_ = t.NetConn().Close()
			}
		}))
	}
}

// MeasureIdle has the functions that take webhooks answer one, leaves them frozen for each
// of the times and has them answer another, which none may fail to do: so often each, all at
// once but for a moment between them.
func MeasureIdle(ctx context.Context, dir string, waits []time.Duration, runs int) (rows []Idle, err error) {
	temp, err := os.MkdirTemp("", "payhooks-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	var cells []*cell
	for _, end := range ends {
		srv, env, err := serve(temp, end.configure)
		if err != nil {
			return nil, err
		}
		defer srv.Close()
		close(srv.answering)
		for _, s := range subjects[:webhookSubjects] {
			m, err := open(ctx, dir, temp, s, srv, env)
			if err != nil {
				return nil, err
			}
			for _, wait := range waits {
				cells = append(cells, &cell{measured: m, wait: wait, row: Idle{Name: s.name, Ends: end.name, Seconds: wait.Seconds()}})
			}
		}
	}
	if err := answerAgain(ctx, cells, runs); err != nil {
		return nil, err
	}
	for _, c := range cells {
		c.row.FirstMS, c.row.WorstMS = median(c.took), slices.Max(c.took)
		rows = append(rows, c.row)
	}
	return rows, nil
}

// cell is one row in the making.
type cell struct {
	*measured
	wait time.Duration
	row  Idle

	mu   sync.Mutex
	took []float64
}

// apart is the moment between two functions, in which one has started and answered.
const apart = 200 * time.Millisecond

func answerAgain(ctx context.Context, cells []*cell, runs int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, runs*len(cells))
	for i := range runs * len(cells) {
		c := cells[i%len(cells)]
		go func() {
			time.Sleep(time.Duration(i) * apart)
			failed <- c.once(ctx)
		}()
	}
	for range runs * len(cells) {
		if err := <-failed; err != nil {
			return err
		}
	}
	return nil
}

func (c *cell) once(ctx context.Context) (err error) {
	p, err := start(ctx, c.binary, "512", c.env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := c.invoke(ctx, p); err != nil {
		return err
	}
	_ = p.cmd.Process.Signal(syscall.SIGSTOP)
	time.Sleep(c.wait)
	_ = p.cmd.Process.Signal(syscall.SIGCONT)
	began := time.Now()
	if err := c.invoke(ctx, p); err != nil {
		return fmt.Errorf("%s after %v idle, connections %s: %w", c.name, c.wait, c.row.Ends, err)
	}
	took := ms(time.Since(began))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.took = append(c.took, took)
	return nil
}

func (c *cell) invoke(ctx context.Context, p *process) error {
	return p.invoke(ctx, c.event(c.services, int(time.Now().UnixNano()%1e12)), c.ok)
}
