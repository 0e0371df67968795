package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

func TestAnUnknownEffectIsResolvedByAPersonsWord(t *testing.T) {
	s := open(t, 3)
	s.unsure(0, -time.Minute)
	s.unsure(1, time.Hour)
	s.unsure(2, -time.Minute)
	which := url.Values{"event": {id(0)}, "action": {receipts}}
	form, text := s.dialog("/do/resolve", which)
	has(t, text, "Did receipt/pi_0 happen?", "It happened", "It did not happen", "parked resolve evt_00000 send-receipt --did-not-happen")
	form.Set("answer", "happened")
	res, text := s.send("/do/resolve", form)
	if has(t, text, "What did the call return?", "It returns nothing that is used"); res.StatusCode != http.StatusConflict {
		t.Errorf("without a result: %s", res.Status)
	}
	form.Set("result", "{")
	if _, text = s.send("/do/resolve", form); !strings.Contains(text, "The result is not JSON.") {
		t.Error(text)
	}
	form.Set("result", `"mail-7"`)
	if res, text = s.send("/do/resolve", form); res.Request.URL.Path != "/events/"+id(0) || !strings.Contains(text, "receipt/pi_0 is recorded as done; send-receipt continues after it.") {
		t.Errorf("%s %s", res.Request.URL, text)
	}
	e, err := s.desk.Ledger.Effect(t.Context(), event.EffectRef{Action: receipts, Key: "receipt/pi_0"})
	if err != nil || e.State != event.EffectDone || string(e.Result) != `"mail-7"` || s.desk.Sent.Of(receipts)[id(0)] != 1 {
		t.Errorf("%+v, %v, sent %v", e, err, s.desk.Sent.Of(receipts))
	}
	form, text = s.dialog("/do/resolve", url.Values{"event": {id(1)}, "action": {receipts}})
	form.Set("answer", "did-not-happen")
	if has(t, text, "It may be happening at this moment; try again after"); strings.Count(consoletest.Main(s.Page("/do/resolve?event="+id(1)+"&action="+receipts)), " disabled>") != 2 {
		t.Error("while its lease runs it can be resolved")
	}
	if res, _ := s.send("/do/resolve", form); res.StatusCode != http.StatusConflict || s.desk.Record(id(1), receipts).State != event.Unknown {
		t.Errorf("while its lease runs: %s", res.Status)
	}
	form, text = s.dialog("/do/resolve", group(receipts, "unknown", "receipt/pi_1: outcome unknown: the reply was lost"))
	has(t, text, "Did the effects of 2 unknown deliveries of send-receipt happen?", "Resolve 2 as not happened")
	form.Set("answer", "did-not-happen")
	res, _ = s.send("/do/resolve", form)
	has(t, s.ends(res), "1 of 2 deliveries resolved.", "1 left: 1 receipt/pi_1 may still be running")
	if s.desk.Sent.Of(receipts)[id(2)] != 1 {
		t.Errorf("sent %v", s.desk.Sent.Of(receipts))
	}
}

func TestAQuarantinedRequestIsReleasedOrForgotten(t *testing.T) {
	s := open(t, 0)
	for _, name := range []string{"evt_a", "evt_b", "evt_c"} {
		s.quarantine(name, "wrong_mode")
	}
	which := url.Values{"id": {"evt_a"}, "endpoint": {"default"}}
	if _, text := s.dialog("/do/release", which); !strings.Contains(text, "1 is left: 1 wrong_mode: needs --override") {
		t.Error(text)
	}
	which.Set("override", "1")
	form, text := s.dialog("/do/release", which)
	has(t, text, "Release 1 request", "payhooks quarantine release evt_a --endpoint default --override --yes", `livemode true, account ""`)
	form.Set("override", "1")
	if res, text := s.send("/do/release", form); res.Request.URL.Path != "/events/evt_a" || !strings.Contains(text, "evt_a is released.") {
		t.Errorf("%s %s", res.Request.URL, text)
	}
	if _, err := s.desk.Store.Get(t.Context(), "evt_a"); err != nil {
		t.Error(err)
	}
	form, text = s.dialog("/do/forget", group("default", "quarantined", "wrong_mode"))
	has(t, text, "Forget 2 quarantined requests and their 342 bytes for good?", "Type memory to go on")
	form.Set("name", "memory")
	res, _ := s.send("/do/forget", form)
	has(t, s.ends(res), "2 of 2 requests discarded.")
	if left, err := s.desk.ListQuarantine(t.Context(), ""); err != nil || len(left) != 0 {
		t.Errorf("left: %+v, %v", left, err)
	}
}

func TestDeadLettersAreRedrivenOnce(t *testing.T) {
	s := open(t, 3)
	dead := s.desk.Queues[receipts].DeadLetter
	for i := range 3 {
		if err := dead.Send(t.Context(), `{"detail":{"id":"`+id(i)+`"}}`, 0); err != nil {
			t.Fatal(err)
		}
	}
	has(t, plain(consoletest.Main(s.Page("/attention"))), "dead letters 3", "Redrive…")
	form, text := s.dialog("/do/redrive", url.Values{"name": {receipts}})
	has(t, text, "Redrive 3 dead letters of send-receipt?", "payhooks deadletters redrive --action send-receipt --yes")
	res, _ := s.send("/do/redrive", form)
	has(t, s.ends(res), "3 of 3 dead letters sent.")
	if n, err := s.desk.DeadLetters.Depth(t.Context(), receipts); err != nil || n != 0 || len(s.desk.Queues[receipts].Messages()) != 3 {
		t.Errorf("%d left, %v; %d in the queue", n, err, len(s.desk.Queues[receipts].Messages()))
	}
	has(t, plain(consoletest.Main(s.Page("/attention"))), "dead letters 0")
}

func TestAReplayTakesTheFiltersOfTheList(t *testing.T) {
	s := open(t, 4)
	s.park(0, 1, "no answer for %d")
	s.end(1, event.Done, "", "")
	s.put(event.Facts{ID: "evt_x", Type: "invoice.paid"}, receipts)
	form, text := s.dialog("/do/replay", url.Values{"type": {"charge.*"}, "since": {"1h"}, "before": {time.Now().Format(time.RFC3339)}})
	plan, err := s.desk.PlanReplay(t.Context(), operator.Replay{Events: operator.Events{Types: []string{"charge.*"}}})
	if err != nil || plan.DryRun().Selected != 4 {
		t.Fatalf("%+v %v", plan, err)
	}
	has(t, text, "Replay 4 events?", "payhooks replay --type 'charge.*' --since "+form.Get("since")+" --until "+form.Get("until")+" --yes")
	s.put(event.Facts{ID: "evt_late", Type: "charge.succeeded"}, receipts)
	res, _ := s.send("/do/replay", form)
	has(t, s.ends(res), "3 of 4 events sent.", "1 event skipped: nothing to do.", "1 delivery left: done.")
	if sent := s.desk.Sent.Of(receipts); len(sent) != 3 || sent["evt_x"]+sent["evt_late"] != 0 {
		t.Errorf("sent %v", sent)
	}
	if _, text := s.dialog("/do/replay", url.Values{"status": {"done"}}); !strings.Contains(text, "payhooks replay evt_00001 --yes") {
		t.Errorf("by status: %s", text)
	}
	if _, text = s.dialog("/do/replay", url.Values{"id": {id(1)}, "again": {"1"}}); !strings.Contains(text, "send-receipt done stays done") || !strings.Contains(text, "--again --yes") {
		t.Error(text)
	}
}
