package local_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/metric"
	"github.com/payhooks/payhooks/internal/stripetest"
)

const secret = "whsec_test"

func config(dir string) local.Config {
	return local.Config{Dir: filepath.Join("..", ".."), DataDir: dir, Secret: secret}
}

// TestMain is also the stack that a test kills: see child.
func TestMain(m *testing.M) {
	dir := os.Getenv("STACK_OF_TEST")
	if dir == "" {
		os.Exit(m.Run())
	}
	if _, err := local.Start(context.Background(), config(dir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {} // until it is killed
}

// child runs a stack in a process of its own.
func child(t *testing.T, dir string) (*exec.Cmd, local.Running) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), "STACK_OF_TEST="+dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 600 {
		if r, err := local.Find(dir); err == nil && r.PID == cmd.Process.Pid {
			return cmd, r
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the stack did not start within a minute")
	return nil, local.Running{}
}

// payment is a signed event of its own payment.
func payment(id string) []byte {
	l := &stripetest.Life{Version: stripetest.Older, Now: time.Now(), NewID: func(prefix string) string { return prefix + id }}
	l.Payment(stripetest.Payment{}).SendIntent("succeeded", "succeeded", stripetest.Object{"amount_received": 1000, "latest_charge": "ch_" + id})
	return l.Events[0].Body()
}

// post posts a signed body and returns the status, 0 when nothing answered.
func post(ctx context.Context, api string, body []byte) int {
	return postTo(ctx, api+"/webhooks/default", body)
}

func signature(at, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "." + body))
	return "t=" + at + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

func postTo(ctx context.Context, url string, body []byte) int {
	at := fmt.Sprint(time.Now().Unix())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(string(body)))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Stripe-Signature", signature(at, string(body)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode
}

func tables(r local.Running) *dynamo.Tables {
	return dynamo.Open(awssdk.Config{
		Region: r.Region, BaseEndpoint: &r.AWS,
		Credentials: credentials.NewStaticCredentialsProvider(r.AccessKey, r.SecretKey, ""),
	}, r.Stack, &metric.Counts{}, time.Now)
}

// withoutShop reports whether the actions of the sample shop were removed: no
// event has a subscriber then.
func withoutShop() bool {
	_, err := os.Stat("../../internal/shop")
	return os.IsNotExist(err)
}

// waitDone waits until every subscriber has done the event.
func waitDone(t *testing.T, db *dynamo.Tables, id string) {
	t.Helper()
	var last string
	for end := time.Now().Add(90 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		e, err := db.Get(t.Context(), id)
		if err != nil || e.Pending {
			last = fmt.Sprintf("pending %v, %v", e.Pending, err)
			continue
		}
		refs := make([]event.DeliveryRef, len(e.Subscribers))
		for i, action := range e.Subscribers {
			refs[i] = event.DeliveryRef{Action: action, Event: id}
		}
		ds, err := db.Deliveries(t.Context(), refs)
		done := slices.DeleteFunc(ds, func(d event.Delivery) bool { return d.State != event.Done })
		if err == nil && len(done) == len(e.Subscribers) && (len(done) > 0 || withoutShop()) {
			return
		}
		last = fmt.Sprintf("%d of the subscribers %v done, %v", len(done), e.Subscribers, err)
	}
	t.Errorf("%s is not finished: %s", id, last)
}

func TestAcceptedEventsFinishAfterKillAndRestart(t *testing.T) {
	dir := t.TempDir()
	cmd, run := child(t, dir)
	var mu sync.Mutex
	var accepted []string
	var wg sync.WaitGroup
	kill := sync.OnceFunc(func() { _ = cmd.Process.Kill() })
	for w := range 4 {
		wg.Go(func() {
			for i := range 30 {
				id := fmt.Sprintf("w%dn%d", w, i)
				if post(t.Context(), run.API, payment(id)) != http.StatusOK {
					return // it was killed
				}
				mu.Lock()
				accepted = append(accepted, "evt_"+id)
				n := len(accepted)
				mu.Unlock()
				if n == 40 {
					kill()
				}
			}
		})
	}
	wg.Wait()
	_ = cmd.Wait()
	_, run = child(t, dir)
	db := tables(run)
	for _, id := range accepted {
		waitDone(t, db, id)
	}
	t.Logf("%d events were accepted before the kill", len(accepted))
}

