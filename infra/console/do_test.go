package console_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator"
)

// dialog opens one and returns what its form sends, and its text.
func (s *site) dialog(path string, q url.Values) (form url.Values, text string) {
	s.Helper()
	body := consoletest.Main(s.Page(path + "?" + q.Encode()))
	return formOf(body), plain(body)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)

func formOf(body string) url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(body, -1) {
		form.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return form
}

// send posts a dialog's form and returns the page that it leads to.
func (s *site) send(path string, form url.Values) (consoletest.Answer, string) {
	s.Helper()
	res, body := s.Ask(http.MethodPost, path, form)
	return res, plain(consoletest.Main(body))
}

// ends waits for the end of the operation whose page is shown, and returns its text.
func (s *site) ends(res consoletest.Answer) string {
	s.Helper()
	for range 400 {
		body := consoletest.Main(s.Page(res.Request.URL.Path))
		if strings.Contains(body, "<span>ended ") {
			return plain(body)
		}
		time.Sleep(10 * time.Millisecond)
	}
	s.Fatal("the operation does not end")
	return ""
}

func has(t *testing.T, text string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in: %s", want, text)
		}
	}
}

func TestRetryDialogHasThePlansNumbers(t *testing.T) {
	s := open(t, 6)
	s.put(event.Facts{ID: "evt_old", Type: "charge.succeeded"}, receipts)
	s.park(0, 6, "no answer for %d")
	s.desk.Bus.(*memory.Bus).Selects[receipts] = []string{"charge.succeeded"}
	s.put(event.Facts{ID: "evt_other", Type: "invoice.paid"}, receipts)
	for _, name := range []string{"evt_old", "evt_other"} {
		s.desk.Deliver(name, receipts, func(d *event.Delivery) { d.State, d.Error = event.Parked, "no answer for pi_1" })
	}
	plan, err := s.desk.PlanRetry(t.Context(), operator.Retry{Deliveries: operator.Deliveries{Action: receipts}})
	if err != nil {
		t.Fatal(err)
	}
	left, err := plan.LeftOut(t.Context())
	if err != nil || len(left) != 1 || plan.DryRun().Selected != 8 {
		t.Fatalf("%+v, %v", left, err)
	}
	form, text := s.dialog("/do/retry", group(receipts, "parked", "no answer for pi_1"))
	has(t, text, "Retry 8 parked deliveries of send-receipt?", "1 is left: 1 no rule sends such events to the action any more", "Retry 7 deliveries",
		"payhooks parked retry --action send-receipt --reason 'no answer for pi_…' --yes")
	if len(s.desk.Sent.Of(receipts)) != 0 {
		t.Error("the dialog has sent something")
	}
	res, _ := s.send("/do/retry", form)
	has(t, s.ends(res), "7 of 8 deliveries sent.", "1 left: 1 no rule")
	for name, n := range s.desk.Sent.Of(receipts) {
		if n != 1 || name == "evt_other" {
			t.Errorf("%s was sent %d times", name, n)
		}
	}
	if _, text := s.dialog("/do/retry", group(receipts, "parked", "no answer for pi_1")); !strings.Contains(text, "Retry 0 deliveries") {
		t.Errorf("afterwards: %s", text)
	}
}

func TestAChangeNeedsItsFormAndWhatItShowed(t *testing.T) {
	s := open(t, 8)
	s.park(0, 2, "no answer for %d")
	which := group(receipts, "parked", "no answer for pi_1")
	form, _ := s.dialog("/do/retry", which)
	without := url.Values{"group": which["group"], "count": {"2"}, "of": {"2"}}
	if res, _ := s.send("/do/retry", without); res.StatusCode != http.StatusForbidden {
		t.Errorf("without a token: %s", res.Status)
	}
	s.park(2, 5, "no answer for %d")
	res, text := s.send("/do/retry", form)
	if has(t, text, "5 are parked now; 2 when you looked.", "Retry 5 deliveries"); res.StatusCode != http.StatusConflict || len(s.desk.Sent.Of(receipts)) != 0 {
		t.Errorf("%s, sent %v", res.Status, s.desk.Sent.Of(receipts))
	}
	form.Del("count")
	if res, _ := s.send("/do/retry", form); res.StatusCode != http.StatusConflict {
		t.Errorf("without a count: %s", res.Status)
	}
	for _, path := range []string{"/do/retry", "/do/resolve", "/do/discard", "/do/release", "/do/forget", "/do/replay"} {
		if res, _ := s.Ask(http.MethodGet, path, nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s of nothing: %s", path, res.Status)
		}
	}
	if res, text := s.Ask(http.MethodGet, "/do/retry?event=evt_none&action=send-receipt", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("of nothing known: %s %s", res.Status, text)
	}
}

