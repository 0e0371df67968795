//go:build aws

package main

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/ministack"
)

// account is an AWS account on MiniStack, and a checkout that is deployed to it.
type account struct {
	*testing.T
	*ministack.MiniStack

	dir    string // the checkout
	stripe string // fake Stripe
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
		{"sam build compiles every function once", (*account).build},
		{"first deploy, as the README types it", (*account).firstDeploy},
		{"a month of events, compared and audited", (*account).month},
		{"every command with --stack", (*account).everyCommand},
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
		fmt.Printf("- it %s\n  checked by: %s\n", d.What, d.Checked)
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
	a := &account{T: t, MiniStack: m, dir: copyProject(t), stripe: fake.URL()}
	a.adapt(a.dir)
	return a
}

// adapt makes a checkout deployable here.
func (a *account) adapt(dir string) {
	a.Helper()
	a.ok(ministack.Adapt(dir, a.stripe))
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

// sam must succeed.
func (a *account) sam(args ...string) string {
	a.Helper()
	out, err := a.Sam(a.Context(), a.dir, args...)
	a.ok(err)
	return out
}

// deploy builds and deploys the checkout as an update of the stack.
func (a *account) deploy(stack string) {
	a.Helper()
	a.sam("build")
	a.sam("deploy", "--stack-name", stack, "--no-confirm-changeset")
}

// secret sets a secret's value.
func (a *account) secret(name, value string) {
	a.Helper()
	_, err := secretsmanager.NewFromConfig(a.Config()).PutSecretValue(a.Context(), &secretsmanager.PutSecretValueInput{SecretId: &name, SecretString: &value})
	a.ok(err)
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
	server := httptest.NewServer(api)
	a.Cleanup(server.Close)
	t.API, t.FakeStripe = server.URL, a.stripe
	return t
}

func (a *account) build() {
	a.sam("build")
	binaries, err := filepath.Glob(filepath.Join(a.dir, ".aws-sam/build/*/bootstrap"))
	a.ok(err)
	sums := a.sums(binaries)
	a.sam("build")
	if again := a.sums(binaries); len(sums) < 3 || !maps.Equal(sums, again) {
		a.Errorf("building twice gives different binaries: %v, %v", sums, again)
	}
}

func (a *account) month() {
	p, err := newPlan(demo.Seed, 24)
	a.ok(err)
	t := a.target("payhooks")
	r, err := demo.Verify(command(a.T), t, p)
	if err != nil {
		a.explain("payhooks")
		a.Fatal(err)
	}
	for _, broken := range r.Broken {
		a.Error(broken)
	}
	if r.Events != len(p.Events) || r.Audit.Checked == 0 {
		a.Errorf("%d of %d events were compared, %d rows audited", r.Events, len(p.Events), r.Audit.Checked)
	}
	a.Logf("%d events in %d requests, all done in %.1f s; %d rows audited", r.Events, r.Requests, r.Seconds, r.Audit.Checked)
}

var _ = slices.Sorted[string]
var _ = http.DefaultClient
