package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// stand is a stack that verifies and parses what is posted to it.
type stand struct {
	*httptest.Server
	mu    sync.Mutex
	seen  map[string]int // posts by event id
	facts event.Facts    // of the last
	paths map[string]int
	code  int
}

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{seen: map[string]int{}, paths: map[string]int{}, code: http.StatusOK}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if err := webhook.Verify(body, r.Header.Get("Stripe-Signature"), []string{"whsec_test"}, time.Now()); err != nil {
			t.Errorf("signature: %v", err)
		}
		f, reason := webhook.Parse(body)
		if reason != "" {
			t.Errorf("body: %s", reason)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.seen[f.ID]++
		s.paths[r.Method+" "+r.URL.Path]++
		s.facts = f
		w.WriteHeader(s.code)
		_, _ = io.WriteString(w, `{"status":"stored"}`)
	}))
	t.Cleanup(s.Close)
	return s
}

// payhooks runs a command line and returns what it prints and its exit code.
func payhooks(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	root := rootCommand()
	var text bytes.Buffer
	root.SetOut(&text)
	root.SetErr(io.Discard)
	root.SetArgs(args)
	if err := root.ExecuteContext(t.Context()); err != nil {
		return text.String() + err.Error(), cli.ExitCode(err)
	}
	return text.String(), 0
}

func TestTriggerPostsASignedFreshSample(t *testing.T) {
	s := newStand(t)
	out, code := payhooks(t, "trigger", "payment_intent.succeeded", "--url", s.URL, "--secret", "whsec_test",
		"--override", "amount=4200", "--override", "event.livemode=true")
	if code != 0 || len(s.seen) != 1 || s.paths["POST /webhooks/default"] != 1 {
		t.Fatalf("exit %d, %v, %v: %s", code, s.seen, s.paths, out)
	}
	if s.facts.Amount == nil || *s.facts.Amount != 4200 || !s.facts.Livemode || time.Since(s.facts.Created) > time.Minute {
		t.Errorf("posted %+v", s.facts)
	}
	if !strings.Contains(out, s.facts.ID) || !strings.Contains(out, "stored") {
		t.Errorf("printed %q", out)
	}
}

func TestTriggerSendsManyAndDuplicates(t *testing.T) {
	s := newStand(t)
	out, code := payhooks(t, "trigger", "charge.succeeded", "--url", s.URL, "--secret", "whsec_test",
		"--count", "50", "--duplicate", "2", "--api-version", "2023-10-16", "--endpoint", "connect", "--json")
	if code != 0 || len(s.seen) != 50 || s.paths["POST /webhooks/connect"] != 150 || s.facts.APIVersion != "2023-10-16" {
		t.Fatalf("exit %d, %d events, %v, %s", code, len(s.seen), s.paths, s.facts.APIVersion)
	}
	for id, n := range s.seen {
		if n != 3 {
			t.Errorf("%s was sent %d times", id, n)
		}
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for _, line := range lines {
		var p trigger.Posted
		if err := json.Unmarshal([]byte(line), &p); err != nil || p.Answer != 200 || p.Status != "stored" || s.seen[p.ID] == 0 {
			t.Fatalf("line %s: %v", line, err)
		}
	}
	if len(lines) != 150 {
		t.Errorf("%d lines", len(lines))
	}
}

func TestTriggerFailsUnlessAllAreAccepted(t *testing.T) {
	s := newStand(t)
	s.code = http.StatusServiceUnavailable
	if out, code := payhooks(t, "trigger", "charge.succeeded", "--count", "2", "--url", s.URL+"/webhooks/other", "--secret", "whsec_test"); code != 1 || s.paths["POST /webhooks/other"] != 2 {
		t.Errorf("exit %d, %v: %s", code, s.paths, out)
	}
	s.Close()
	if out, code := payhooks(t, "trigger", "charge.succeeded", "--url", s.URL, "--secret", "whsec_test"); code != 1 {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestTriggerExplainsWrongUse(t *testing.T) {
	t.Setenv("STRIPE_WEBHOOK_SECRET", "")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"charge.succeded"}, "charge.succeeded"},
		{[]string{"refunded"}, "charge.refunded"},
		{[]string{"nothing.like.it.at.all"}, "--list"},
		{[]string{"paymet"}, "did you mean payment"},
		{[]string{"payment", "charge.succeded"}, "did you mean charge.succeeded"},
		{[]string{"v1.charge.succeded"}, "did you mean v1.charge.succeeded"},
		{[]string{"payment", "--list"}, "leave out payment"},
		{[]string{"payment", "--count", "500"}, "at most 1000"},
		{[]string{"payment", "--envelope"}, "--envelope prints one event"},
		{[]string{"charge.succeeded", "charge.failed", "--envelope"}, "--envelope prints one event"},
		{[]string{"payment", "--override", "amount=1"}, "scenario payment has several"},
		{[]string{"charge.succeeded", "--override", "amout=1"}, "did you mean amount"},
		{[]string{"charge.succeeded", "--override", "last4=1881"}, "payment_method_details.card.last4"},
		{[]string{"charge.succeeded", "--override", "event.livmode=true"}, "did you mean event.livemode"},
		{[]string{"charge.succeeded", "invoice.paid", "--override", "captured=true"}, "sample of invoice.paid has no such field"},
		{[]string{"v1.charge.succeeded", "--override", "amout=1"}, "did you mean amount"},
		{[]string{"v1.billing.meter.no_meter_found", "--override", "amount=1"}, "--override changes the object of a snapshot"},
		{[]string{"charge.succeeded", "--override", "nothing_like_it_there=1"}, "+nothing_like_it_there=… adds it"},
		{[]string{"charge.succeeded", "--account", "shop"}, "expected acct_…"},
		{nil, "--list"},
		{[]string{"charge.succeeded", "--count", "0"}, "--count"},
		{[]string{"charge.succeeded", "--api-version", "2020-08-27"}, "2023-10-16"},
		{[]string{"charge.succeeded", "--url", "http://127.0.0.1:1"}, "STRIPE_WEBHOOK_SECRET"},
		{[]string{"charge.succeeded", "--url", "127.0.0.1:1", "--secret", "whsec_test"}, "http://"},
		{[]string{"charge.succeeded", "--url", "http://127.0.0.1:1", "--secret", "sk_live_1"}, "whsec_"},
		{[]string{"charge.succeeded", "--url", "http://127.0.0.1:1", "--secret", "whsec_test", "--override", "x"}, "path=value"},
		{[]string{"charge.succeeded", "--colour"}, "unknown flag"},
		{[]string{"charge.succeeded", "--via", "pigeon"}, "eventbridge"},
		{[]string{"charge.succeeded", "--via", "eventbridge", "--url", "http://127.0.0.1:1"}, "--url is of a webhook"},
		{[]string{"charge.succeeded", "--via", "eventbridge", "--secret", "whsec_test"}, "--secret is of a webhook"},
		{[]string{"charge.succeeded", "--via", "eventbridge", "--endpoint", "default"}, "--endpoint is of a webhook"},
		{[]string{"charge.succeeded", "--via", "eventbridge", "--envelope"}, "--envelope is of a webhook"},
	} {
		if out, code := payhooks(t, append([]string{"trigger"}, c.args...)...); code != 2 || !strings.Contains(out, c.says) {
			t.Errorf("%v: exit %d, %q should speak of %s", c.args, code, out, c.says)
		}
	}
}

