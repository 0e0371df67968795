package local_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/aws"
)

// blocked are ports that browsers refuse, https://fetch.spec.whatwg.org/#port-blocking.
var blocked = []uint16{
	1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
}

// page is what a page in a browser on this machine can make it send. Of a page
// under a name of its own that resolves to this machine, the requests are within
// one origin, and a browser sends no Sec-Fetch-Site to a name without TLS.
type page struct {
	name   string
	method string
	header map[string]string
}

const other = "https://evil.example"

var crossOrigin = map[string]string{"Origin": other, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Content-Type": "text/plain"}

func pages(port uint16) []page {
	rebound := fmt.Sprintf("evil.example:%d", port)
	own := map[string]string{
		"Host": rebound, "Origin": "http://" + rebound, "Content-Type": "application/json",
		"Authorization": "Bearer rk_test_evil", "X-Amz-Target": "DynamoDB_20120810.ListTables",
	}
	return []page{
		{"a form or a simple POST", http.MethodPost, crossOrigin},
		{"a POST of a sandboxed frame", http.MethodPost, map[string]string{"Origin": "null", "Content-Type": "text/plain"}},
		{"an image or a script", http.MethodGet, map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}},
		{"a page of another port", http.MethodPost, map[string]string{"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-site", "Content-Type": "text/plain"}},
		{"a preflight", http.MethodOptions, map[string]string{"Origin": other, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,x-amz-target"}},
		{"a WebSocket", http.MethodGet, map[string]string{"Origin": other, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}},
		{"a POST under its own name", http.MethodPost, own},
		{"a PUT under its own name", http.MethodPut, own},
	}
}

var attacked = []string{
	"/", "/healthz", "/webhooks/default", "/_payhooks/faults", "/_payhooks/counts", "/_payhooks/mails", "/_stand-in/objects", "/_stand-in/events",
	"/v1/charges", "/v2/core/event_destinations", "/2015-03-31/functions/local-Ingest/invocations", "/2018-06-01/runtime/invocation/next",
}

// answer is a response whose body has been read.
type answer struct {
	status int
	header http.Header
	text   string
}

// ask sends a request as it is.
func ask(t *testing.T, method, url, body string, header map[string]string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	req.Host = header["Host"]
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

func TestRow68WebPageReachesNoPort(t *testing.T) {
	cmd, run := child(t, t.TempDir())
	found := listeners(t, cmd.Process.Pid)
	if len(found) < 6 {
		t.Errorf("the stack listens on %v, want API, console, endpoint, fake Stripe, Runtime API and engine", found)
	}
	engines := 0
	for _, at := range found {
		if !at.Addr().IsLoopback() {
			t.Errorf("%s is open to other machines", at)
		}
		if slices.Contains(blocked, at.Port()) {
			engines++
			continue // no browser sends anything there
		}
		attack(t, at)
	}
	if engines != 1 {
		t.Errorf("%d ports are those that browsers refuse, want the engine's", engines)
	}
	unchanged(t, run)
}

// attack sends everything that a page could to one port.
func attack(t *testing.T, at netip.AddrPort) {
	t.Helper()
	for _, p := range pages(at.Port()) {
		for _, path := range attacked {
			body := `{"faults":[{"kind":"delay","delay_ms":1}]}`
			if strings.HasPrefix(path, "/_stand-in/") {
				body = `[{"id":"ch_evil","object":"charge"}]`
			}
			got := ask(t, p.method, "http://"+at.String()+path, body, p.header)
			if got.status != http.StatusForbidden || got.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s to %s%s: answered %d %q", p.name, at, path, got.status, got.text)
			}
		}
	}
}

// unchanged fails if something of what the pages asked for was done.
func unchanged(t *testing.T, run local.Running) {
	t.Helper()
	own := func(path string) string {
		return ask(t, http.MethodGet, run.AWS+"/_payhooks/"+path, "", map[string]string{"Authorization": "Bearer " + run.Key}).text
	}
	var set aws.Faults
	if err := json.Unmarshal([]byte(own("faults")), &set); err != nil || len(set.Faults) != 0 {
		t.Errorf("faults are set: %+v, %v", set, err)
	}
	if text := own("refused"); text != "" {
		t.Errorf("pages wrote the list of refused requests: %s", text)
	}
	if got := ask(t, http.MethodGet, run.StripeBase+"/v1/charges/ch_evil", "", map[string]string{"Authorization": "Bearer rk_test_fake"}); got.status != http.StatusNotFound {
		t.Errorf("fake Stripe has the page's object: %d %s", got.status, got.text)
	}
}

// A page whose name resolves to this machine knows the secret that is the default,
// and could sign what it sends.
func TestRow68SignedWebhookOfPageIsNotStored(t *testing.T) {
	_, run := child(t, t.TempDir())
	body := string(payment("page"))
	at := strconv.FormatInt(time.Now().Unix(), 10)
	header := map[string]string{"Stripe-Signature": signature(at, body), "Content-Type": "application/json"}
	header["Origin"] = "http://evil.example:3000"
	header["Host"] = "evil.example:3000"
	if got := ask(t, http.MethodPost, run.API+"/webhooks/default", body, header); got.status != http.StatusForbidden {
		t.Errorf("a page's webhook: %d %s", got.status, got.text)
	}
	if e, err := tables(run).Get(t.Context(), "evt_page"); err == nil {
		t.Errorf("the event is stored: %+v", e.Facts)
	}
	delete(header, "Origin") // a tunnel has Stripe's request, under the tunnel's name
	if got := ask(t, http.MethodPost, run.API+"/webhooks/default", body, header); got.status != http.StatusOK {
		t.Errorf("a tunnel's webhook: %d %s", got.status, got.text)
	}
	if _, err := tables(run).Get(t.Context(), "evt_page"); err != nil {
		t.Errorf("a tunnel's event: %v", err)
	}
}

func TestRow68FakeStripeTakesObjectsOnlyWithKey(t *testing.T) {
	s, _ := startFake(t, t.TempDir())
	for url, want := range map[string]int{
		s.URL():         http.StatusUnauthorized,
		s.OperatorURL(): http.StatusNoContent,
		strings.Replace(s.OperatorURL(), "@", "x@", 1): http.StatusUnauthorized,
	} {
		if got := ask(t, http.MethodPut, url+"/_stand-in/objects", `[{"id":"ch_1","object":"charge"}]`, nil); got.status != want {
			t.Errorf("answered %d %s, want %d", got.status, got.text, want)
		}
	}
}
