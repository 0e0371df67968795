// Package function measures what an event costs the functions on its way: CPU time and memory
// of the real binaries under a Runtime API, cold and warm, the first compared with what a team
// would write instead. The services that they call answer over TLS at once.
package function

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/gobuild"
)

// Row is one function's figures, medians of its runs.
type Row struct {
	Name     string  `json:"name"`
	ColdMS   float64 `json:"cold_ms"`   // CPU from exec to the first answer
	FirstMS  float64 `json:"first_ms"`  // from the first event to its answer
	ShareMS  float64 `json:"share_ms"`  // the same with the CPU of 256 MB
	WarmUS   float64 `json:"warm_us"`   // CPU of an event
	MemoryMB float64 `json:"memory_mb"` // held after the warm ones
	BinaryMB float64 `json:"binary_mb"`
}

// Names of the two functions that take webhooks and have their secret from the same place.
const (
	Idiomatic = "idiomatic, secret from Secrets Manager"
	Ours      = "functions/ingest"
)

// subject is a function to measure.
type subject struct {
	name, pkg string
	env       []string
	event     func(*services, int) []byte // the n-th that it takes
	ok        func(answer []byte) bool
}

// subjects in the way of an event: each takes what the one before it made.
var subjects = []subject{
	{"idiomatic, secret in the environment", "./infra/bench/function/idiomatic", []string{"SECRET=" + secret}, webhookEvent, stored},
	{Idiomatic, "./infra/bench/function/idiomatic", []string{"SECRET=manager"}, webhookEvent, stored},
	{Ours, "./functions/ingest", template, webhookEvent, stored},
	{"functions/dispatch", "./functions/dispatch", template, streamEvent, handled},
	{"functions/update-order", "./functions/update-order", template, messageEvent, handled},
}

// template are variables of template.yaml, which the idiomatic one does not have.
var template = []string{"GOMAXPROCS=1"}

// subjectsOf are those that a repository has: a fork may be without an action.
func subjectsOf(dir string) []subject {
	return slices.DeleteFunc(slices.Clone(subjects), func(s subject) bool {
		_, err := os.Stat(filepath.Join(dir, s.pkg))
		return errors.Is(err, fs.ErrNotExist)
	})
}

// webhookSubjects is how many of them take webhooks.
const webhookSubjects = 3

// surroundings are the variables of template.yaml.
var surroundings = []string{"STACK=bench", "RETENTION_DAYS=400", "ENDPOINTS=default=test", "RELEASE=", "DICTIONARY=off", "OWN_ACCOUNT=", "STRIPE_ADDRESSES=off", "STRIPE_API_BASE=", "BUS=bench"}

// Measure runs each function cold so many times, and then warm for so many events.
func Measure(ctx context.Context, dir string, runs, warm int) (rows []Row, err error) {
	temp, err := os.MkdirTemp("", "payhooks-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	srv, env, err := serve(temp, nil)
	if err != nil {
		return nil, err
	}
	defer srv.Close()
	close(srv.answering)
	for _, s := range subjectsOf(dir) {
		m, err := open(ctx, dir, temp, s, srv, env)
		if err != nil {
			return nil, err
		}
		row, err := m.row(ctx, runs, warm)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// open compiles a function of the repository dir.
func open(ctx context.Context, dir, temp string, s subject, srv *services, env []string) (*measured, error) {
	m := &measured{subject: s, binary: filepath.Join(temp, filepath.Base(s.pkg)), services: srv}
	m.env = slices.Concat(env, surroundings, s.env)
	return m, compile(ctx, dir, s.pkg, m.binary)
}

// compile builds as sam build does.
func compile(ctx context.Context, dir, pkg, to string) error {
	args := append(append([]string{"build"}, gobuild.Flags...), "-o", to, pkg)
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // packages of this module
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", pkg, err, out)
	}
	return rewrite(to)
}

// rewrite writes a program as unpacking an archive does, which is how Lambda has it. Memory
// has what the linker wrote in smaller parts: each start would take a tenth more CPU time.
func rewrite(program string) error {
	text, err := os.ReadFile(program) //nolint:gosec // just built
	if err != nil {
		return err
	}
	return os.WriteFile(program, text, 0o755) //nolint:gosec // it is executed
}

// measured is one function.
type measured struct {
	subject
	binary   string
	env      []string
	services *services
	taken    int
}

// next has the function answer its next event.
func (m *measured) next(ctx context.Context, p *process) error {
	m.taken++
	return p.invoke(ctx, m.event(m.services, m.taken), m.ok)
}

func (m *measured) row(ctx context.Context, runs, warm int) (Row, error) {
	var cold, first, share []float64
	for range runs {
		used, took, err := m.cold(ctx, 0)
		if err != nil {
			return Row{}, err
		}
		_, slow, err := m.cold(ctx, 256)
		if err != nil {
			return Row{}, err
		}
		cold, first, share = append(cold, ms(used)), append(first, ms(took)), append(share, ms(slow))
	}
	row := Row{Name: m.name, ColdMS: median(cold), FirstMS: median(first), ShareMS: median(share)}
	info, err := os.Stat(m.binary)
	if err != nil {
		return row, err
	}
	row.BinaryMB = float64(info.Size()) / 1e6
	return row, m.warm(ctx, &row, warm)
}

// cold starts the function and has it answer one webhook. With a share it has the CPU of so
// many megabytes from the event on: Lambda gives an init all that there is.
func (m *measured) cold(ctx context.Context, share int) (used, took time.Duration, err error) {
	p, err := start(ctx, m.binary, "512", m.env)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	time.Sleep(20 * time.Millisecond) // what init left to do is done
	m.taken++
	event := m.event(m.services, m.taken)
	if share > 0 {
		defer p.throttle(share)()
	}
	began := time.Now()
	if err := p.invoke(ctx, event, m.ok); err != nil {
		return 0, 0, err
	}
	took = time.Since(began)
	used, err = p.cpu()
	return used, took, err
}

func (m *measured) warm(ctx context.Context, row *Row, n int) (err error) {
	p, err := start(ctx, m.binary, "512", m.env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	var before time.Duration
	for i := range n + n/10 {
		if i == n/10 {
			if before, err = p.cpu(); err != nil {
				return err
			}
		}
		if err := m.next(ctx, p); err != nil {
			return err
		}
	}
	after, err := p.cpu()
	row.WarmUS = float64((after - before).Microseconds()) / float64(n)
	if err != nil {
		return err
	}
	held, err := p.memory()
	row.MemoryMB = float64(held) / 1e6
	return err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}
