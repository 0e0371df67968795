// Package engine runs the DynamoDB engine behind the local stack: it installs
// dynoxide with npm once, starts it on a free port, starts it again when it
// dies, and makes the tables of a template.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Engine is one DynamoDB engine. Fill in the fields, then Start.
type Engine struct {
	// URL of an engine that runs already (DYNAMODB_ENDPOINT). When it is set,
	// nothing is installed or started and Close does nothing.
	URL string
	// Package is the folder of this package's package-lock.json; the engine is
	// installed into the node_modules beside it.
	Package string
	// DataDir is where dynamo.db is kept. It is made, mode 0700, if absent.
	DataDir string
	// Log gets one line when the engine died and was started again. Nil is
	// slog.Default().
	Log *slog.Logger

	addr   string
	binary string
	stop   context.CancelFunc
	done   chan struct{}

	mu  sync.Mutex
	pid int
}

const (
	readyWithin = 10 * time.Second
	stopWithin  = 3 * time.Second
)

// Start returns once the engine answers. It installs it first if it is not
// there. The engine lives until Close, or until this process dies.
func (e *Engine) Start(ctx context.Context) error {
	if e.URL != "" {
		return e.ready(ctx)
	}
	if err := os.MkdirAll(e.DataDir, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	binary, err := Install(ctx, e.Package, e.log())
	if err != nil {
		return err
	}
	e.binary = binary
	if e.addr, err = freeAddress(ctx); err != nil {
		return err
	}
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.stop, e.done = stop, make(chan struct{})
	first := make(chan error, 1)
	go e.supervise(run, first)
	if err := <-first; err != nil {
		return errors.Join(err, e.Close())
	}
	if err := e.ready(ctx); err != nil {
		return errors.Join(err, e.Close())
	}
	return nil
}

// Endpoint is the engine's base URL. It stays the same when the engine is
// started again.
func (e *Engine) Endpoint() string {
	if e.URL != "" {
		return e.URL
	}
	return "http://" + e.addr
}

// Client of the engine, with Region and Credentials still to be set where it
// is one that checks them (AWS).
func (e *Engine) Client() *Client { return &Client{URL: e.Endpoint(), Unsigned: e.URL == ""} }

// PID is the process id of the engine, 0 while it is not running or not ours.
func (e *Engine) PID() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pid
}

// Close stops the engine and waits until it is gone. It may be called twice.
func (e *Engine) Close() error {
	if e.stop == nil {
		return nil
	}
	e.stop()
	<-e.done
	return nil
}

// supervise keeps one engine running until ctx ends. The result of the first
// start goes to first.
func (e *Engine) supervise(ctx context.Context, first chan<- error) {
	defer close(e.done)
	wait := 20 * time.Millisecond
	for n := 0; ctx.Err() == nil; n++ {
		began := time.Now()
		err := e.run(ctx, func(err error) {
			if n == 0 {
				first <- err
			}
		})
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > time.Minute {
			wait = 20 * time.Millisecond
		}
		e.log().WarnContext(ctx, "the DynamoDB engine exited and is restarted", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, 2*time.Second)
	}
}

// run starts the engine and returns when it is gone.
func (e *Engine) run(ctx context.Context, started func(error)) error {
	_, port, err := net.SplitHostPort(e.addr)
	if err != nil {
		started(err)
		return err
	}
	//nolint:gosec // the binary that npm installed, with arguments of our own
	cmd := exec.CommandContext(ctx, e.binary, "serve", "--host", "127.0.0.1", "--port", port,
		"--db-path", filepath.Join(e.DataDir, "dynamo.db"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopWithin
	return runTied(cmd, func(err error) {
		if err != nil {
			err = fmt.Errorf("start the DynamoDB engine: %w", err)
		} else {
			e.setPID(cmd.Process.Pid)
		}
		started(err)
	}, func() { e.setPID(0) })
}

// ready waits until the engine answers HTTP.
func (e *Engine) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ping(ctx, e.Endpoint())
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the DynamoDB engine at %s does not answer; is it running, and is dynamo.db in %q readable? %w", e.Endpoint(), e.DataDir, err)
		case <-tick.C:
		}
	}
}

// ping succeeds when anything answers HTTP at url, whatever it says.
func ping(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	tcp, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return "", errors.Join(fmt.Errorf("unexpected address %v", l.Addr()), l.Close())
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port)), l.Close()
}

func (e *Engine) setPID(pid int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pid = pid
}

func (e *Engine) log() *slog.Logger {
	if e.Log != nil {
		return e.Log
	}
	return slog.Default()
}
