package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
	"github.com/payhooks/payhooks/internal/status"
)

var counterOf = regexp.MustCompile(`class="(\w+)( on)?"><b><svg[^>]*><use href="#\w+"/></svg>([^<]+)</b>`)

// counters are the six numbers of the page by their shape.
func counters(page string) map[string]string {
	all := map[string]string{}
	for _, m := range counterOf.FindAllStringSubmatch(page, -1) {
		all[m[1]] = m[3]
		if on := m[2] != ""; on == (m[3] == "0" || m[3] == "–") {
			all[m[1]] += " and is marked"
		}
	}
	return all
}

// trouble leaves one of each thing that needs a person, and three that are parked.
func (s *site) trouble() {
	s.Helper()
	now := time.Now()
	for i := range 3 {
		s.desk.Deliver(fmt.Sprintf("evt_%05d", i), operatortest.Receipts, func(d *event.Delivery) { d.State, d.Error = event.Parked, "not a mail address" })
	}
	s.desk.Deliver("evt_00003", operatortest.Receipts, func(d *event.Delivery) {
		d.State, d.Error, d.Effect = event.Unknown, "the reply was lost", "receipt/pi_1"
	})
	s.desk.Deliver("evt_00004", operatortest.Receipts, func(d *event.Delivery) {
		d.State, d.Next, d.History = event.Waiting, now.Add(-time.Hour), []event.Attempt{{At: now, Error: "throttled"}}
	})
	if err := s.desk.Quarantine.Put(s.Context(), event.Quarantined{Endpoint: "default", ID: "evt_q", Reason: "wrong_mode", Received: now}); err != nil {
		s.Fatal(err)
	}
	for i := 5; i < 10; i++ {
		s.desk.Deliver(fmt.Sprintf("evt_%05d", i), operatortest.Receipts, func(d *event.Delivery) { d.State = event.Done })
	}
}

func TestOverviewHasTheNumbersOfStatus(t *testing.T) {
	var sources status.Sources
	s := open(t, 20, func(c *console.Config) {
		c.Sources.Refused = func(context.Context) (int, error) { return 1234, nil }
		sources = c.Sources
	})
	s.trouble()
	want, err := status.Read(t.Context(), sources)
	if err != nil {
		t.Fatal(err)
	}
	page := s.Page("/")
	total := want.Total()
	for shape, n := range map[string]int{
		"unknown": total.Unknown, "parked": total.Parked, "quarantined": *want.Quarantined, "dead": *want.Dead, "overdue": want.Overdue,
	} {
		if got := counters(page)[shape]; got != fmt.Sprint(n) {
			t.Errorf("%s is %q, status says %d", shape, got, n)
		}
	}
	if got := counters(page)["refused"]; got != "1\u202f234" {
		t.Errorf("refused is %q", got)
	}
	for _, text := range []string{
		`href="/attention?state=unknown"`, `href="/events?status=waiting"`, `href="/local/refused"`,
		"1 unknown, 3 parked, 1 quarantined, 1 overdue; also 1234 refused.", "not a mail address",
		`href="/events?action=send-receipt&amp;status=parked">3</a>`, "payhooks quarantine list", "of the 20 events of the last hour",
		`class="num done">5</td>`, "5 done, at most 5 a minute, 5 failures", "oldest <time",
	} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not in\n%s", text, consoletest.Main(page))
		}
	}
}

func TestOverviewOfAHealthyStackIsQuiet(t *testing.T) {
	page := open(t, 3).Page("/")
	for shape, n := range counters(page) {
		if want := map[string]string{"refused": "–"}[shape]; n != want && n != "0" {
			t.Errorf("%s is %s", shape, n)
		}
	}
	if !strings.Contains(page, "Nothing needs a person.") || !strings.Contains(page, "Checked <time") || strings.Contains(page, "No events yet") {
		t.Errorf("it is not quiet:\n%s", consoletest.Main(page))
	}
}

func TestOverviewReadsTheNewestThousandOnly(t *testing.T) {
	s := open(t, 1200)
	page := s.Page("/")
	for _, text := range []string{"of the newest 1\u202f000 events", "Received: last "} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not in\n%s", text, consoletest.Main(page))
		}
	}
	var c struct {
		X      []int64
		Series []struct{ Values []*float64 }
	}
	data := regexp.MustCompile(`id="chart-rate" data-chart="([^"]+)"`).FindStringSubmatch(page)
	if data == nil {
		t.Fatal("no chart")
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(data[1])), &c); err != nil || len(c.X) != 60 || len(c.Series[0].Values) != 60 {
		t.Fatalf("%v: %+v", err, c)
	}
	known, sum := 0, 0.0
	for _, v := range c.Series[0].Values {
		if v != nil {
			known++
			sum += *v
		}
	}
	if known < 15 || known > 17 || sum > 1000 || sum < 900 {
		t.Errorf("%d minutes are known, with %g events", known, sum)
	}
}

