// Package local runs the stack that template.yaml describes on this machine:
// the real functions, with everything that AWS puts around them emulated.
package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/gateway"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/loglines"
	"github.com/payhooks/payhooks/infra/local/template"
)

// Config of a stack. Dir and DataDir are needed; the rest has defaults.
type Config struct {
	Dir     string // folder of template.yaml and go.mod
	DataDir string // what the stack keeps; one stack at a time
	// Port and ConsolePort; 0 takes any that is free.
	Port, ConsolePort int
	// Secret is the signing secret of every endpoint for which the template
	// has none; commas separate several.
	Secret string
	// DynamoDBEndpoint is an engine that runs already; empty starts one.
	DynamoDBEndpoint string
	// Env overrides variables of the functions that have them in the template.
	// Without STRIPE_API_BASE a fake of Stripe's API is started for them,
	// unless StripeKey is set.
	Env map[string]string
	// StripeKey is the API key in the stack's secret for it.
	StripeKey string
	// AllowLive lets in a key of live mode, and live events that a secret of Stripe's signed.
	AllowLive bool
	// Watch rebuilds and restarts functions when what they are built of changes, and does
	// what template.yaml says anew. Validate, if set, is asked before, at the start too: its
	// error keeps what runs as it is. Reloaded gets what became of each change.
	Watch    bool
	Validate func(ctx context.Context) error
	Reloaded func(Reload)
	// Console answers everything on the console port but /healthz; ready counts the
	// functions that are ready, and all. It decides itself whom it answers. One with a
	// method Close is closed with the stack.
	Console func(r Running, ready func() (ready, all int)) http.Handler
	// Lines keep what functions and the API write to their log groups; nil makes new ones.
	Lines *loglines.Lines
	// Output gets what functions write, Refused what the gateway answers by
	// itself; both from several goroutines.
	Output  func(lambda.Line)
	Refused func(gateway.Refusal)
	// Progress says what takes time before the stack is ready.
	Progress func(what string)
	// Log gets the stack's own troubles. Nil is slog.Default().
	Log *slog.Logger
}

// Stack is a running local stack.
type Stack struct {
	Running
	Template *template.Stack // it started with; Now has what it runs
	Host     *lambda.Host
	AWS      *aws.Server
	Engine   *engine.Engine

	cfg     Config
	stripe  *FakeStripe // nil when Stripe's API is elsewhere
	folder  *dataFolder
	api     net.Listener
	console net.Listener
	pages   http.Handler // of the console; nil without one
	servers []*http.Server
	wg      sync.WaitGroup
	drain   context.CancelFunc // stops the event sources, and no change is looked for
	sources []*definedSource   // those that run
	now     atomic.Pointer[template.Stack]
	run     atomic.Pointer[Running]
	keys    map[string]lambda.Credentials // by logical id
	code    map[string]deployed           // by logical id
	builds  int                           // how many times since the start
	running context.Context               //nolint:containedctx // of the event sources
	watched chan struct{}                 // closed when nothing is watched any more; nil before
	closing sync.Once
	closed  error
}

// Name, region and account of every local stack.
const (
	StackName = "local"
	Region    = "us-east-1"
	Account   = "000000000000"
)