func TestTheStacksNameIsTypedForMuchOfALiveStackAndForADiscard(t *testing.T) {
	s := open(t, 101, func(c *console.Config) { c.Mode = console.Live })
	s.park(0, 99, "no answer for %d")
	which := group(receipts, "parked", "no answer for pi_1")
	if _, text := s.dialog("/do/retry", which); strings.Contains(text, "Type memory") {
		t.Errorf("for 99: %s", text)
	}
	s.park(99, 100, "no answer for %d")
	form, text := s.dialog("/do/retry", which)
	has(t, text, "Type memory to go on", "--yes --stack memory")
	for _, name := range []string{"", "Memory", "prod"} {
		form.Set("name", name)
		if res, text := s.send("/do/retry", form); res.StatusCode != http.StatusConflict || len(s.desk.Sent.Of(receipts)) != 0 {
			t.Errorf("with %q: %s %s", name, res.Status, text)
		}
	}
	one := url.Values{"event": {id(0)}, "action": {receipts}}
	form, text = s.dialog("/do/discard", one)
	has(t, text, "Type memory to go on", "payhooks parked discard evt_00000 send-receipt --yes --stack memory")
	if res, _ := s.send("/do/discard", form); res.StatusCode != http.StatusConflict || s.desk.Record(id(0), receipts).State != event.Parked {
		t.Errorf("a discard without the name: %s", res.Status)
	}
	form.Set("name", "memory")
	form.Set("why", "paid by hand")
	if res, _ := s.send("/do/discard", form); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/events/"+id(0) {
		t.Errorf("with it: %s %s", res.Status, res.Request.URL)
	}
	if d := s.desk.Record(id(0), receipts); d.State != event.Discarded || !strings.HasSuffix(d.By, ": paid by hand") {
		t.Errorf("%s by %q", d.State, d.By)
	}
}

func TestARetryOfOneIsSaidOnItsPage(t *testing.T) {
	s := open(t, 2)
	s.park(0, 1, "no answer for %d")
	form, text := s.dialog("/do/retry", url.Values{"event": {id(0)}, "action": {receipts}})
	has(t, text, "payhooks parked retry evt_00000 send-receipt --yes", "Retry 1 delivery")
	form.Set("stale", "1")
	if res, text := s.send("/do/retry", form); res.Request.URL.Path != "/events/"+id(0) || !strings.Contains(text, "The delivery to send-receipt is tried again.") {
		t.Errorf("%s: %s", res.Request.URL, text)
	}
	if strings.Contains(s.Page("/events/"+id(0)), "is tried again.") {
		t.Error("it is said twice")
	}
	if d := s.desk.Record(id(0), receipts); !d.AllowStale || s.desk.Sent.Of(receipts)[id(0)] != 1 {
		t.Errorf("%+v, sent %v", d, s.desk.Sent.Of(receipts))
	}
	if res, text := s.send("/do/retry", form); res.StatusCode != http.StatusConflict {
		t.Errorf("again: %s %s", res.Status, text)
	}
}

func TestSeveralGroupsAreOneOperation(t *testing.T) {
	s := open(t, 9)
	s.park(0, 3, "no stock")
	s.park(3, 5, "no stock of %d")
	s.park(5, 6, "no customer")
	s.end(6, event.Unknown, "the reply was lost", "receipt/1")
	which := group(receipts, "parked", "no stock")
	for _, g := range []url.Values{group(receipts, "parked", "no customer"), group(receipts, "unknown", "the reply was lost")} {
		which["group"] = append(which["group"], g["group"]...)
	}
	form, text := s.dialog("/do/retry", which)
	has(t, text, "Retry 4 parked deliveries of send-receipt?", "1 unknown of the selection: left until you say what happened (Resolve).",
		`The command for "no stock" takes 5: its --reason also selects reasons that contain this one.`, "--reason 'no customer'")
	res, _ := s.send("/do/retry", form)
	has(t, s.ends(res), "Retry 4 deliveries of send-receipt", "4 of 4 deliveries sent.")
	if sent := s.desk.Sent.Of(receipts); len(sent) != 4 || sent[id(3)] != 0 || sent[id(6)] != 0 {
		t.Errorf("sent %v", sent)
	}
	form, text = s.dialog("/do/discard", which)
	has(t, text, "Discard 1 delivery of send-receipt for good?")
	form.Set("name", "memory")
	res, _ = s.send("/do/discard", form)
	has(t, s.ends(res), "1 of 1 delivery discarded.")
}
