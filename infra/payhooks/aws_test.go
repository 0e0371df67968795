//go:build aws

package main

import (
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http/httptest"
	"net/http/httputil"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/ministack"
)

// account is an AWS account on MiniStack, and a checkout that is deployed to it.
type account struct {
	*testing.T
	*ministack.MiniStack

	dir    string // the checkout
	stripe string // fake Stripe as functions reach it
	puts   string // the same, to put objects
}

// TestStackOnMiniStack deploys the templates with SAM, as the README and
// infra/RUNBOOK.md say, to an implementation of AWS that is not ours. Each step
// stands on the ones before.
func TestStackOnMiniStack(t *testing.T) {
	a := newAccount(t)
	for _, s := range []struct {
		name string
		run  func(*account)
	}{
		{"sam build compiles all functions once, twice the same", (*account).build},
		{"a first deploy that fails half-way", (*account).failedFirstDeploy},
		{"the first deploy, as the README types it", (*account).firstDeploy},
		{"a month of events, compared and audited", (*account).month},
		{"credentials of each function, tried on all else", (*account).onlyTheirWork},
		{"an action is added, and its event types change", (*account).addAction},
		{"every command with --stack", (*account).everyCommand},
		{"a second stack, stuck in a rollback and freed", (*account).secondStack},
		{"an update that adds a table is rolled back, then again", (*account).addTable},
		{"an index is added", (*account).addIndex},
		{"a table is restored from point-in-time recovery", (*account).restoreTable},
		{"a bad release of an action, taken back; its state rebuilt", (*account).badRelease},
		{"an action is renamed", (*account).renameAction},
		{"the stack is deleted, and created again", (*account).deleteAndCreate},
		{"the release before this one, and this one again", (*account).backAndForth},
	} {
		begin := time.Now()
		if !t.Run(s.name, func(t *testing.T) {
			b := *a
			b.T = t
			s.run(&b)
		}) {
			t.Fatalf("%s; MiniStack wrote:\n%s", s.name, a.Log())
		}
		fmt.Printf("%6.1f s  %s\n", time.Since(begin).Seconds(), s.name)
	}
	fmt.Println("\nMiniStack is not AWS in this:")
	for _, d := range ministack.Differences() {
		fmt.Printf("- it %s\n  checked otherwise: %s\n", d.What, d.Checked)
		if d.Allows != "" {
			fmt.Printf("  left out of what credentials allow: %s\n", d.Allows)
		}
	}
}

func newAccount(t *testing.T) *account {
	t.Helper()
	fake := &local.FakeStripe{DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler)}
	if err := fake.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("ministack")
	if err != nil {
		t.Fatal("MiniStack is not on the PATH: run make aws, which installs it")
	}
	m, err := ministack.Start(t.Context(), program, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		if err := fake.Close(); err != nil {
			t.Error(err)
		}
	})
	for k, v := range m.Env() {
		t.Setenv(k, v)
	}
	t.Setenv("STRIPE_API_BASE", fake.URL()) // the commands ask Stripe, too
	a := &account{T: t, MiniStack: m, dir: copyProject(t), stripe: fake.URL(), puts: fake.OperatorURL()}
	a.adapt(a.dir)
	return a
}

// adapt makes a checkout deployable here.
func (a *account) adapt(dir string) {
	a.Helper()
	a.ok(ministack.Adapt(dir, a.stripe, false))
	a.architecture(dir)
}

// architecture makes this machine's the default, as the README says.
func (a *account) architecture(dir string) {
	a.Helper()
	if arch := ministack.Architecture(runtime.GOARCH); arch != "arm64" {
		a.ok(ministack.Apply(dir, ministack.Edit{File: "template.yaml", Old: "Default: arm64", New: "Default: " + arch}))
	}
}

func (a *account) ok(err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}

// target connects to a deployed stack as --stack does, with a server that leads
// to its API.
func (a *account) target(stack string) *cli.Target {
	a.Helper()
	cmd := command(a.T)
	cli.StackFlag(cmd)
	a.ok(cmd.Flags().Set("stack", stack))
	t, err := cli.Open(cmd)
	a.ok(err)
	api, err := a.Route(a.Context(), stack)
	a.ok(err)
	if proxy, ok := api.(*httputil.ReverseProxy); ok {
		proxy.ErrorLog = log.New(io.Discard, "", 0)
	}
	server := httptest.NewServer(api)
	a.Cleanup(server.Close)
	t.API, t.FakeStripe = server.URL, a.puts
	return t
}
