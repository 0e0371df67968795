package ingest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/webhook"
)

var errInternal = errors.New("table shop-events is throttled")

// failing makes one kind of I/O fail.
func failing(name string, err error) memory.Hook {
	return func(op memory.Op) memory.Fault {
		if op.Name == name {
			return memory.Refuse(err)
		}
		return memory.Fault{}
	}
}

// refusing is a store that takes nothing, as too large, or never answers.
type refusing struct {
	*memory.Store
	err error
}

func (s refusing) Put(ctx context.Context, _ event.Event, _ time.Time) (event.Result, error) {
	if s.err != nil {
		return 0, s.err
	}
	<-ctx.Done()
	return 0, ctx.Err()
}

func TestSignedButOddIsQuarantinedWithItsReason(t *testing.T) {
	for _, c := range []struct {
		name, body string
		reason     event.Reason
		id         string // "" is the body's digest
	}{
		{"data is null", strings.Replace(whole, `"data":{`, `"data":null,"x":{`, 1), webhook.NoData, "evt_1"},
		{"no id", strings.Replace(whole, `"evt_1"`, `""`, 1), webhook.NoID, ""},
		{"ids that differ", strings.Replace(whole, `"livemode"`, `"ID":"evt_2","livemode"`, 1), webhook.AmbiguousKey, ""},
		{"not an event", strings.Replace(whole, `"object":"event"`, `"object":"order"`, 1), webhook.NotAnEvent, "evt_1"},
		{"not JSON", `hello`, webhook.NotJSON, ""},
		{"nothing", ``, webhook.NotJSON, ""},
		{"invalid UTF-8", strings.Replace(whole, "jpy", "\xff", 1), webhook.InvalidUTF8, ""},
		{"too deep", strings.Replace(whole, `500`, strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000), 1), webhook.TooDeep, ""},
		{"a thin event about a number", `{"id":"evt_1","object":"v2.core.event","type":"v2.core.account.updated","created":"2025-11-23T00:00:00Z","livemode":true,"related_object":17}`, webhook.BadRelated, "evt_1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, "default=any")
			code := r.post(c.body, func(req *events.APIGatewayV2HTTPRequest) {
				req.Body, req.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(c.body)), true
			})
			r.want(code, 200, "quarantined:"+string(c.reason))
			if stored, held := r.kept(); stored != 0 || held != 1 {
				t.Fatalf("%d stored, %d held", stored, held)
			}
			for q, err := range r.store.Quarantine().All(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				full, err := r.store.Quarantine().Get(t.Context(), q.Endpoint, q.ID)
				if err != nil || string(full.Body) != c.body || q.Reason != string(c.reason) || q.Endpoint != "default" {
					t.Errorf("quarantined %+v, %v", q, err)
				}
				if c.id == "" && len(q.ID) != len("sha256:")+64 || c.id != "" && q.ID != c.id {
					t.Errorf("quarantined as %q, expected %q", q.ID, c.id)
				}
			}
		})
	}
}

