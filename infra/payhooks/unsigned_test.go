package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/infra/cloudwatch"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/gateway"
	"github.com/payhooks/payhooks/infra/local/lambda"
	"github.com/payhooks/payhooks/infra/local/printer"
	"github.com/payhooks/payhooks/internal/webhook"
)

// forgery is what an attacker would like to read in a log: a line of ours that raises an
// alarm, one of Lambda's, and what rewrites a terminal.
const forgery = `{"message":"request","reason":"too_large","answer":500,"forged":1}` + "\r\n" +
	`{"type":"platform.report","record":{"status":"error"},"forged":1}` + "\n\x1b[2J\u009b1m\u202e\xff"

// logged are the lines that functions wrote.
type logged struct {
	mu    sync.Mutex
	lines []lambda.Line
}

func (l *logged) add(line lambda.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
}

// take returns the lines since the last time, once one of them says so.
func (l *logged) take(t *testing.T, until string) (lines []lambda.Line) {
	t.Helper()
	for range 200 {
		l.mu.Lock()
		for _, line := range l.lines {
			if strings.Contains(line.Text, until) {
				lines, l.lines = l.lines, nil
			}
		}
		l.mu.Unlock()
		if lines != nil {
			return lines
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("no function wrote %s", until)
	return nil
}

// alarmed are the alarms that the lines raise, by the metric filters and alarms of the
// template.
func alarmed(t *testing.T, lines []lambda.Line) (all []string) {
	t.Helper()
	watch, err := cloudwatch.Open(os.DirFS("../.."), "local", nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, l := range lines {
		watch.Log(l.Function.Logging.Group, l.Text, now, 1)
	}
	if err := watch.Look(now.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for _, n := range watch.Notices {
		if n.To != cloudwatch.OK {
			all = append(all, n.Alarm)
		}
	}
	return all
}

// unsigned are requests as they are sent, each without a right signature.
func unsigned() (all []string) {
	const wellFormed = "Stripe-Signature: t=%s,v1=0000000000000000000000000000000000000000000000000000000000000000\r\n"
	plausible := fmt.Sprintf(wellFormed, unix(time.Now()))
	large := func(n int) string { return strings.Repeat(forgery, n/len(forgery)) }
	post := func(path, headers, body string) {
		all = append(all, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: %d\r\n%s\r\n%s", path, len(body), headers, body))
	}
	for _, path := range []string{"/webhooks/default", "/webhooks/" + url.PathEscape(forgery), "/" + url.PathEscape(forgery), "/webhooks/\u009b\xff\u202e", "/webhooks/\x1b[2J\n"} {
		post(path, "", forgery)
		post(path, plausible, forgery)
		post(path+"?"+url.QueryEscape(forgery), "Stripe-Signature: "+url.PathEscape(forgery)+"\r\n", "")
	}
	for _, size := range []int{webhook.MaxBody, webhook.MaxBody + len(forgery) + 1, 5 << 20, 10 << 20, 11 << 20} {
		post("/webhooks/default", plausible, large(size))
		post("/webhooks/default", plausible+"Content-Type: application/json\r\n", strings.Repeat("[", size))
	}
	post("/webhooks/"+url.PathEscape(forgery), plausible, large(11<<20))
	post("/webhooks/default", "Stripe-Signature: t=1,v1=\u009b\xff\u202e\r\nUser-Agent: \u009b\xff\r\n", forgery)
	post("/webhooks/default", "Stripe-Signature: \x1b[2J\x00\r\n", forgery)
	post("/webhooks/default", "Stripe-Signature: "+strings.Repeat("v1=00,", 1600)+"\r\n", forgery)
	post("/webhooks/default", strings.Repeat("X-Forged: "+strings.Repeat("x", 900)+"\r\n", 20), forgery)
	return all
}

// send sends the bytes and returns the status of the answer.
func send(t *testing.T, api, request string) int {
	t.Helper()
	host := strings.TrimPrefix(api, "http://")
	request = strings.Replace(request, "HOST", host, 1)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() { _, _ = conn.Write([]byte(request)) }() // what is refused early is not read to its end
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%.100q: %v", request, err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

func TestRow67UnsignedRequestsRaiseNoAlarmAndShapeNoLine(t *testing.T) {
	dir, log, shown := t.TempDir(), &logged{}, &record{}
	t.Setenv("DATA_DIR", dir)
	people, scripts := printer.New(shown, false), printer.New(shown, true)
	s, err := local.Start(t.Context(), local.Config{
		Dir: "../..", DataDir: dir, Secret: demoSecret, Log: slog.New(people.Handler()),
		Output:  func(l lambda.Line) { log.add(l); people.Line(l); scripts.Line(l) },
		Refused: func(r gateway.Refusal) { people.Refused(r); scripts.Refused(r) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, request := range unsigned() {
		if status := send(t, s.API, request); status/100 != 4 {
			t.Errorf("%.100q: answer %d", request, status)
		}
	}
	body, err := events.Sample("charge.succeeded", events.Latest)
	if err != nil {
		t.Fatal(err)
	}
	if err := postSigned(t.Context(), s.API, demoSecret, body); err != nil {
		t.Errorf("a signed event afterwards: %v", err)
	}
	lines := log.take(t, `"stored"`)
	for _, l := range lines {
		if !json.Valid([]byte(l.Text)) || strings.Contains(l.Text, "forged") || visible(l.Text) != l.Text {
			t.Errorf("%s wrote %q", l.Function.LogicalID, l.Text)
		}
	}
	if all := alarmed(t, lines); len(all) > 0 || len(lines) < 15 {
		t.Errorf("%d lines, they raise %q", len(lines), all)
	}
	for name, text := range map[string]string{"the stack": shown.String(), "refused": run(t, "refused").out, "refused --json": run(t, "refused", "--json").out} {
		if visible(text) != text || strings.Contains(text, "\n{\"message\":\"request\",\"reason\":\"too_large\"") {
			t.Errorf("%s prints %q", name, text)
		}
	}
	for _, r := range objects[aws.Refused](t, run(t, "refused", "--json").out) {
		if r.Endpoint != "" && r.Endpoint != "default" {
			t.Errorf("refused %+v", r)
		}
	}
	if status := post(t, s.API, append(body, bytes.Repeat([]byte(" "), webhook.MaxBody)...)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a signed body over the limit: %d", status)
	}
	if all := alarmed(t, log.take(t, "too_large")); !slices.Equal(all, []string{"local-too-large"}) {
		t.Errorf("a signed body over the limit raises %q", all)
	}
}

// visible is a text without what is not seen but changes what is.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r >= 0x7f && r <= 0x9f || r == '\u202e' || r == '\ufffd' {
			return -1
		}
		return r
	}, s)
}

// post posts a body signed, and returns the status of the answer.
func post(t *testing.T, api string, body []byte) int {
	t.Helper()
	return send(t, api, fmt.Sprintf("POST /webhooks/default HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\nContent-Length: %d\r\nStripe-Signature: %s\r\n\r\n%s",
		len(body), webhook.Sign(body, demoSecret, time.Now()), body))
}
