package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/stripecli"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/webhook"
)

// listening is a stack to which payhooks listen forwards, with the CLI as Stripe ships it.
type listening struct {
	*rig
	stripe  *stripeOfCLI
	cli     string // its path
	printed *record
	stop    func() error
}

func TestStripesOwnCLIForwardsToTheStack(t *testing.T) {
	l := newListening(t)
	address, asked := noProxy(t)
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		t.Setenv(name, address)
	}
	l.withoutLogin()
	_, body := charged(l.rig, nil)
	l.post(body) // ingest has the secrets of before from here on
	l.start("--thin")
	l.snapshot()
	l.ofConnectedAccount()
	l.thin()
	l.notSubscribed()
	l.resent()
	l.live()
	if err := l.stop(); err != nil {
		t.Errorf("Ctrl-C: %v", err)
	}
	if hosts := asked(); hosts != "" {
		t.Errorf("the CLI asked others than Stripe's API: %s", hosts)
	}
	if out := l.printed.String(); strings.Contains(out, listenSecret) || strings.Contains(out, listenKey) || !strings.Contains(out, "whsec_…") || !strings.Contains(out, "[200] POST "+l.Local.API) {
		t.Errorf("printed %s", out)
	}
}

// newListening has npm install the CLI before HOME is another one.
func newListening(t *testing.T) *listening {
	t.Helper()
	if !slices.Contains([]string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64"}, runtime.GOOS+"/"+runtime.GOARCH) {
		t.Skipf("npm has no Stripe CLI for %s/%s that runs beside a local stack", runtime.GOOS, runtime.GOARCH)
	}
	l := &listening{rig: newOperator(t), stripe: newStripeOfCLI(t), printed: &record{}}
	cli, err := stripecli.Installed(t.Context(), "../local/stripecli", slog.Default())
	if err != nil {
		t.Fatal(err)
	}
	l.cli = cli.Path
	bin := t.TempDir()
	if err := os.Symlink(cli.Path, filepath.Join(bin, "stripe")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("STRIPE_API_KEY", listenKey)
	t.Setenv("STRIPE_DEVICE_NAME", "test")
	return l
}

// withoutLogin is a user whom Stripe does not know.
func (l *listening) withoutLogin() {
	for key, says := range map[string]string{"": "you have not configured API keys yet", "rk_test_51NotTheKey": "Invalid API Key"} {
		l.Setenv("STRIPE_API_KEY", key)
		r := l.run("listen", "--", "--api-base", l.stripe.url)
		if r.code != 1 || !strings.Contains(strings.ToLower(r.err), strings.ToLower(says)) || !strings.Contains(r.err, "stripe login") || strings.Contains(r.err, "NotTheKey") {
			l.Errorf("with key %q: %+v", key, r)
		}
	}
	l.Setenv("STRIPE_API_KEY", listenKey)
}

// start runs payhooks listen until stop.
func (l *listening) start(flags ...string) {
	l.Helper()
	ctx, cancel := context.WithCancel(l.Context())
	root := rootCommand()
	root.SetArgs(append(append([]string{"listen"}, flags...), "--", "--api-base", l.stripe.url))
	root.SetOut(l.printed)
	root.SetErr(l.printed)
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	l.stop = func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(10 * time.Second):
			return errors.New("still running after 10 s")
		}
	}
	l.Cleanup(cancel)
	l.eventually("both runs of the CLI are ready", func() bool {
		if len(ended) > 0 {
			l.Fatalf("payhooks listen ended: %v %s", <-ended, l.printed)
		}
		return strings.Count(l.printed.String(), "Ready!") == 2 && l.stripe.connected(webhooksFeature) && l.stripe.connected(v2Feature)
	})
}

// forwarded sends an event and waits until the CLI reports that the endpoint took it.
func (l *listening) forwarded(id string, e sentEvent, endpoint string) {
	l.Helper()
	l.stripe.send(id, e)
	l.answered(id, endpoint, 1)
}

