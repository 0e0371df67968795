package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/payhooks/payhooks/infra/local/template"
)

var worker string // the binary of testdata/worker

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "lambda")
	if err != nil {
		panic(err)
	}
	bins, err := Build(context.Background(), "testdata", dir, []template.Function{fn("Worker", 0)})
	if err != nil {
		panic(err)
	}
	worker = bins["Worker"]
	code := m.Run()
	_ = os.RemoveAll(dir)
	if err := goleak.Find(); err != nil && code == 0 {
		println(err.Error())
		code = 1
	}
	os.Exit(code)
}

func fn(id string, timeout time.Duration) template.Function {
	dir, err := filepath.Abs("testdata/worker")
	if err != nil {
		panic(err)
	}
	return template.Function{
		LogicalID: id, Name: "local-" + id, ARN: "arn:aws:lambda:us-east-1:000000000000:function:local-" + id,
		Dir: dir, Timeout: timeout, MemoryMB: 128, Env: map[string]string{"STACK": "local", "BASE": "template"},
	}
}

func host(t *testing.T, f template.Function, change func(*Host)) *Host {
	t.Helper()
	h := &Host{
		Functions: []template.Function{f}, Region: "us-east-1", Binaries: map[string]string{f.LogicalID: worker},
		Credentials: map[string]Credentials{f.LogicalID: {AccessKey: "own-key"}}, Endpoint: "http://127.0.0.1:1",
	}
	if change != nil {
		change(h)
	}
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

type reply struct {
	PID                     int
	Request, ARN            string
	Left                    int64
	ErrorType, ErrorMessage string
}

func call(t *testing.T, h *Host, event string) (Result, reply) {
	t.Helper()
	res, err := h.Invoke(t.Context(), "Worker", []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	var r reply
	_ = json.Unmarshal(res.Payload, &r)
	return res, r
}

func TestAFunctionGetsItsEventRequestIDAndDeadline(t *testing.T) {
	// One environment at most: the second event waits until the first is over,
	// and a host that threw environments away would start another.
	h := host(t, fn("Worker", 10*time.Second), func(h *Host) { h.MaxProcesses = 1 })
	if !h.Ready() {
		t.Error("it is not ready after Start")
	}
	res, r := call(t, h, `{}`)
	if res.Error != "" || r.Request != res.RequestID || r.ARN != h.Functions[0].ARN || r.Left <= 5000 || r.Left > 10000 {
		t.Errorf("got %+v, %s", res, res.Payload)
	}
	if _, again := call(t, h, `{}`); again.PID != r.PID {
		t.Error("a warm environment was not used again")
	}
}

func TestAFunctionSeesItsOwnEnvironmentAndNothingOfTheUsers(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "the-users-key")
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("SECRET_OF_MINE", "x")
	h := host(t, fn("Worker", 10*time.Second), func(h *Host) { h.Env = map[string]string{"BASE": "mine", "OTHER": "x"} })
	for name, want := range map[string]string{
		"AWS_ACCESS_KEY_ID": "own-key", "AWS_PROFILE": "", "SECRET_OF_MINE": "", "STACK": "local",
		"BASE": "mine", "OTHER": "", "AWS_LAMBDA_FUNCTION_NAME": "local-Worker",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
	} {
		res, _ := call(t, h, `{"do":"env","name":"`+name+`"}`)
		if string(res.Payload) != `"`+want+`"` {
			t.Errorf("%s is %s, want %q", name, res.Payload, want)
		}
	}
}

func TestFailuresAreReportedAsLambdaDoesAndTheNextEventSucceeds(t *testing.T) {
	h := host(t, fn("Worker", 2*time.Second), nil)
	for event, want := range map[string]reply{
		`{"do":"error"}`:              {ErrorType: "errorString", ErrorMessage: "no luck"},
		`{"do":"panic"}`:              {ErrorType: "string", ErrorMessage: "at the disco"},
		`{"do":"crash"}`:              {ErrorType: "Runtime.ExitError", ErrorMessage: "Runtime exited with error: exit status 7"},
		`{"do":"slow"}`:               {ErrorType: "Sandbox.Timedout", ErrorMessage: "Task timed out after 2.00 seconds"},
		`{"do":"big","size":6400000}`: {ErrorType: "Function.ResponseSizeTooLarge", ErrorMessage: "exceeded maximum allowed payload size"},
	} {
		t.Run(event, func(t *testing.T) {
			res, r := call(t, h, event)
			if res.Error != "Unhandled" || r.ErrorType != want.ErrorType || !strings.Contains(r.ErrorMessage, want.ErrorMessage) {
				t.Errorf("got %s %.300s", res.Error, res.Payload)
			}
			if res, _ := call(t, h, `{}`); res.Error != "" {
				t.Errorf("the next event failed: %s", res.Payload)
			}
		})
	}
}

func TestAKilledEnvironmentIsReplaced(t *testing.T) {
	h := host(t, fn("Worker", 10*time.Second), nil)
	_, before := call(t, h, `{}`)
	if err := syscall.Kill(before.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for slices.Contains(h.Processes("Worker"), before.PID) { // until its death is noticed
		time.Sleep(time.Millisecond)
	}
	if _, after := call(t, h, `{}`); after.PID == before.PID || after.PID == 0 {
		t.Errorf("got %+v", after)
	}
}

func TestConcurrentEventsGetEnvironmentsOfTheirOwnUpToTheBound(t *testing.T) {
	h := host(t, fn("Worker", 5*time.Second), func(h *Host) { h.MaxProcesses, h.IdleAfter = 3, 40*time.Millisecond })
	pids := together(t, h, 12)
	if len(pids) < 2 || len(pids) > 3 {
		t.Errorf("12 events ran in %d processes, want up to 3", len(pids))
	}
	for len(h.Processes("Worker")) > 1 { // all but one are ended when idle
		time.Sleep(time.Millisecond)
	}
}

func together(t *testing.T, h *Host, n int) map[int]bool {
	t.Helper()
	pids := map[int]bool{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			_, r := call(t, h, `{"do":"wait","size":300}`)
			mu.Lock()
			defer mu.Unlock()
			pids[r.PID] = true
		})
	}
	wg.Wait()
	return pids
}

