package ingest_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestEventOfPartnerBusIsStoredByteIdentical(t *testing.T) {
	b := newBridge(t, "eventbridge=live")
	detail := strings.Replace(whole, `"livemode"`, "\n\t\"name\": \"a\\u00e9\\/<&> \u00e9\u2028\", \"n\":1.0e2 ,\"livemode\"", 1)
	if back := b.receive(envelope(partner, "charge.succeeded", detail)); back != "" {
		t.Fatalf("came back: %s", b.logs.String())
	}
	e, err := b.store.Get(t.Context(), "evt_1")
	if err != nil || string(e.Body) != detail || e.Endpoint != "eventbridge" || e.Type != "charge.succeeded" || !e.Received.Equal(b.now) {
		t.Errorf("stored %+v, %v", e, err)
	}
	b.want(200, 200, "stored")
}

func TestMalformedOfBatchIsQuarantinedOthersStored(t *testing.T) {
	b := newBridge(t, "eventbridge=any")
	var batch []string
	for i := range 10 {
		batch = append(batch, envelope(partner, "charge.succeeded", strings.ReplaceAll(whole, "evt_1", fmt.Sprintf("evt_%d", i))))
	}
	batch[4] = envelope(partner, "charge.succeeded", strings.Replace(whole, `"evt_1"`, `null`, 1))
	if back := b.receive(batch...); back != "" {
		t.Errorf("came back: %s", back)
	}
	if stored, held := b.kept(); stored != 9 || held != 1 || b.held().Reason != string(webhook.NoID) {
		t.Errorf("%d stored, %d quarantined: %s", stored, held, b.logs.String())
	}
}

func TestMessageThatIsNotTheDestinationsIsQuarantined(t *testing.T) {
	good := envelope(partner, "charge.succeeded", whole)
	for _, c := range []struct {
		name, message, body string
		reason              event.Reason
	}{
		{"not JSON", "hello", "hello", ingest.NotAnEnvelope},
		{"nothing", "", "", ingest.NotAnEnvelope},
		{"null", "null", "null", ingest.NotAnEnvelope},
		{"a list", "[]", "[]", ingest.NotAnEnvelope},
		{"no detail", `{"source":"` + partner + `"}`, `{"source":"` + partner + `"}`, ingest.NotAnEnvelope},
		{"the event itself", whole, whole, ingest.NotAnEnvelope},
		{"detail in another case", `{"Detail":{}}`, `{"Detail":{}}`, ingest.NotAnEnvelope},
		{"null as detail", envelope(partner, "x", "null"), envelope(partner, "x", "null"), ingest.NotAnEnvelope},
		{"a foreign source", envelope(partner+"2", "charge.succeeded", whole), whole, ingest.ForeignSource},
		{"no source", strings.Replace(good, `"source"`, `"sauce"`, 1), whole, ingest.ForeignSource},
		{"a source that is no text", strings.Replace(good, `"`+partner+`"`, `["`+partner+`"]`, 1), whole, ingest.ForeignSource},
		{"another detail-type", envelope(partner, "charge.refunded", whole), whole, ingest.DetailType},
		{"no detail-type", strings.Replace(good, `"detail-type"`, `"type"`, 1), whole, ingest.DetailType},
		{"text as detail", envelope(partner, "charge.succeeded", `"hello"`), `"hello"`, webhook.NotAnEvent},
		{"two types", envelope(partner, "charge.succeeded", `{"type":"charge.failed",`+whole[1:]), `{"type":"charge.failed",` + whole[1:], webhook.AmbiguousKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBridge(t, "eventbridge=any")
			if back := b.receive(c.message); back != "" {
				t.Error("came back")
			}
			if q := b.held(); q.Reason != string(c.reason) || string(q.Body) != c.body || q.Endpoint != "eventbridge" {
				t.Errorf("quarantined %+v with %q", q, q.Body)
			}
			b.want(200, 200, "quarantined:"+string(c.reason))
		})
	}
}

func TestRowEventbridgeDecidesModeAndAccount(t *testing.T) {
	account := strings.Replace(whole, `"livemode"`, `"account":"acct_1","livemode"`, 1)
	for _, c := range []struct{ endpoints, detail, reason string }{
		{"eventbridge=live", whole, "stored"},
		{"eventbridge=test,default=live", whole, "quarantined:wrong_mode"},
		{"eventbridge=live,connect=live+connect", account, "quarantined:unexpected_account"},
		{"eventbridge=live+connect", account, "stored"},
		{"eventbridge=live+connect", strings.Replace(account, "true", "false", 1), "not stored:test_event"},
	} {
		b := newBridge(t, c.endpoints)
		b.receive(envelope(partner, "charge.succeeded", c.detail))
		b.want(200, 200, c.reason)
	}
}