// Start starts the stack and returns when every function is ready. An error is
// one sentence that says what to do; nothing is left running then.
func Start(ctx context.Context, cfg Config) (*Stack, error) {
	relaxTimers()
	s := &Stack{cfg: cfg}
	if s.cfg.Lines == nil {
		s.cfg.Lines = &loglines.Lines{}
	}
	if err := s.start(ctx); err != nil {
		if closed := s.Close(); closed != nil {
			s.log().ErrorContext(ctx, "stop after a failed start", "error", closed)
		}
		return nil, err
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context) (err error) {
	if s.cfg.DataDir, err = filepath.Abs(s.cfg.DataDir); err != nil {
		return fmt.Errorf("find the data folder: %w", err)
	}
	if s.cfg.Dir, err = filepath.Abs(s.cfg.Dir); err != nil {
		return fmt.Errorf("find the project: %w", err)
	}
	if s.folder, err = openFolder(s.cfg.DataDir); err != nil {
		return err
	}
	changes := s.watcher()
	if s.Template, err = ReadTemplate(s.cfg.Dir); err != nil {
		return err
	}
	if err := s.listen(ctx); err != nil {
		return err
	}
	binaries, err := s.prepare(ctx)
	if err != nil {
		return err
	}
	if err := s.startStripe(ctx); err != nil {
		return err
	}
	if err := s.startAWS(ctx); err != nil {
		return err
	}
	s.Running = s.describe(s.Template)
	s.run.Store(&s.Running)
	if s.sources, err = s.defineSources(s.Template); err != nil {
		return err
	}
	s.serve(s.console, s.consoleHandler())
	s.Host.Endpoint, s.Host.Binaries, s.Host.Temp = s.AWS.URL(), binaries, filepath.Join(s.cfg.DataDir, tempFolder)
	if err := s.Host.Start(ctx); err != nil {
		return err
	}
	if err := s.write(s.folder.Root); err != nil {
		return err
	}
	s.code = map[string]deployed{}
	for _, f := range s.Template.Functions {
		s.code[f.LogicalID] = deployed{f, binaries[f.LogicalID]}
	}
	s.running, s.drain = context.WithCancel(context.WithoutCancel(ctx))
	s.runSources(s.running, s.sources)
	s.serve(s.api, s.gateway())
	s.watch(changes)
	return nil
}

// ReadTemplate reads the template in dir with the parameters of a local stack.
func ReadTemplate(dir string) (*template.Stack, error) {
	params, err := template.Parameters(filepath.Join(dir, "infra", "local", "parameters.yaml"))
	if err != nil {
		return nil, err
	}
	return template.Load(filepath.Join(dir, "template.yaml"), template.Options{
		Name: StackName, Region: Region, Account: Account, Parameters: params,
	})
}

// prepare starts the engine with its tables and builds the functions, both at
// the same time. The folder of what is built is shared, so that a fresh data
// folder does not link everything again.
func (s *Stack) prepare(ctx context.Context) (binaries map[string]string, err error) {
	s.Engine = &engine.Engine{
		URL: s.cfg.DynamoDBEndpoint, Package: filepath.Join(s.cfg.Dir, "infra", "local", "engine"),
		DataDir: s.cfg.DataDir, Log: s.log(),
	}
	s.progress(fmt.Sprintf("building %d functions", len(s.Template.Functions)))
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := s.Engine.Start(gctx); err != nil {
			return err
		}
		return s.Engine.Explain(s.Engine.Client().CreateTables(gctx, s.Template.Tables))
	})
	g.Go(func() error { return s.validate(gctx) })
	g.Go(func() (err error) {
		built, err := s.build(gctx, s.Template)
		if err != nil {
			return err
		}
		binaries, err = lambda.Install(built, filepath.Join(s.cfg.DataDir, "bin"))
		return err
	})
	return binaries, g.Wait()
}

// Now is the template that runs.
func (s *Stack) Now() *template.Stack { return s.now.Load() }

func (s *Stack) build(ctx context.Context, t *template.Stack) (map[string]string, error) {
	return lambda.Build(ctx, s.cfg.Dir, s.buildDir(), t.Functions)
}

func (s *Stack) buildDir() string { return filepath.Join(s.cfg.Dir, "bin", "functions") }

func (s *Stack) validate(ctx context.Context) error {
	if s.cfg.Validate == nil {
		return nil
	}
	return s.cfg.Validate(ctx)
}

// Close stops everything and returns when no process is left. Messages that a
// function has when it is stopped come back after a restart. It may be called
// twice.
func (s *Stack) Close() error {
	s.closing.Do(func() { s.closed = s.close() })
	return s.closed
}

func (s *Stack) close() error {
	var errs []error
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if c, ok := s.pages.(interface{ Close() }); ok {
		c.Close()
	}
	for _, srv := range s.servers {
		if srv.Shutdown(ctx) != nil {
			errs = append(errs, srv.Close())
		}
	}
	s.stopSources(ctx)
	if s.Host != nil {
		errs = append(errs, s.Host.Close())
	}
	if s.AWS != nil {
		errs = append(errs, s.AWS.Close())
	}
	if s.stripe != nil {
		errs = append(errs, s.stripe.Close())
	}
	if s.Engine != nil {
		errs = append(errs, s.Engine.Close())
	}
	for _, l := range []net.Listener{s.api, s.console} {
		if l != nil {
			_ = l.Close() // closed already if it was served
		}
	}
	s.wg.Wait()
	if s.folder != nil {
		if s.PID != 0 {
			_ = s.folder.Remove(runningFile) // Find checks the process anyway
		}
		errs = append(errs, s.folder.Close())
	}
	return errors.Join(errs...)
}

func (s *Stack) progress(what string) {
	if s.cfg.Progress != nil {
		s.cfg.Progress(what)
	}
}

func (s *Stack) log() *slog.Logger {
	if s.cfg.Log != nil {
		return s.cfg.Log
	}
	return slog.Default()
}

// newKey is an access key of the local stack's own.
func newKey(prefix string) lambda.Credentials {
	return lambda.Credentials{AccessKey: prefix + rand.Text()[:16], SecretKey: rand.Text(), SessionToken: rand.Text()}
}
