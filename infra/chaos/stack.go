package chaos

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

	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/local"
)

// target is a stack in its own process, so that all of it can be killed.
type target struct {
	dir string

	mu  sync.Mutex
	cmd *exec.Cmd
}

// start starts the stack and waits until it is up.
func (t *target) start(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(t.dir, "stack.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(self, "local", "--json") //nolint:gosec,noctx // this program; it is killed on purpose
	cmd.Env = append(os.Environ(), "DATA_DIR="+filepath.Join(t.dir, "data"), "PORT=0", "CONSOLE_PORT=0", "STRIPE_WEBHOOK_SECRET="+demo.Secret)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	t.mu.Lock()
	t.cmd = cmd
	t.mu.Unlock()
	_, err = t.up(ctx)
	return err
}

func (t *target) pid() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cmd.Process.Pid
}

func (t *target) find() (local.Running, error) {
	run, err := local.Find(filepath.Join(t.dir, "data"))
	if err == nil && run.PID != t.pid() {
		return run, local.ErrNotRunning // left by the one before
	}
	return run, err
}

// up waits until every function is ready.
func (t *target) up(ctx context.Context) (local.Running, error) {
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		run, err := t.find()
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
	log, _ := os.ReadFile(filepath.Join(t.dir, "stack.log"))
	return local.Running{}, errors.Join(ctx.Err(), fmt.Errorf("the stack does not come up: %s", log[max(0, len(log)-2000):]))
}

// kill ends the stack; its children end with it.
func (t *target) kill() {
	_ = t.cmd.Process.Kill()
	_ = t.cmd.Wait()
}

// killOne kills a process of the stack, or all of it and starts it again, and
// returns which.
func (t *target) killOne(ctx context.Context, rng *rand.Rand) (string, error) {
	if rng.IntN(8) == 0 {
		t.kill()
		return "everything", t.start(ctx)
	}
	children, err := t.children(ctx)
	if err != nil {
		return "", err
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

// child is a process of the stack.
type child struct {
	pid  int
	name string
}

// children lists the processes that the stack started.
func (t *target) children(ctx context.Context) (all []child, err error) {
	out, err := exec.CommandContext(ctx, "ps", "-A", "-o", "pid=,ppid=,args=").Output()
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 3 || f[1] != strconv.Itoa(t.pid()) {
			continue
		}
		if pid, err := strconv.Atoi(f[0]); err == nil {
			all = append(all, child{pid, filepath.Base(f[2])})
		}
	}
	return all, nil
}
