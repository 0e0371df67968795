package stripecli

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/local"
)

// installed puts a program called stripe on the PATH, alone.
func installed(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "stripe"), []byte("#!/bin/sh\n"+script), 0o700); err != nil { //nolint:gosec // it must run
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
}

func endpoints(t *testing.T, text string) Endpoints {
	t.Helper()
	e, err := EndpointsOf(local.Running{API: "http://localhost:1", Environment: map[string]map[string]string{"ingest": {"ENDPOINTS": text}}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestEachFormIsARunWithTheTypesThatActionsTake(t *testing.T) {
	e := endpoints(t, "live=live,default=any,connect=test+connect,eventbridge=any")
	types := []string{"reporting.report_run.succeeded", "charge.succeeded", "v1.customer.subscription.past_due"}
	for twins, want := range map[bool]string{
		false: "v1.customer.subscription.past_due",
		true:  "v1.charge.succeeded,v1.customer.subscription.past_due",
	} {
		routes := Routes(types, twins, e)
		if len(routes) != 2 || routes[0].Form != Snapshot || strings.Join(routes[0].Events, ",") != "charge.succeeded,reporting.report_run.succeeded" || strings.Join(routes[1].Events, ",") != want {
			t.Errorf("with twins %t: %+v", twins, routes)
		}
		for _, r := range routes {
			if r.To != "http://localhost:1/webhooks/default" || r.Connect != "http://localhost:1/webhooks/connect" {
				t.Errorf("%+v", r)
			}
		}
	}
	if r := Routes(types[1:2], false, endpoints(t, "a=any")); len(r) != 1 || r[0].Connect != "" {
		t.Errorf("%+v", r)
	}
	if _, err := EndpointsOf(local.Running{Environment: map[string]map[string]string{"ingest": {"ENDPOINTS": "default=live,connect=any+connect"}}}); err == nil || !strings.Contains(err.Error(), "infra/local/parameters.yaml") {
		t.Errorf("without an endpoint: %v", err)
	}
}

func TestEveryVersionOfTheCLIIsAskedAsItUnderstands(t *testing.T) {
	thin := Route{Form: Thin, Events: []string{"v1.a", "v2.b"}, To: "http://x/1", Connect: "http://x/2"}
	snapshot := Route{Form: Snapshot, Events: []string{"a"}, To: "http://x/1"}
	for help, want := range map[string]string{
		"--events --all-thin --forward-to":          "--events v1.a,v2.b --forward-to http://x/1 --forward-connect-to http://x/2 --project-name shop",
		"--events --thin-events --forward-to":       "--events= --thin-events v1.a,v2.b --forward-thin-to http://x/1 --forward-thin-connect-to http://x/2 --project-name shop",
		"--events --forward-to":                     "",
		"usage: stripe [-r] FILE, stripes pictures": "no Stripe CLI",
		"'; echo rk_test_1234 >&2; exit 3; echo '":  "rk_test_…",
	} {
		installed(t, "echo '"+help+"'")
		c, err := OnPath(t.Context())
		if want == "no Stripe CLI" || want == "rk_test_…" {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", help, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		c.Flags = []string{"--project-name", "shop"}
		args, err := c.Arguments(thin)
		if got := strings.Join(args, " "); want == "" && err == nil || want != "" && got != "listen --skip-update --color off "+want {
			t.Errorf("%s: %s, %v", help, got, err)
		}
		args, err = c.Arguments(snapshot)
		if got := strings.Join(args, " "); err != nil || got != "listen --skip-update --color off --events a --forward-to http://x/1 --project-name shop" {
			t.Errorf("%s: %s, %v", help, got, err)
		}
	}
}

func TestWithoutCLIAndNpmTheErrorSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	dir := t.TempDir()
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OnPath(t.Context()); err != ErrNone { //nolint:errorlint // it is that one
		t.Errorf("got %v", err)
	}
	_, err := Installed(t.Context(), dir, slog.Default())
	if err == nil || !strings.Contains(err.Error(), "install Node.js") || !strings.Contains(err.Error(), "docs.stripe.com/stripe-cli/install") {
		t.Errorf("got %v", err)
	}
}

func TestKeysOfLiveModeAreRefusedWithoutNamingThem(t *testing.T) {
	for _, c := range []struct {
		key   string
		flags []string
		says  string
	}{
		{"", nil, ""},
		{"rk_test_hidden", []string{"--project-name", "live"}, ""},
		{"sk_live_hidden", nil, "STRIPE_API_KEY"},
		{"rk_live_hidden", nil, "STRIPE_API_KEY"},
		{"", []string{"--live"}, "--live"},
		{"", []string{"--live=true"}, "--live"},
		{"", []string{"--api-key", "sk_live_hidden"}, "rk_test_…"},
		{"", []string{"--api-key=rk_live_hidden"}, "rk_test_…"},
	} {
		if got := Live(c.key, c.flags); (got == "") != (c.says == "") || !strings.Contains(got, c.says) || strings.Contains(got, "hidden") {
			t.Errorf("%q %q: %q", c.key, c.flags, got)
		}
	}
}

func TestWhatTheCLIPrintsIsShownWithoutSecretsUntilItEnds(t *testing.T) {
	installed(t, "case $2 in --help) echo --forward-to --all-thin;; *) printf 'secret is whsec_ab12 (^C)\\n\\nkey rk_test_123, sk_live_9\\nthe end' >&2; exit 7;; esac")
	c, err := OnPath(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	err = c.Listen(context.Background(), []Route{{Form: Snapshot, Events: []string{"a"}}}, func(form, text string) { lines = append(lines, form+" "+text) })
	want := []string{"snapshot secret is whsec_… (^C)", "snapshot key rk_test_…, sk_live_…", "snapshot the end"}
	if !slices.Equal(lines, want) || err == nil || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("%q, %v", lines, err)
	}
	if _, err := c.Secret(t.Context()); err == nil || !strings.Contains(err.Error(), "stripe login") || strings.Contains(err.Error(), "ab12") {
		t.Errorf("%v", err)
	}
}
