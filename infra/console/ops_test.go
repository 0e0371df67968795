package console_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

var stopped = regexp.MustCompile(`Stopped after (\d+) of 300\.`)

func TestAStoppedRetryContinuesWithWhatIsLeft(t *testing.T) {
	s := open(t, 305)
	s.park(0, 300, "no answer for %d")
	which := group(receipts, "parked", "no answer for pi_1")
	form, text := s.dialog("/do/retry", which)
	has(t, text, "Retry 300 parked deliveries", "Retry 300 deliveries")
	form.Set("rate", "200")
	res, _ := s.send("/do/retry", form)
	page := res.Request.URL.Path
	for n := 0; n < 60; time.Sleep(time.Millisecond) {
		m := regexp.MustCompile(`(\d+) of 300 sent · 200 a second · \d+ s left`).FindStringSubmatch(plain(consoletest.Main(s.Page(page))))
		if m == nil {
			t.Fatal(plain(consoletest.Main(s.Page(page))))
		}
		n, _ = strconv.Atoi(m[1])
	}
	has(t, plain(consoletest.Main(s.Page("/attention"))), "of 300 sent")
	if res, _ := s.Ask(http.MethodPost, page+"/stop", url.Values{}); res.StatusCode != http.StatusForbidden {
		t.Errorf("stopped without a token: %s", res.Status)
	}
	if res, _ = s.Submit(page+"/stop", nil); res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
	text = s.ends(res)
	m := stopped.FindStringSubmatch(text)
	if m == nil || !strings.Contains(text, "The same selection continues with what is still parked.") {
		t.Fatal(text)
	}
	n, _ := strconv.Atoi(m[1])
	if sent := s.desk.Sent.Of(receipts); n < 60 || n >= 300 || len(sent) != n {
		t.Fatalf("it says %d, and sent %d", n, len(sent))
	}
	form, text = s.dialog("/do/retry", which)
	has(t, text, "Retry "+strconv.Itoa(300-n)+" deliveries")
	s.park(300, 305, "no answer for %d")
	_, text = s.send("/do/retry", form)
	has(t, text, strconv.Itoa(305-n)+" are parked now; "+strconv.Itoa(300-n)+" when you looked.")
	form, _ = s.dialog("/do/retry", which)
	form.Set("rate", "100000")
	res, _ = s.send("/do/retry", form)
	has(t, s.ends(res), strconv.Itoa(305-n)+" of "+strconv.Itoa(305-n)+" deliveries sent.")
	sent := s.desk.Sent.Of(receipts)
	for i := range 305 {
		if sent[id(i)] != 1 {
			t.Errorf("%s was sent %d times", id(i), sent[id(i)])
		}
	}
}

func TestAFailedOperationSaysWhyAndContinues(t *testing.T) {
	s := open(t, 3)
	s.fault(func(op memory.Op) memory.Fault {
		if op.Name == "Reopen" {
			return memory.Refuse(event.ErrDenied)
		}
		return memory.Fault{}
	})
	s.park(0, 3, "no answer for %d")
	form, _ := s.dialog("/do/retry", url.Values{"action": {receipts}})
	res, _ := s.send("/do/retry", form)
	has(t, s.ends(res), "0 of 3 deliveries sent.", "Nothing is done twice", "Continue…")
	if res, _ := s.Ask(http.MethodGet, "/ops/other", nil); res.StatusCode != http.StatusNotFound {
		t.Error(res.Status)
	}
}
