package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/story"
)

// victim is a stack in a process of its own, so that all of it can be killed.
type victim struct {
	dir string

	mu  sync.Mutex
	cmd *exec.Cmd
}

// start starts the stack and waits until it is up.
func (v *victim) start(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(v.dir, "stack.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(self, "local", "--json") //nolint:gosec,noctx // this program; it is killed on purpose
	cmd.Env = append(os.Environ(), "DATA_DIR="+filepath.Join(v.dir, "data"), "PORT=0", "CONSOLE_PORT=0", "STRIPE_WEBHOOK_SECRET="+demoSecret)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	v.mu.Lock()
	v.cmd = cmd
	v.mu.Unlock()
	_, err = v.up(ctx)
	return err
}

func (v *victim) pid() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.cmd.Process.Pid
}

func (v *victim) find() (local.Running, error) {
	run, err := local.Find(filepath.Join(v.dir, "data"))
	if err == nil && run.PID != v.pid() {
		return run, local.ErrNotRunning // what the one before left
	}
	return run, err
}

// up waits until every function is ready.
func (v *victim) up(ctx context.Context) (local.Running, error) {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		run, err := v.find()
		if err != nil {
			continue
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, run.Console+"/healthz", nil)
		if err != nil {
			return run, err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			continue
		}
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return run, nil
		}
	}
	log, _ := os.ReadFile(filepath.Join(v.dir, "stack.log"))
	return local.Running{}, errors.Join(ctx.Err(), fmt.Errorf("the stack does not come up: %s", log[max(0, len(log)-2000):]))
}

// kill ends the stack; its children end with it.
func (v *victim) kill() {
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait()
}

// killOne kills a process of the stack, or all of it and starts it again, and
// says which.
func (v *victim) killOne(ctx context.Context, rng *rand.Rand) (string, error) {
	if rng.IntN(8) == 0 {
		v.kill()
		return "everything", v.start(ctx)
	}
	out, err := exec.CommandContext(ctx, "ps", "-A", "-o", "pid=,ppid=,args=").Output()
	if err != nil {
		return "", fmt.Errorf("list processes: %w", err)
	}
	type child struct {
		pid  int
		name string
	}
	var children []child
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 3 || f[1] != strconv.Itoa(v.pid()) {
			continue
		}
		if pid, err := strconv.Atoi(f[0]); err == nil {
			children = append(children, child{pid, filepath.Base(f[2])})
		}
	}
	if len(children) == 0 {
		return "nothing", nil
	}
	c := children[rng.IntN(len(children))]
	if err := syscall.Kill(c.pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return "", fmt.Errorf("kill %s: %w", c.name, err)
	}
	return c.name, nil
}

// load posts the events at the rate, each until it is acknowledged, as Stripe
// does.
func (s *storm) load(ctx context.Context, es []story.Event, rate float64) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(32)
	tick := time.NewTicker(time.Duration(float64(time.Second) / rate))
	defer tick.Stop()
	for _, e := range es {
		select {
		case <-ctx.Done():
			return g.Wait()
		case <-tick.C:
		}
		g.Go(func() error { return s.insist(ctx, e) })
	}
	return g.Wait()
}

func (s *storm) insist(ctx context.Context, e story.Event) error {
	for ctx.Err() == nil {
		s.sent.Add(1)
		if run, err := s.stack.find(); err == nil {
			try, cancel := context.WithTimeout(ctx, 35*time.Second)
			err = postSigned(try, run.API+"/webhooks/default", demoSecret, e.Body)
			cancel()
			if err == nil {
				return nil
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
	return ctx.Err()
}
