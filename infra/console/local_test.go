package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/infra/local/loglines"
)

func TestLocalPagesAreOfLocalStacksOnly(t *testing.T) {
	stand := &stand{answer: http.StatusOK}
	s := open(t, 1, func(c *console.Config) { c.Mode, c.LocalStack = console.Test, stand.local() })
	for _, path := range []string{"/local/refused", "/local/samples", "/local/logs"} {
		if res, _ := s.Ask(http.MethodGet, path, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	if res, _ := s.Submit("/local/samples", url.Values{"name": {"payment"}}); res.StatusCode == http.StatusOK || len(stand.bodies) > 0 {
		t.Errorf("sending: %s, %d posts", res.Status, len(stand.bodies))
	}
	if page := s.Page("/"); strings.Contains(page, "/local/") {
		t.Error("the overview leads to local pages")
	}
}

func TestSamplesAreSentAndOffered(t *testing.T) {
	stand := &stand{answer: http.StatusOK}
	s := open(t, 1, func(c *console.Config) { c.LocalStack = stand.local() })
	page := s.Page("/local/samples?q=charge.disp")
	if !strings.Contains(page, `value="charge.dispute.created"`) || strings.Contains(page, `value="invoice.paid"`) || !strings.Contains(page, `value="payment"`) {
		t.Errorf("found\n%s", consoletest.Main(page))
	}
	if page := s.Page("/local/samples?form=thin&q=meter"); !strings.Contains(page, `value="v1.billing.meter.no_meter_found"`) {
		t.Errorf("thin types:\n%s", consoletest.Main(page))
	}
	res, page := s.Submit("/local/samples", url.Values{"name": {"charge.succeeded"}, "times": {"2"}, "twice": {"1"}, "version": {"2023-10-16"}, "q": {"charge"}})
	if len(stand.bodies) != 4 || !strings.Contains(string(stand.bodies[0]), `"2023-10-16"`) || string(stand.bodies[0]) != string(stand.bodies[1]) && string(stand.bodies[0]) != string(stand.bodies[2]) && string(stand.bodies[0]) != string(stand.bodies[3]) {
		t.Errorf("%d posts", len(stand.bodies))
	}
	if res.Request.URL.Path != "/local/samples" || res.Request.URL.Query().Get("q") != "charge" {
		t.Errorf("it leads to %s", res.Request.URL)
	}
	for _, text := range []string{"is stored · <a href=\"/events/evt_", "4 posts: 4 stored", "payhooks trigger charge.succeeded --api-version 2023-10-16 --count 2 --duplicate 1", `value="2" min="1"`, "checked"} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not in\n%s", text, consoletest.Main(page)[:2000])
		}
	}
}

func TestSamplesThatCannotBeSentAreExplained(t *testing.T) {
	stand := &stand{answer: http.StatusBadRequest}
	s := open(t, 1, func(c *console.Config) { c.LocalStack = stand.local() })
	for _, c := range []struct{ name, times, version, says string }{
		{"charge.succeded", "1", "", "did you mean charge.succeeded"},
		{"payment", "101", "", "1 to 100 times"},
		{"payment", "0", "", "1 to 100 times"},
		{"subscription", "50", "", "at most 500 are sent at once"},
		{"charge.succeeded", "1", "2001-01-01", "--api-version"},
		{"<script>", "1", "", "&lt;script&gt;"},
	} {
		res, page := s.Submit("/local/samples", url.Values{"name": {c.name}, "times": {c.times}, "version": {c.version}})
		if res.StatusCode != http.StatusBadRequest || !strings.Contains(page, c.says) || strings.Contains(page, "<script>") {
			t.Errorf("%v: %s\n%s", c, res.Status, consoletest.Main(page))
		}
	}
	if len(stand.bodies) != 0 {
		t.Errorf("%d were posted", len(stand.bodies))
	}
	if _, page := s.Submit("/local/samples", url.Values{"name": {"charge.succeeded"}}); !strings.Contains(page, "1 post not accepted") || strings.Contains(page, ">Open<") {
		t.Errorf("a refused one:\n%s", consoletest.Main(page)[:1500])
	}
}

func TestLogsShowTheNewestLinesThatMatch(t *testing.T) {
	logs := &loglines.Lines{}
	s := open(t, 1, func(c *console.Config) { c.LocalStack.Logs = logs })
	if page := s.Page("/local/logs"); !strings.Contains(page, "No function has written a line yet.") {
		t.Errorf("none:\n%s", consoletest.Main(page))
	}
	at := time.Date(2026, 11, 30, 14, 3, 12, 402e6, time.UTC)
	for i := range 6000 {
		logs.Add(at, "/local/ingest", fmt.Sprintf(`{"level":"INFO","message":"request %d","event":"evt_%05d"}`, i, i))
	}
	logs.Add(at, "/local/send-receipt", `{"level":"ERROR","message":"<script>alert(1)</script>","event":"evt_00001\"><img src=x onerror=alert(1)>","error":"a`+"\u202e"+`b"}`)
	logs.Add(at, "/local/send-receipt", "plain <b>words</b>")
	logs.Add(at, "/local/send-receipt", `{"_aws":{},"parked":1}`)
	page := s.Page("/local/logs")
	if n := strings.Count(page, `<li id="log-`); n != 500 {
		t.Errorf("%d lines", n)
	}
	for _, text := range []string{"14:03:12.402", "request 5999", "&lt;script&gt;alert(1)", "plain &lt;b&gt;words", `class="error"`, `class="prints"`, `href="/events/evt_05999"`} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not there", text)
		}
	}
	for _, text := range []string{"<script>alert", "<img", "<b>words", "\u202e", "_aws", "request 5000<"} {
		if strings.Contains(page, text) {
			t.Errorf("%q is there", text)
		}
	}
	if page := s.Page("/local/logs?function=send-receipt"); strings.Count(page, `<li id="log-`) != 2 || !strings.Contains(page, "<option>ingest</option>") {
		t.Errorf("of one function:\n%s", consoletest.Main(page))
	}
	if page := s.Page("/local/logs?event=evt_05990"); strings.Count(page, `<li id="log-`) != 1 {
		t.Errorf("of one event:\n%s", consoletest.Main(page))
	}
	if page := s.Page("/local/logs?text=REQUEST+5998"); strings.Count(page, `<li id="log-`) != 1 {
		t.Errorf("of a text:\n%s", consoletest.Main(page))
	}
	if page := s.Page("/local/logs?text=nothing+like+it"); !strings.Contains(page, "No line matches these filters.") {
		t.Errorf("no match:\n%s", consoletest.Main(page))
	}
}
