package lambda

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// begin starts an invocation that takes a while, and returns what it will come to.
func begin(t *testing.T, h *Host) <-chan Result {
	t.Helper()
	done := make(chan Result, 1)
	go func() {
		r, err := h.Invoke(t.Context(), "Worker", []byte(`{"do":"wait","size":1500}`))
		if err != nil {
			t.Error(err)
		}
		done <- r
	}()
	for end := time.Now().Add(20 * time.Second); h.pool("Worker").busy() == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	return done
}

func (p *pool) busy() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inFlight
}

func TestWhatRunsIsFinishedByTheOldCodeAndWhatFollowsIsOfTheNew(t *testing.T) {
	h := host(t, fn("Worker", 30*time.Second), nil)
	_, before := call(t, h, `{}`)
	running := begin(t, h)
	next := h.Functions[0]
	next.Env = map[string]string{"BASE": "another"}
	if err := h.Deploy(t.Context(), next, worker, Credentials{AccessKey: "own-key"}); err != nil {
		t.Fatal(err)
	}
	res, _ := call(t, h, `{"do":"env","name":"BASE"}`)
	if string(res.Payload) != `"another"` {
		t.Errorf("the new code has BASE %s", res.Payload)
	}
	if r := <-running; r.Error != "" || !strings.Contains(string(r.Payload), `"pid":`) {
		t.Errorf("what ran came to %+v %s", r, r.Payload)
	}
	for range 5 {
		if _, r := call(t, h, `{}`); r.PID == before.PID {
			t.Error("the old code is used again")
		}
	}
	for end := time.Now().Add(20 * time.Second); len(h.Processes("Worker")) > 1 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	p := h.pool("Worker")
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(h.Processes("Worker")); n != 1 || p.alive != 1 || h.spare.Load() != 0 {
		t.Errorf("%d processes are left, %d counted, %d spare", n, p.alive, h.spare.Load())
	}
}

func TestCodeThatDoesNotStartReplacesNothing(t *testing.T) {
	// With one environment, a call waits for it; else it could start a second.
	h := host(t, fn("Worker", 30*time.Second), func(h *Host) { h.MaxProcesses = 1 })
	_, before := call(t, h, `{}`)
	next := h.Functions[0]
	next.Env = map[string]string{"DIE": "1"}
	if err := h.Deploy(t.Context(), next, worker, Credentials{}); err == nil || !strings.Contains(err.Error(), "no DATABASE is configured") {
		t.Errorf("got %v", err)
	}
	if _, after := call(t, h, `{}`); after.PID != before.PID {
		t.Error("the old code was replaced")
	}
}

func TestARemovedFunctionFinishesWhatItHas(t *testing.T) {
	h := host(t, fn("Worker", 30*time.Second), nil)
	running := begin(t, h)
	h.Remove("Worker")
	if _, err := h.Invoke(t.Context(), "Worker", []byte(`{}`)); !errors.Is(err, ErrNoFunction) {
		t.Errorf("got %v", err)
	}
	if r := <-running; r.Error != "" {
		t.Errorf("what ran came to %s", r.Payload)
	}
	for end := time.Now().Add(20 * time.Second); len(h.Processes("Worker")) > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := len(h.Processes("Worker")); n > 0 {
		t.Errorf("%d processes are left", n)
	}
}
