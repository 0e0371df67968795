package console_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

const receipts = operatortest.Receipts

// park ends deliveries of the first n events as parked, for the reason with the event's number.
func (s *site) park(from, to int, reason string) {
	s.Helper()
	for i := from; i < to; i++ {
		s.end(i, event.Parked, strings.ReplaceAll(reason, "%d", fmt.Sprintf("pi_%d", 100+i)), "")
	}
}

func (s *site) end(i int, state event.State, reason, effect string) {
	s.Helper()
	s.desk.Deliver(id(i), receipts, func(d *event.Delivery) {
		d.State, d.Error, d.Effect, d.History = state, reason, effect, []event.Attempt{{At: time.Now(), Error: reason}}
	})
}

// unsure has the receipt of an event handed over without an answer.
func (s *site) unsure(i int, lease time.Duration) {
	s.Helper()
	key := fmt.Sprintf("receipt/pi_%d", i)
	now := time.Now()
	e := event.Effect{EffectRef: event.EffectRef{Action: receipts, Key: key}, Event: id(i), Owner: "a", State: event.EffectIntended, Lease: now.Add(lease), Updated: now}
	if _, err := s.desk.Memory.Intend(s.Context(), e); err != nil {
		s.Fatal(err)
	}
	s.end(i, event.Unknown, key+": outcome unknown: the reply was lost", key)
}

func id(i int) string { return fmt.Sprintf("evt_%05d", i) }

// row is the table's row that has the text, without its tags.
func row(page, text string) string {
	for _, r := range regexp.MustCompile(`(?s)<tr class="row".*?</tr>`).FindAllString(page, -1) {
		if strings.Contains(html.UnescapeString(r), text) {
			return r
		}
	}
	return ""
}

func plain(s string) string {
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(s, " "))), " ")
}

func TestCausesAreListedWithTheirNumbers(t *testing.T) {
	s := open(t, 8)
	s.park(0, 4, "no mail address for %d")
	s.park(4, 5, "no customer")
	s.end(5, event.Unknown, "the reply was lost", "receipt/1")
	s.quarantine("evt_q", "wrong_mode")
	page := consoletest.Main(s.Page("/attention"))
	for text, want := range map[string]string{
		"no mail address for": "parked no mail address for pi_… send-receipt 4 just now just now Retry… Discard…",
		"no customer":         "parked no customer send-receipt 1 just now just now Retry… Discard…",
		"the reply was lost":  "unknown the reply was lost send-receipt 1 just now just now Resolve… Discard…",
		"wrong_mode":          "quarantined wrong_mode default 1 just now just now Release… Discard…",
	} {
		if got := plain(row(page, text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for state, want := range map[string][]string{"": {"All 7", "parked 5", "unknown 1", "quarantined 1", "dead letters 0", "overdue 0", "4 causes"}, "parked": {"All 7", "2 causes"}, "overdue": {"Nothing of that waits"}} {
		text := plain(consoletest.Main(s.Page("/attention?state=" + state)))
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in %s", state, w, text)
			}
		}
	}
	if text := plain(consoletest.Main(s.Page("/attention?reason=mail+address"))); !strings.Contains(text, "All 4") || !strings.Contains(text, "Retry all 4…") || strings.Contains(text, "no customer") {
		t.Errorf("by reason: %s", text)
	}
}

func TestNothingWaitsIsSaidWithTheTime(t *testing.T) {
	s := open(t, 1)
	if text := plain(consoletest.Main(s.Page("/attention"))); !regexp.MustCompile(`Nothing waits for a person\. Checked \d\d:\d\d:\d\d; no sweep has run yet\.`).MatchString(text) {
		t.Error(text)
	}
	for path, want := range map[string]int{"/attention?stat=parked": 400, "/attention?state=parkd": 400, "/attention?group=nonsense": 400, "/attention?group=a+b+c": 400} {
		if res, _ := s.Ask(http.MethodGet, path, nil); res.StatusCode != want {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}

func TestAGroupOpensToFiftyADelivery(t *testing.T) {
	s := open(t, 60)
	s.park(0, 60, "no mail address for %d")
	link := html.UnescapeString(regexp.MustCompile(`href="(/attention\?group=[^"]*)"`).FindStringSubmatch(s.Page("/attention"))[1])
	first := s.Page(link)
	if n := strings.Count(first, `<tr class="row"`); n != 50 || !strings.Contains(plain(consoletest.Main(first)), "1 to 50 of 60") {
		t.Fatalf("%d rows in %s", n, plain(consoletest.Main(first)))
	}
	next := html.UnescapeString(regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(first)[1])
	if second := s.Page(next); strings.Count(second, `<tr class="row"`) != 10 || !strings.Contains(second, id(59)) || strings.Contains(second, `href="/events/`+id(0)+`"`) {
		t.Error(plain(consoletest.Main(second)))
	}
}

func TestHostileReasonsStayText(t *testing.T) {
	s := open(t, 1)
	s.end(0, event.Parked, `"><script>x</script>`+"\u202e"+`{{.}} hx-get="/ops"`, "")
	page := consoletest.Main(s.Page("/attention"))
	link := html.UnescapeString(regexp.MustCompile(`href="(/do/retry[^"]*)"`).FindStringSubmatch(page)[1])
	for _, text := range []string{page, consoletest.Main(s.Page(link))} {
		if strings.Contains(text, "<script>x") || strings.Contains(text, `hx-get="/ops"`) || strings.Contains(text, "\u202e") {
			t.Error(text)
		}
	}
	if !strings.Contains(consoletest.Main(s.Page(link)), "Retry 1 delivery") {
		t.Error("the link of the group does not select it")
	}
}

func (s *site) quarantine(name, reason string) {
	s.Helper()
	body := fmt.Sprintf(`{"id":%q,"object":"event","type":"charge.succeeded","api_version":"2023-10-16","created":1764460000,"livemode":true,"data":{"object":{"id":"ch_1","object":"charge"}}}`, name)
	q := event.Quarantined{ID: name, Type: "charge.succeeded", Reason: reason, Endpoint: "default", Received: time.Now(), Expires: time.Now().Add(time.Hour), Body: []byte(body)}
	if err := s.desk.Quarantine.Put(s.Context(), q); err != nil {
		s.Fatal(err)
	}
}

// group is the parameter that names a group.
func group(action, state, reason string) url.Values {
	return url.Values{"group": {action + " " + state + " " + operator.ReasonGroup(reason)}}
}
