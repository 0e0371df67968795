package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/gateway"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/loglines"
	"github.com/payhooks/payhooks/infra/local/printer"
)

// TestMain is also the command itself, for tests that need a process to stop:
// see rig.process.
func TestMain(m *testing.M) {
	if os.Getenv("PAYHOOKS_OF_TEST") == "" {
		os.Exit(m.Run())
	}
	main()
}

// rig works on a running local stack as an operator does at a terminal.
type rig struct {
	*testing.T
	*cli.Target
	stack   *local.Stack
	printed *record // all that the stack printed, for people and as JSON
	logged  *record // all that its functions logged
}

// restarted ends the processes of all functions: each starts anew with its next event.
func (o *rig) restarted() {
	o.Helper()
	for _, f := range o.stack.Template.Functions {
		for _, pid := range o.stack.Host.Processes(f.LogicalID) {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
				o.Fatal(err)
			}
			o.eventually("the process is gone", func() bool { return !slices.Contains(o.stack.Host.Processes(f.LogicalID), pid) })
		}
	}
}

// record keeps what is written. It is safe for concurrent use.
type record struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (p *record) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.Write(b)
}

func (p *record) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.buf.String()
}

// newOperator starts a stack of the template that DATA_DIR leads to.
func newOperator(t *testing.T) *rig {
	t.Helper()
	needsShop(t)
	dir := t.TempDir()
	t.Setenv("DATA_DIR", dir)
	o := &rig{T: t, printed: &record{}, logged: &record{}}
	people, scripts := printer.New(o.printed, false), printer.New(o.printed, true)
	lines := &loglines.Lines{}
	var err error
	o.stack, err = local.Start(t.Context(), local.Config{
		Dir: "../..", DataDir: dir, Secret: demoSecret, Log: slog.New(scripts.Handler()), Console: localConsole(lines), Lines: lines,
		Output: func(l lambda.Line) {
			people.Line(l)
			scripts.Line(l)
			_, _ = o.logged.Write([]byte(l.Text + "\n"))
		},
		Refused: func(r gateway.Refusal) { people.Refused(r); scripts.Refused(r) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.stack.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := cli.OpenLocal(t.Context(), o.stack.Running)
	if err != nil {
		t.Fatal(err)
	}
	o.Target = c
	return o
}

// in is the operator of a subtest, with nothing wrong at its end.
func (o *rig) in(t *testing.T) *rig {
	t.Helper()
	sub := *o
	sub.T = t
	t.Cleanup(func() { sub.fault() })
	return &sub
}

// ran is what a command printed and how it ended.
type ran struct {
	out, err string
	code     int
}

// run runs a command line of payhooks.
func (o *rig) run(args ...string) ran {
	o.Helper()
	return run(o.T, args...)
}

func run(t testing.TB, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&errs)
	r := ran{}
	if err := root.ExecuteContext(t.Context()); err != nil {
		cli.PrintError(root, err)
		r.code = cli.ExitCode(err)
	}
	r.out, r.err = out.String(), errs.String()
	return r
}

// must is run for what has to succeed.
func (o *rig) must(args ...string) string {
	o.Helper()
	r := o.run(args...)
	if r.code != 0 {
		o.Fatalf("payhooks %s: exit %d: %s", strings.Join(args, " "), r.code, r.err)
	}
	return r.out
}

// objects decodes what --json printed, one object a line.
func objects[T any](t *testing.T, out string) (all []T) {
	t.Helper()
	for line := range strings.Lines(out) {
		var v T
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%q is not a JSON object: %v", line, err)
		}
		all = append(all, v)
	}
	return all
}

// object is objects for a command that prints one.
func object[T any](t *testing.T, out string) T {
	t.Helper()
	all := objects[T](t, out)
	if len(all) != 1 {
		t.Fatalf("%d objects, want one: %s", len(all), out)
	}
	return all[0]
}