func TestDeepAndUnknownVersionsAreStored(t *testing.T) {
	for name, body := range map[string]string{
		"1,000 levels":        strings.Replace(whole, `500`, strings.Repeat("[", 1000)+strings.Repeat("]", 1000), 1),
		"an unknown version":  strings.Replace(whole, `2023-10-16`, `2031-01-01.yew`, 1),
		"a null version":      strings.Replace(whole, `"2023-10-16"`, `null`, 1),
		"an oversized status": strings.Replace(whole, `"amount"`, `"status":"`+strings.Repeat("s", 5000)+`","customer":"","amount"`, 1),
	} {
		r := newRig(t, "default=any")
		r.want(r.post(body), 200, "stored")
		if got, err := r.store.Get(t.Context(), "evt_1"); err != nil || string(got.Body) != body || got.Status != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEndpointsKeepModesAndAccountsApart(t *testing.T) {
	test := strings.Replace(whole, `true`, `false`, 1)
	connected := strings.Replace(whole, `"livemode"`, `"account":"acct_1","livemode"`, 1)
	testConnected := strings.Replace(connected, `true`, `false`, 1)
	for _, c := range []struct {
		name, endpoint, body, reason string
		stored, held                 int
	}{
		{"a test event at a live endpoint", "default", test, "quarantined:wrong_mode", 0, 1},
		{"a live event at a test endpoint", "try", whole, "quarantined:wrong_mode", 0, 1},
		{"an account at a plain endpoint", "default", connected, "quarantined:unexpected_account", 0, 1},
		{"a live event of an account at Connect", "connect", connected, "stored", 1, 0},
		{"a test event at live Connect", "connect", testConnected, "not stored:test_event", 0, 0},
		{"an account that is no id of Stripe's", "connect", strings.Replace(connected, "acct_1", "acct_1/order", 1), "quarantined:bad_account", 0, 1},
		{"a live event at a live endpoint", "default", whole, "stored", 1, 0},
		{"a test event at a test endpoint", "try", test, "stored", 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, "default=live,try=test,connect=live+connect")
			r.want(r.post(c.body, at(c.endpoint)), 200, c.reason)
			if stored, held := r.kept(); stored != c.stored || held != c.held {
				t.Errorf("%d stored, %d held", stored, held)
			}
		})
	}
}

func TestContextIsTheAccountOnlyOnConnectAndWithoutAnAccount(t *testing.T) {
	with := func(members string) string { return strings.Replace(whole, `"livemode"`, members+`,"livemode"`, 1) }
	for name, c := range map[string]struct{ endpoint, members, account, reason string }{
		"an organization's account":      {"connect", `"context":"acct_1"`, "acct_1", "stored"},
		"an account beside a context":    {"connect", `"account":"acct_1","context":"acct_2"`, "acct_1", "stored"},
		"a plain endpoint":               {"default", `"context":"acct_1"`, "", "stored"},
		"an old version":                 {"connect", `"user_id":"acct_1"`, "acct_1", "stored"},
		"an old version, plain endpoint": {"default", `"user_id":"acct_1"`, "", "quarantined:unexpected_account"},
		"a context that is no account":   {"connect", `"context":"acct_1@x"`, "", "quarantined:bad_account"},
		"the stack's own":                {"connect", `"context":"acct_own"`, "", "stored"},
	} {
		r := newRig(t, "default=any,connect=any+connect")
		r.handler.Intake.Own = "acct_own"
		r.want(r.post(with(c.members), at(c.endpoint)), 200, c.reason)
		if got, err := r.store.Get(t.Context(), "evt_1"); c.reason == "stored" && (err != nil || got.Account != c.account) {
			t.Errorf("%s: account is %q (%v), want %q", name, got.Account, err, c.account)
		}
	}
}

func TestAQuarantinedEventDeliveredRightlyLaterIsStored(t *testing.T) {
	r := newRig(t, "default=test,live=live")
	r.want(r.post(whole), 200, "quarantined:wrong_mode")
	r.want(r.post(whole, at("live")), 200, "stored")
	if stored, held := r.kept(); stored != 1 || held != 1 {
		t.Errorf("%d stored, %d held", stored, held)
	}
}

func TestAnotherEventUnderSameIDIsConflict(t *testing.T) {
	for name, c := range map[string]struct{ old, new, reason, level string }{
		"type":             {"charge.succeeded", "charge.failed", "conflict", "ERROR"},
		"created":          {"1763856000", "1763856001", "conflict", "ERROR"},
		"livemode":         {"true", "false", "conflict", "ERROR"},
		"object":           {"ch_1", "ch_2", "conflict", "ERROR"},
		"api_version":      {"2023-10-16", "2026-08-26.dahlia", "duplicate", "INFO"},
		"pending_webhooks": {`"livemode"`, `"pending_webhooks":2,"livemode"`, "duplicate", "INFO"},
	} {
		r := newRig(t, "default=any")
		r.want(r.post(whole), 200, "stored")
		r.want(r.post(strings.Replace(whole, c.old, c.new, 1)), 200, c.reason)
		if got, err := r.store.Get(t.Context(), "evt_1"); err != nil || string(got.Body) != whole || r.line().Level != c.level {
			t.Errorf("%s: the first did not stay, %v: %s", name, err, r.logs.String())
		}
	}
	r := newRig(t, "default=any+connect")
	r.want(r.post(strings.Replace(whole, `"livemode"`, `"account":"acct_1","livemode"`, 1)), 200, "stored")
	r.want(r.post(strings.Replace(whole, `"livemode"`, `"account":"acct_2","livemode"`, 1)), 200, "conflict")
}