func TestTriggerWithoutAStackSaysHowToStartOne(t *testing.T) {
	t.Setenv("DATA_DIR", t.TempDir())
	for _, via := range []string{"webhook", "eventbridge"} {
		if out, code := payhooks(t, "trigger", "charge.succeeded", "--via", via); code != 1 || !strings.Contains(out, "make run") {
			t.Errorf("%s: exit %d: %s", via, code, out)
		}
	}
}

func TestTriggerPrintsAnEnvelopeThatIsSignedNow(t *testing.T) {
	t.Setenv("DATA_DIR", t.TempDir())
	out, code := payhooks(t, "trigger", "charge.succeeded", "--envelope", "--endpoint", "connect")
	var req lambda.APIGatewayV2HTTPRequest
	if err := json.Unmarshal([]byte(out), &req); err != nil || code != 0 {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	err := webhook.Verify([]byte(req.Body), req.Headers["stripe-signature"], []string{"whsec_local"}, time.Now())
	if err != nil || req.PathParameters["endpoint"] != "connect" || req.RequestContext.HTTP.Method != "POST" {
		t.Errorf("%v: %+v", err, req.RequestContext)
	}
}

func TestTriggerSendsSeveralTypesInTurn(t *testing.T) {
	s := newStand(t)
	out, code := payhooks(t, "trigger", "charge.succeeded", "invoice.paid", "--count", "2", "--account", "acct_1", "--override", "+note=x",
		"--url", s.URL, "--secret", "whsec_test", "--json")
	types := map[string]int{}
	for _, p := range objects[trigger.Posted](t, out) {
		types[p.Type]++
	}
	if code != 0 || len(s.seen) != 4 || types["charge.succeeded"] != 2 || types["invoice.paid"] != 2 || s.facts.Account != "acct_1" {
		t.Errorf("exit %d, %v, %v, account %q: %s", code, s.seen, types, s.facts.Account, out)
	}
}

func TestTriggerListsEachNameOnce(t *testing.T) {
	out, code := payhooks(t, "trigger", "--list", "--json", "--api-version", "2023-10-16")
	if lines := strings.Count(out, "\n"); code != 0 || lines != 244 {
		t.Errorf("exit %d, %d lines", code, lines)
	}
	forms, seen := map[string]int{}, map[string]bool{}
	for _, row := range objects[trigger.Sendable](t, run(t, "trigger", "--list", "--json").out) {
		if forms[row.Form]++; seen[row.Name] || row.About == "" || len(row.Posts) == 0 {
			t.Errorf("%+v", row)
		}
		seen[row.Name] = true
	}
	if forms["scenario"] != 5 || forms["snapshot"] != 283 || forms["thin"] != 224 || !seen["v1.charge.succeeded"] {
		t.Errorf("%v", forms)
	}
	r := run(t, "trigger", "--list")
	for _, says := range []string{"payment_intent.created, charge.succeeded", "event about charge", "twin of charge.succeeded"} {
		if !strings.Contains(r.out, says) {
			t.Errorf("the table does not contain %q", says)
		}
	}
	if last := "checkout.session.completed, charge.updated"; !regexp.MustCompile("a subscription begun.*" + last).MatchString(run(t, "trigger", "--list", "--wide").out) {
		t.Errorf("--wide leaves out some of what a subscription posts: %s", last)
	}
}

func TestEveryNameThatTriggerListsCanBeSent(t *testing.T) {
	f := triggerFlags{Request: trigger.Request{Version: events.Latest, Count: 1}}
	for _, row := range objects[trigger.Sendable](t, run(t, "trigger", "--list", "--json").out) {
		f.Version = append(row.Versions, events.Latest)[0]
		err := f.check([]string{row.Name})
		if err == nil {
			_, err = f.Sources([]string{row.Name})
		}
		if err != nil {
			t.Errorf("%s: %v", row.Name, err)
		}
	}
}