func TestOverviewIsReadOnceForAllWhoLook(t *testing.T) {
	at := time.Now()
	s := open(t, 5, func(c *console.Config) { c.Now = func() time.Time { return at } }) // no reading gets old
	var calls atomic.Int64
	s.fault(func(op memory.Op) memory.Fault {
		if op.Name == "Unfinished" {
			calls.Add(1)
		}
		return memory.Fault{}
	})
	s.Page("/")
	once := int64(0)
	for now := calls.Load(); now != once; now = calls.Load() { // what needs a person is counted, too
		once = now
		time.Sleep(300 * time.Millisecond)
	}
	if s.Page("/"); once == 0 || calls.Load() != once {
		t.Errorf("%d calls, then %d", once, calls.Load())
	}
}

func TestOverviewKeepsWhatItHasWhenAReadFails(t *testing.T) {
	s := open(t, 12)
	s.trouble()
	s.Page("/")
	s.fault(func(op memory.Op) memory.Fault {
		if op.Name == "Unfinished" || op.Name == "Deliveries" {
			return memory.Refuse(errors.New("throttled"))
		}
		return memory.Fault{}
	})
	s.late.Add(int64(10 * time.Second))
	page := s.until("/", "throttled")
	if got := counters(page)["quarantined"]; got != "1" || !strings.Contains(page, "could not be read: deliveries") || !strings.Contains(page, "of the 12 events") {
		t.Errorf("quarantined is %q in\n%s", got, consoletest.Main(page))
	}
	s.fault(nil)
	s.late.Add(int64(10 * time.Second))
	s.until("/", "3 parked")
}

// until reads a page again until it has the text.
func (s *site) until(path, text string) string {
	s.Helper()
	for range 100 {
		if page := s.Page(path); strings.Contains(page, text) {
			return page
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.Fatalf("%q does not come:\n%s", text, consoletest.Main(s.Page(path)))
	return ""
}

// stand takes what is posted to a stack.
type stand struct {
	mu     sync.Mutex
	bodies [][]byte
	answer int
}

func (p *stand) local() console.LocalStack {
	return console.LocalStack{Post: func() (trigger.Poster, error) {
		return trigger.Poster{Send: func(_ context.Context, body []byte) (int, string, error) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.bodies = append(p.bodies, body)
			return p.answer, "stored", nil
		}}, nil
	}}
}

func TestFirstEventIsSentFromTheOverview(t *testing.T) {
	stand := &stand{answer: http.StatusOK}
	s := open(t, 0, func(c *console.Config) { c.LocalStack = stand.local() })
	page := s.Page("/")
	for _, text := range []string{"No events yet.", "Send payment_intent.succeeded", "payhooks trigger payment_intent.succeeded"} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not in\n%s", text, consoletest.Main(page))
		}
	}
	res, _ := s.Submit("/local/samples", url.Values{"name": {"payment_intent.succeeded"}, "back": {"/"}})
	if len(stand.bodies) != 1 || !strings.Contains(string(stand.bodies[0]), `"payment_intent.succeeded"`) || res.Request.URL.Path != "/" {
		t.Errorf("%d posts, then %s", len(stand.bodies), res.Request.URL)
	}
}

func TestRefusedRequestsHaveAdvice(t *testing.T) {
	now := time.Now()
	s := open(t, 0, func(c *console.Config) {
		c.LocalStack.Refused = func(context.Context) (all []aws.Refused, err error) {
			for i := range 150 {
				all = append(all, aws.Refused{At: now.Add(time.Duration(i-150) * time.Second), Endpoint: "default", Answer: 400, Reason: "bad_signature: no_match"})
			}
			return append(all, aws.Refused{At: now, Answer: 404, Reason: "<script>alert(1)</script>"}), nil
		}
	})
	page := s.Page("/local/refused")
	for _, text := range []string{"is STRIPE_WEBHOOK_SECRET the one that stripe listen printed?", "&lt;script&gt;alert(1)", "100 of the newest 151"} {
		if !strings.Contains(page, text) {
			t.Errorf("%q is not in\n%s", text, consoletest.Main(page))
		}
	}
	older := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(page)
	if older == nil {
		t.Fatal("no older ones")
	}
	if rest := s.Page(html.UnescapeString(older[1])); strings.Count(rest, "no_match") != 51 {
		t.Errorf("%d are older", strings.Count(rest, "no_match"))
	}
	if got := counters(s.Page("/"))["refused"]; got != "–" {
		t.Errorf("without a count refused is %q", got)
	}
}