func (l *listening) answered(id, endpoint string, times int) {
	l.Helper()
	var got []cliMessage
	l.eventually("the CLI reports the answer to "+id, func() bool {
		got = l.stripe.of("webhook_response", id)
		return len(got) == times
	})
	last := got[times-1]
	if last.Status != http.StatusOK || last.ForwardURL != l.Local.API+"/webhooks/"+endpoint {
		l.Errorf("%s: %+v", id, last)
	}
	if acks := l.stripe.of("event_ack", id); len(acks) != times {
		l.Errorf("%d of %d deliveries of %s were acknowledged", len(acks), times, id)
	}
}

func (l *listening) snapshot() {
	id, body := charged(l.rig, nil)
	l.forwarded(id, sentEvent{webhooksFeature, body}, "default")
	l.doneOnce(id)
}

func (l *listening) ofConnectedAccount() {
	id, body := charged(l.rig, func(e map[string]any) { e["account"] = "acct_1" })
	l.forwarded(id, sentEvent{webhooksFeature, body}, "connect")
	l.status(id, event.StatusDone)
}

func (l *listening) thin() {
	id, body := charged(l.rig, nil)
	thin := l.thinOf(body)
	l.forwarded(fakestripe.ThinID(id, false), sentEvent{v2Feature, thin}, "default")
	l.doneThin(id, 1)
}

// thinOf is the thin event of an occurrence that fake Stripe has.
func (l *listening) thinOf(snapshot []byte) []byte {
	l.Helper()
	thin, err := fakestripe.Thin(snapshot, true)
	if err == nil {
		err = fakestripe.PutEvents(l.Context(), l.FakeStripe, json.RawMessage(snapshot))
	}
	if err != nil {
		l.Fatal(err)
	}
	return thin
}

// notSubscribed sends an event that no action takes, then one that an action does: the CLI
// posts the second only.
func (l *listening) notSubscribed() {
	id, body := charged(l.rig, func(e map[string]any) { e["type"] = "topup.succeeded" })
	l.stripe.send(id, sentEvent{webhooksFeature, body})
	l.snapshot()
	if acks, posts := l.stripe.of("event_ack", id), l.stripe.of("webhook_response", id); len(acks) != 1 || len(posts) != 0 {
		l.Errorf("acknowledged %v, posted %v", acks, posts)
	}
}

// resent has Stripe send events of both forms again.
func (l *listening) resent() {
	id, body := charged(l.rig, nil)
	l.forwarded(id, sentEvent{webhooksFeature, body}, "default")
	l.doneOnce(id)
	thin := fakestripe.ThinID(id, false)
	l.forwarded(thin, sentEvent{v2Feature, l.thinOf(body)}, "default")
	before := l.show(id)
	for _, one := range []string{id, thin} {
		cmd := exec.CommandContext(l.Context(), l.cli, "events", "resend", one, "--api-base", l.stripe.url) //nolint:gosec // the CLI
		cmd.Env = append(os.Environ(), "STRIPE_CLI_TELEMETRY_OPTOUT=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), one) {
			l.Fatalf("stripe events resend %s: %v %s", one, err, out)
		}
		l.answered(one, "default", 2)
	}
	l.doneOnce(id)
	if after := l.show(id); len(after.Deliveries) != len(before.Deliveries) {
		l.Errorf("deliveries %+v, before %+v", after.Deliveries, before.Deliveries)
	}
}

// live posts a live event signed with the secret that the stack got: only a run of the CLI
// with --live, by hand, would do so.
func (l *listening) live() {
	_, body := charged(l.rig, func(e map[string]any) { e["livemode"] = true })
	w := trigger.NewWebhook(l.Local.API+"/webhooks/default", listenSecret)
	if code, _, err := w.Send(l.Context(), body); code != http.StatusForbidden {
		l.Errorf("a live event: %d, %v", code, err)
	}
	if code, _, err := trigger.NewWebhook(w.URL, demoSecret).Send(l.Context(), body); code != http.StatusOK {
		l.Errorf("a live sample: %d, %v", code, err)
	}
	if _, err := webhook.ParseSecrets(listenSecret); err != nil || webhook.MadeByStripe(listenSecret) {
		l.Error("the secret has another form than the CLI's", err)
	}
}
