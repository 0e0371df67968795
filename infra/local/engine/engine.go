// Package engine runs the DynamoDB engine behind the local stack: it installs
// dynoxide with npm once, starts it on a free port, starts it again when it
// dies, and makes the tables of a template.
package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/payhooks/payhooks/infra/local/datafile"
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

// file of the data folder.
const file = "dynamo.db"

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
	for range 5 { // others may be quicker on the address
		if e.addr, err = freeAddress(ctx); err != nil {
			return err
		}
		if err = e.begin(ctx); !errors.Is(err, errTaken) {
			return err
		}
	}
	return err
}

var errTaken = errors.New("the DynamoDB engine found its port taken; start again")

// begin returns once the engine listens, or says why it does not.
func (e *Engine) begin(ctx context.Context) error {
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.stop, e.done = stop, make(chan struct{})
	first := newOutput()
	go e.supervise(run, first)
	late := time.NewTimer(readyWithin)
	defer late.Stop()
	select {
	case <-first.listens:
		return nil
	case <-e.done:
		return errors.Join(e.refused(first.reason()), e.Close())
	case <-ctx.Done():
		return errors.Join(ctx.Err(), e.Close())
	case <-late.C:
		return errors.Join(fmt.Errorf("the DynamoDB engine does not start within %s; it wrote: %q", readyWithin, first.reason()), e.Close())
	}
}

// refused says what to do about an engine that ended before it listened.
func (e *Engine) refused(reason string) error {
	if strings.Contains(reason, "in use") {
		return errTaken
	}
	return datafile.Unusable(filepath.Join(e.DataDir, file), errors.New(reason))
}

// Explain says what to do about an answer of the engine that its file is damaged,
// and returns others as they are.
func (e *Engine) Explain(answer error) error {
	if r := (*Refused)(nil); e.URL == "" && errors.As(answer, &r) && Damaged([]byte(r.Message)) {
		return datafile.Unusable(filepath.Join(e.DataDir, file), errors.New(r.Message))
	}
	return answer
}

// Damaged reports whether the engine found its file damaged, by its answer.
func Damaged(answer []byte) bool {
	return bytes.Contains(answer, []byte("database disk image is malformed"))
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

// supervise keeps one engine running until ctx ends. It gives up one that has
// never listened.
func (e *Engine) supervise(ctx context.Context, first *output) {
	defer close(e.done)
	wait := 20 * time.Millisecond
	for out := first; ctx.Err() == nil; out = newOutput() {
		began := time.Now()
		err := e.run(ctx, out)
		if ctx.Err() != nil || !first.listened() {
			return
		}
		if time.Since(began) > time.Minute {
			wait = 20 * time.Millisecond
		}
		e.log().WarnContext(ctx, "the DynamoDB engine exited and is restarted", "error", err, "wrote", out.reason())
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, 2*time.Second)
	}
}

// run starts the engine and returns when it is gone.
func (e *Engine) run(ctx context.Context, out *output) error {
	i := strings.LastIndexByte(e.addr, ':')
	//nolint:gosec // the binary that npm installed, with arguments of our own
	cmd := exec.CommandContext(ctx, e.binary, "serve", "--host", e.addr[:i], "--port", e.addr[i+1:], "--db-path", filepath.Join(e.DataDir, file))
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = stopWithin
	return runTied(cmd, func(err error) {
		if err != nil {
			_, _ = fmt.Fprintf(out, "start the DynamoDB engine: %v", err)
		} else {
			e.setPID(cmd.Process.Pid)
		}
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
			return fmt.Errorf("the DynamoDB engine at %s does not answer; start it, or unset DYNAMODB_ENDPOINT: %w", e.Endpoint(), err)
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