func TestSameEventByWebhookAndBusIsOne(t *testing.T) {
	for _, busFirst := range []bool{true, false} {
		b := newBridge(t, "default=any,eventbridge=any")
		ways := []func(){func() { b.post(whole) }, func() { b.receive(envelope(partner, "charge.succeeded", whole)) }}
		if busFirst {
			ways[0], ways[1] = ways[1], ways[0]
		}
		ways[0]()
		ways[1]()
		b.want(200, 200, "duplicate")
		if stored, held := b.kept(); stored != 1 || held != 0 {
			t.Errorf("%d stored, %d quarantined", stored, held)
		}
	}
}

func TestSamplesOfEnvelopesAreStored(t *testing.T) {
	for name, want := range map[string]string{
		"snapshot-test": "stored", "snapshot-live": "stored", "connect": "stored", "malformed": "quarantined:detail_type",
	} {
		text, source, detail := sampleEnvelope(t, name)
		b := newBridge(t, "eventbridge=any+connect")
		b.handler.Source = source
		b.receive(text)
		b.want(200, 200, want)
		if e, err := b.store.Get(t.Context(), b.line().Event); want == "stored" && (err != nil || !bytes.Equal(e.Body, detail)) {
			t.Errorf("%s: not stored as it came: %v", name, err)
		}
	}
}

// The type of a thin event is compared as it is written: it is stored under its
// snapshot's.
func TestThinEventOfPartnerBusIsStored(t *testing.T) {
	for name, kind := range map[string]string{"thin": "invoice.paid", "ping": "v2.core.event_destination.ping"} {
		text, source, detail := sampleEnvelope(t, name)
		b := newBridge(t, "eventbridge=any+connect")
		b.handler.Source = source
		if back := b.receive(text); back != "" {
			t.Errorf("%s came back", name)
		}
		b.want(200, 200, "stored")
		if e, err := b.store.Get(t.Context(), b.line().Event); err != nil || !bytes.Equal(e.Body, webhook.WithoutClient(detail)) || e.Type != kind {
			t.Errorf("%s: %+v, %v", name, e.Facts, err)
		}
	}
}

func TestQuarantineKeepsNoClientOfTheRequest(t *testing.T) {
	_, _, detail := sampleEnvelope(t, "thin")
	detail = bytes.Replace(detail, []byte(`"request": {`), []byte(`"request": {"client": {"email": "jenny@example.com"},`), 1)
	b := newBridge(t, "eventbridge=any")
	b.receive(envelope("aws.partner/other", "v1.invoice.paid", string(detail)))
	if q := b.held(); !bytes.Contains(detail, []byte("jenny")) || bytes.Contains(q.Body, []byte("jenny")) || !bytes.Contains(q.Body, []byte("v1.invoice.paid")) {
		t.Errorf("quarantined %s", q.Body)
	}
}

func TestRowMissingForThePartnerBusIsNamed(t *testing.T) {
	for endpoints, want := range map[string]string{"default=live": "eventbridge=live", "eventbridge=any": ""} {
		all, err := webhook.ParseEndpoints(endpoints)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ingest.EventBridgeRow(all, partner); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", endpoints, err)
		}
		if _, err := ingest.EventBridgeRow(all, ""); err == nil || !strings.Contains(err.Error(), "StripeEventSource") {
			t.Errorf("without a source: %v", err)
		}
	}
}

func TestMessagesStayInTheQueueUntilThePartnerBusHasARow(t *testing.T) {
	b := newBridge(t, "eventbridge=any")
	source, kind, detail := sampleEnvelope(t, "thin")
	b.handler.Source = source
	_, b.handler.Unusable = ingest.EventBridgeRow(nil, source)
	text := envelope(source, kind, string(detail))
	if again := b.receive(text, text); again != "0 1" || !strings.Contains(b.logs.String(), "eventbridge=live") {
		t.Errorf("%q come back; logged: %s", again, b.logs.String())
	}
	b.handler.Unusable = nil
	if again := b.receive(text); again != "" {
		t.Errorf("%q come back; logged: %s", again, b.logs.String())
	}
}

func TestRowEventbridgeIsNoWebhookWithoutSecret(t *testing.T) {
	r := newRig(t, "default=any,eventbridge=any")
	r.others = map[string]string{"eventbridge": ""}
	r.secretErr = nil
	r.want(r.post(whole, at("eventbridge")), 404, "unknown_endpoint")
	r.nothingKept()
	r.now = r.now.Add(3600e9)
	r.others["eventbridge"] = signing
	r.want(r.post(whole, at("eventbridge")), 200, "stored")
}