// start starts a stack of the real template in this process.
func start(t *testing.T, change func(*local.Config)) *local.Stack {
	t.Helper()
	cfg := config(t.TempDir())
	if change != nil {
		change(&cfg)
	}
	s, err := local.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestEventsGetThroughWhileFunctionsAndEngineAreKilled(t *testing.T) {
	s := start(t, nil)
	var ids []string
	for i := range 30 {
		switch i {
		case 5, 15:
			for _, f := range s.Template.Functions {
				for _, pid := range s.Host.Processes(f.LogicalID) {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
		case 10, 20:
			_ = syscall.Kill(s.Engine.PID(), syscall.SIGKILL)
		}
		id := fmt.Sprintf("kill%d", i)
		for n := 0; post(t.Context(), s.API, payment(id)) != http.StatusOK; n++ {
			if n == 100 {
				t.Fatal("nothing is accepted any more")
			}
			time.Sleep(50 * time.Millisecond) // Stripe would wait longer
		}
		ids = append(ids, "evt_"+id)
	}
	showMessages(t, s)
	db := tables(s.Running)
	for _, id := range ids {
		waitDone(t, db, id)
	}
}

// showMessages ends the visibility timeout of all messages, which killed
// functions hold for three minutes. Those that a live one has are received twice.
func showMessages(t *testing.T, s *local.Stack) {
	t.Helper()
	for _, p := range s.Template.Pollers {
		q, err := s.AWS.Queue(p.Queue)
		if err == nil {
			err = q.Release()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAStoppedStackIsGoneWithinFiveSecondsAndLeavesNoProcess(t *testing.T) {
	s := start(t, nil)
	pids := []int{s.Engine.PID()}
	for _, f := range s.Template.Functions {
		pids = append(pids, s.Host.Processes(f.LogicalID)...)
	}
	if len(pids) != len(s.Template.Functions)+1 {
		t.Errorf("it runs %d processes for %d functions and an engine", len(pids), len(s.Template.Functions))
	}
	begin := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	for _, pid := range pids {
		if syscall.Kill(pid, 0) == nil {
			t.Errorf("process %d is left", pid)
		}
	}
}

func TestARunningStackAnswersForItsHealthAndItsFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	s := start(t, func(c *local.Config) { c.DataDir = dir })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Console+"/healthz", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	var health struct{ Ready bool }
	if err != nil || json.Unmarshal(body, &health) != nil || res.StatusCode != http.StatusOK || !health.Ready {
		t.Errorf("healthz: %d %s %v", res.StatusCode, body, err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("data folder: %v, %v", info.Mode(), err)
	}
	if r, err := local.Find(dir); err != nil || r.API != s.API {
		t.Errorf("Find: %+v, %v", r, err)
	}
	_, err = local.Start(t.Context(), config(dir))
	if err == nil || !strings.Contains(err.Error(), "set DATA_DIR to another folder") {
		t.Errorf("a second stack on the folder: %v", err)
	}
}

func TestEveryEndpointOfTheParametersWorks(t *testing.T) {
	s := start(t, nil)
	of := func(id string) []byte {
		return []byte(strings.Replace(string(payment(id)), `{`, `{"account":"acct_1",`, 1))
	}
	db := tables(s.Running)
	for endpoint, body := range map[string][]byte{"connect": of("connect"), "default": payment("default"), "eventbridge": payment("eventbridge")} {
		if code := postTo(t.Context(), s.API+"/webhooks/"+endpoint, body); code != http.StatusOK {
			t.Errorf("%s answered %d", endpoint, code)
		}
		e, err := db.Get(t.Context(), "evt_"+endpoint)
		if err != nil || e.Endpoint != endpoint || (e.Account == "acct_1") != (endpoint == "connect") {
			t.Errorf("%s stored %+v, %v", endpoint, e.Facts, err)
		}
		waitDone(t, db, "evt_"+endpoint)
	}
}

func TestATakenPortIsNamedWithTheVariableToChange(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	taken := l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert,errcheck // it listens on tcp
	for variable, change := range map[string]func(*local.Config){
		"PORT":         func(c *local.Config) { c.Port = taken },
		"CONSOLE_PORT": func(c *local.Config) { c.ConsolePort = taken },
	} {
		cfg := config(t.TempDir())
		change(&cfg)
		_, err := local.Start(t.Context(), cfg)
		want := fmt.Sprintf("port %d is taken by another program; stop it, or set %s to a free port", taken, variable)
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestWithoutAStackFindSaysHowToStartOne(t *testing.T) {
	if _, err := local.Find(t.TempDir()); err == nil || !strings.Contains(err.Error(), "make run") {
		t.Errorf("got %v", err)
	}
}