func TestConcurrentDeliveriesOfOneEventStoreItOnce(t *testing.T) {
	r := newRig(t, "default=any")
	req := r.request(whole)
	r.handler.Log = slog.New(slog.DiscardHandler)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if res, err := r.handler.Handle(t.Context(), req); err != nil || res.StatusCode != 200 {
				t.Errorf("%d, %v", res.StatusCode, err)
			}
		})
	}
	all.Wait()
	if n := len(r.store.Changes(0, 1000)); n != 1 {
		t.Errorf("%d stream records", n)
	}
}

func TestNo2xxUnlessThePutIsDurable(t *testing.T) {
	r := newRig(t, "default=any")
	r.store.Fault = failing("Put", errInternal)
	r.want(r.post(whole), 503, "store_failed")
	r.store.Fault = failing("Quarantine.Put", errInternal)
	r.want(r.post("hello"), 503, "store_failed")
	r.nothingKept()

	r.store.Fault = nil
	r.want(r.post(whole), 200, "stored")
}

func TestKilledBeforeThePutNothingWasAnswered(t *testing.T) {
	r := newRig(t, "default=any")
	r.store.Fault = func(memory.Op) memory.Fault { return memory.Fault{Before: func() error { panic("killed") }} }
	answered := func() (yes bool) {
		defer func() { _ = recover() }()
		_, _ = r.handler.Handle(t.Context(), r.request(whole))
		return true
	}()
	r.store.Fault = nil
	if answered {
		t.Error("answered although the put never ended")
	}
	r.nothingKept()
	r.want(r.post(whole), 200, "stored")
}

func TestALostReplyIsFinishedByTheNextDelivery(t *testing.T) {
	r := newRig(t, "default=any")
	r.store.Fault = func(memory.Op) memory.Fault { return memory.LoseReply(errInternal) }
	r.want(r.post(whole), 503, "store_failed")
	r.store.Fault = nil
	r.want(r.post(whole), 200, "duplicate")
}

func TestWhatNoItemHoldsIs413AndAnAlarm(t *testing.T) {
	r := newRig(t, "default=any")
	r.handler.Intake.Store = refusing{r.store, fmt.Errorf("put evt_1: %w", event.ErrTooLarge)}
	r.want(r.post(whole), 413, "too_large")
	if r.line().Level != "ERROR" {
		t.Error(r.logs.String())
	}
}

func TestAStoreThatHangsGivesA5xxBeforeTheFunctionTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "default=any")
		r.handler.Intake.Store = refusing{r.store, nil}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		r.want(r.handle(ctx, r.request(whole)).StatusCode, 503, "store_failed")
		if ctx.Err() != nil {
			t.Error("the function's own time ran out first")
		}
	})
}

func TestAPanicOfTheParserIsA500WithoutThePayload(t *testing.T) {
	for name, value := range map[string]any{"text": whole, "error": errors.New(whole)} {
		r := newRig(t, "default=any")
		r.handler.Intake.Parse = func([]byte) (event.Facts, event.Reason) { panic(value) }
		r.want(r.post(whole), 500, "panic")
		if log := r.logs.String(); strings.Contains(log, "evt_1") || !strings.Contains(r.line().Stack, "ingest") {
			t.Errorf("%s: %s", name, log)
		}
		r.nothingKept()
	}
	r := newRig(t, "default=any")
	r.handler.Intake.Parse = func(b []byte) (event.Facts, event.Reason) { _ = b[len(b)+1]; return event.Facts{}, "" }
	r.want(r.post(whole), 500, "panic")
	if !strings.Contains(r.line().Error, "index out of range") {
		t.Error(r.logs.String())
	}
}
