package local

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/gateway"
	"github.com/payhooks/payhooks/infra/local/guard"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/template"
)

// listen takes both ports before anything slow happens.
func (s *Stack) listen(ctx context.Context) (err error) {
	if s.api, err = listen(ctx, s.cfg.Port, "PORT"); err != nil {
		return err
	}
	s.console, err = listen(ctx, s.cfg.ConsolePort, "CONSOLE_PORT")
	return err
}

func listen(ctx context.Context, port int, variable string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %d is taken by another program; stop it, or set %s to a free port", port, variable)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on port %d; set %s to another: %w", port, variable, err)
	}
	return l, nil
}

// startAWS starts the endpoint with a key for each function and one for the
// operator, and makes the host that the keys are for.
func (s *Stack) startAWS(ctx context.Context) error {
	operator := newKey("AKIA")
	s.AccessKey, s.SecretKey, s.Key = operator.AccessKey, operator.SecretKey, rand.Text()
	callers := s.callers(s.Template)
	s.Host = &lambda.Host{
		Functions: s.Template.Functions, Region: Region, Credentials: s.keys, Env: s.cfg.Env,
		Output: s.output, MaxProcesses: concurrency(),
	}
	if err := addSecrets(s.Template); err != nil {
		return err
	}
	s.now.Store(s.Template)
	server := &aws.Server{
		Stack: s.Template, Engine: s.Engine.Client(), DataDir: s.cfg.DataDir, Keys: callers, OwnKey: s.Key,
		Secrets: s.seeds(), Log: s.log(), Lines: s.cfg.Lines, Invoke: s.Host.InvokeAPI,
	}
	if err := server.Start(ctx); err != nil {
		return err
	}
	s.AWS = server
	return s.release()
}

// callers says whose each key is: the operator's, and one for each function, which keeps it.
func (s *Stack) callers(t *template.Stack) map[string]aws.Caller {
	all := map[string]aws.Caller{s.AccessKey: {Name: "operator", Operator: true}}
	keys := map[string]lambda.Credentials{}
	for _, f := range t.Functions {
		c, is := s.keys[f.LogicalID]
		if !is {
			c = newKey("ASIA")
		}
		keys[f.LogicalID] = c
		all[c.AccessKey] = aws.Caller{Name: filepath.Base(f.Dir), Role: f.Role}
	}
	s.keys = keys
	return all
}

// release shows the messages that functions had when the stack was killed.
// Those who had them are gone: there is no reason to wait for their visibility to end.
func (s *Stack) release() error {
	for _, src := range s.Template.Pollers {
		q, err := s.AWS.Queue(src.Queue)
		if err != nil {
			return err
		}
		if err := q.Release(); err != nil {
			return err
		}
	}
	return nil
}

// concurrency bounds the processes of one function on this machine.
func concurrency() int { return max(4, min(8, runtime.NumCPU())) }

// startStripe starts fake Stripe, unless the functions call another Stripe.
func (s *Stack) startStripe(ctx context.Context) error {
	if s.cfg.Env["STRIPE_API_BASE"] != "" || s.cfg.StripeKey != "" {
		return nil
	}
	server := &FakeStripe{DataDir: s.cfg.DataDir, Log: s.log(), Bus: s.toPartnerBus, HasBus: s.hasPartnerBus}
	if err := server.Start(ctx); err != nil {
		return err
	}
	s.stripe = server
	s.cfg.Env = maps.Clone(s.cfg.Env)
	if s.cfg.Env == nil {
		s.cfg.Env = map[string]string{}
	}
	s.cfg.Env["STRIPE_API_BASE"] = server.URL()
	return nil
}

func (s *Stack) describe(t *template.Stack) Running {
	r := Running{
		PID: os.Getpid(), Stack: StackName, Region: Region, Account: Account,
		API: "http://localhost:" + port(s.api), Console: "http://localhost:" + port(s.console), AWS: s.AWS.URL(),
		AccessKey: s.AccessKey, SecretKey: s.SecretKey, Key: s.Key, SigningSecret: s.cfg.Secret,
		StripeBase: s.cfg.Env["STRIPE_API_BASE"],
	}
	if s.stripe != nil {
		r.FakeStripe = s.stripe.OperatorURL()
	}
	r.Environment = map[string]map[string]string{}
	for _, f := range t.Functions {
		r.Functions = append(r.Functions, filepath.Base(f.Dir))
		r.Environment[filepath.Base(f.Dir)] = f.Env
	}
	for _, table := range t.Tables {
		r.Tables = append(r.Tables, table.Name)
	}
	if s.cfg.Watch {
		r.Watches = s.cfg.Dir
	}
	return r
}

func port(l net.Listener) string {
	_, p, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return ""
	}
	return p
}

func (s *Stack) gateway() http.Handler {
	return guard.Programs(&gateway.Gateway{
		API: StackName, Region: Region, Account: Account, Routes: s.Template.Routes,
		Invoke: s.invoke, Refuse: s.refuseLive, Refused: s.refusedByGateway, Served: s.served,
	})
}

// invoke runs a function for the gateway or an event source.
func (s *Stack) invoke(ctx context.Context, function string, payload []byte) (lambda.Result, error) {
	s.AWS.Invoked(function)
	return s.Host.Invoke(ctx, function, payload)
}

// HasConsole reports whether the console port serves pages besides /healthz.
func (s *Stack) HasConsole() bool { return s.cfg.Console != nil }

func (s *Stack) consoleHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", guard.Pages(http.HandlerFunc(s.health)))
	if s.HasConsole() {
		s.pages = s.cfg.Console(s.Running, s.Host.Started)
		mux.Handle("/", s.pages)
	} else {
		mux.Handle("/", guard.Pages(http.NotFoundHandler()))
	}
	return mux
}

// health answers 200 when every function has asked for its first event.
func (s *Stack) health(w http.ResponseWriter, _ *http.Request) {
	ready := s.Host.Ready()
	w.Header().Set("Content-Type", "application/json")
	if !ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"ready": ready, "functions": s.run.Load().Functions})
}

func (s *Stack) serve(l net.Listener, h http.Handler) {
	srv := guard.Server(h, s.log())
	s.servers = append(s.servers, srv)
	s.wg.Go(func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.log().Error("a port is not served any more", "address", l.Addr().String(), "error", err)
		}
	})
}
