package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/payhooks/payhooks/infra/local"
)

const (
	secret      = "whsec_bench"    //nolint:gosec // of stacks that live as long as a measurement
	startWithin = 10 * time.Minute // with all there is to compile, on a busy machine
	stopWithin  = 5 * time.Second
)

// stack is a local stack in its own processes, reached through the contract
// of the command line only, so that any commit's stack can be one.
type stack struct {
	dir  string // the checkout with bin/payhooks in it
	data string // its own data folder
	api  string
	cmd  *exec.Cmd
	said bytes.Buffer // stderr
	gone chan struct{}
}

// startStack starts the stack of a checkout on free ports and returns when it
// is ready. Stop it.
func startStack(ctx context.Context, dir string) (*stack, error) {
	return launch(ctx, dir, filepath.Join(dir, "bin", "payhooks"), "local")
}

// launch starts the stack of a checkout by a command of the contract.
func launch(ctx context.Context, dir string, command ...string) (*stack, error) {
	data, err := os.MkdirTemp("", "payhooks-bench-data-")
	if err != nil {
		return nil, err
	}
	s := &stack{dir: dir, data: data, gone: make(chan struct{})}
	port, err1 := freePort(ctx)
	console, err2 := freePort(ctx)
	if err := errors.Join(err1, err2); err != nil {
		return nil, errors.Join(err, os.RemoveAll(data))
	}
	s.api = "http://localhost:" + port
	s.cmd = exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // stop ends it
	s.cmd.Dir, s.cmd.Stderr = dir, &s.said
	s.cmd.Env = append(s.env(), "PORT="+port, "CONSOLE_PORT="+console, "STRIPE_WEBHOOK_SECRET="+secret)
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(data))
	}
	go func() {
		_ = s.cmd.Wait() // gone reports its exit
		close(s.gone)
	}()
	if err := s.ready(ctx, "http://localhost:"+console+"/healthz"); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// env is this process's, without what would send the stack elsewhere.
func (s *stack) env() []string {
	return append(os.Environ(), "DATA_DIR="+s.data, "DYNAMODB_ENDPOINT=", "STRIPE_API_BASE=", "STRIPE_API_KEY=", "PARAMETERS=")
}

func (s *stack) ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.gone:
			return fmt.Errorf("the stack of %s ended before it was ready: %s", s.dir, bytes.TrimSpace(s.said.Bytes()))
		case <-ctx.Done():
			return fmt.Errorf("the stack of %s was not ready within %s", s.dir, startWithin)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// stop ends the stack's processes and removes its data.
func (s *stack) stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-s.gone:
	case <-time.After(stopWithin):
		_ = s.cmd.Process.Kill()
		<-s.gone
	}
	return os.RemoveAll(s.data)
}

// counts returns the calls counted so far; POST sets them to zero first. Only
// a stack that serves /_payhooks/counts has them.
func (s *stack) counts(ctx context.Context, method string) ([]count, error) {
	running, err := local.Find(s.data)
	if err != nil {
		return nil, err
	}
	req, err := running.Own(ctx, method, "counts", http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the endpoint does not count calls: it answered %s", res.Status)
	}
	return lines[count](json.NewDecoder(res.Body))
}

// statuses returns the status of each event of a type, by id.
func (s *stack) statuses(ctx context.Context, kind string, most int) (map[string]string, error) {
	//nolint:gosec // the checkout's own binary
	cmd := exec.CommandContext(ctx, filepath.Join(s.dir, "bin", "payhooks"), "events", "list", "--json", "--type", kind, "--limit", strconv.Itoa(most))
	cmd.Dir, cmd.Env = s.dir, s.env()
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the events of %s: %w", s.dir, err)
	}
	all, err := lines[struct{ ID, Status string }](json.NewDecoder(bytes.NewReader(out)))
	got := map[string]string{}
	for _, e := range all {
		got[e.ID] = e.Status
	}
	return got, err
}

func lines[T any](in *json.Decoder) ([]T, error) {
	var all []T
	for in.More() {
		var one T
		if err := in.Decode(&one); err != nil {
			return nil, fmt.Errorf("read JSON lines: %w", err)
		}
		all = append(all, one)
	}
	return all, nil
}

func freePort(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}