func TestReservedConcurrencyThrottles(t *testing.T) {
	f := fn("Worker", 5*time.Second)
	f.Concurrency = 1
	h := host(t, f, nil)
	var wg sync.WaitGroup
	wg.Go(func() { call(t, h, `{"do":"wait","size":2000}`) })
	for running(h) == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, err := h.Invoke(t.Context(), "Worker", []byte(`{}`)); !errors.Is(err, ErrThrottled) {
		t.Errorf("got %v, want ErrThrottled", err)
	}
	wg.Wait()
}

// running counts the events that are with the function.
func running(h *Host) int {
	p := h.pools["Worker"]
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inFlight
}

func TestAnEventOverLambdasLimitIsRefused(t *testing.T) {
	h := host(t, fn("Worker", 10*time.Second), nil)
	if _, err := h.Invoke(t.Context(), "Worker", make([]byte, MaxPayload+1)); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	if _, err := h.Invoke(t.Context(), "Other", nil); !errors.Is(err, ErrNoFunction) {
		t.Errorf("got %v", err)
	}
}

func TestAFunctionThatDiesAtStartIsNamedWithItsLastWords(t *testing.T) {
	f := fn("Worker", time.Second)
	f.Env["DIE"] = "1"
	h := &Host{Functions: []template.Function{f}, Binaries: map[string]string{"Worker": worker}}
	err := h.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the function Worker (worker) stopped before it was ready: exit status 3: no DATABASE is configured") {
		t.Errorf("got %v", err)
	}
}

func TestEveryLineOfAFunctionReachesTheOutput(t *testing.T) {
	got := make(chan Line, 10)
	h := host(t, fn("Worker", 10*time.Second), func(h *Host) { h.Output = func(l Line) { got <- l } })
	call(t, h, `{"do":"print"}`)
	for _, want := range []string{"one", "two"} {
		if l := <-got; l.Text != want || l.Function.LogicalID != "Worker" {
			t.Errorf("got %+v, want %s", l, want)
		}
	}
}

func TestAFunctionThatDoesNotCompileIsNamedWithGosOwnWords(t *testing.T) {
	f := fn("Broken", 0)
	f.Dir = filepath.Join(filepath.Dir(f.Dir), "broken")
	_, err := Build(t.Context(), "testdata", t.TempDir(), []template.Function{f})
	if err == nil || !strings.Contains(err.Error(), "the function Broken (broken) does not compile") || !strings.Contains(err.Error(), "undefined: undefinedFunction") {
		t.Errorf("got %v", err)
	}
	f.Dir = filepath.Join(filepath.Dir(f.Dir), "missing")
	if _, err := Build(t.Context(), "testdata", t.TempDir(), []template.Function{f}); err == nil || !strings.Contains(err.Error(), "correct its CodeUri") {
		t.Errorf("got %v", err)
	}
}

func TestInvokeAPIAnswersAsLambdaDoes(t *testing.T) {
	h := host(t, fn("Worker", 10*time.Second), nil)
	for _, c := range []struct {
		name, kind, event, failure string
		status                     int
	}{
		{"local-Worker", "", `{}`, "", 200},
		{"arn:aws:lambda:us-east-1:000000000000:function:local-Worker", "RequestResponse", ``, "", 200},
		{"local-Worker", "", `{"do":"error"}`, "Unhandled", 200},
		{"local-Worker", "DryRun", ``, "", 204},
		{"local-Worker", "", `nonsense`, "", 400},
		{"other", "", `{}`, "", 404},
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/2015-03-31/functions/"+c.name+"/invocations", strings.NewReader(c.event))
		req.Header.Set("X-Amz-Invocation-Type", c.kind)
		w := httptest.NewRecorder()
		h.InvokeAPI(w, req)
		if w.Code != c.status || w.Header().Get("X-Amz-Function-Error") != c.failure {
			t.Errorf("%+v: got %d %v", c, w.Code, w.Header())
		}
	}
}
