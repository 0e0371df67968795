package ingest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestOnlyMessageThatCouldNotBeStoredComesBack(t *testing.T) {
	b := newBridge(t, "eventbridge=any")
	b.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Put" && op.Key == "evt_2" {
			return memory.Refuse(errInternal)
		}
		return memory.Fault{}
	}
	batch := make([]string, 4)
	for i := range batch {
		batch[i] = envelope(partner, "charge.succeeded", strings.ReplaceAll(whole, "evt_1", fmt.Sprintf("evt_%d", i)))
	}
	if back := b.receive(batch...); back != "2" {
		t.Errorf("came back: %q", back)
	}
	if stored, _ := b.kept(); stored != 3 || !strings.Contains(b.logs.String(), `"reason":"store_failed"`) {
		t.Errorf("%d stored: %s", stored, b.logs.String())
	}
	b.store.Fault = failing("Quarantine.Put", errInternal)
	if back := b.receive("hello"); back != "0" {
		t.Error("what could not be quarantined does not come back")
	}
}

func TestPanicOfOneMessageLeavesTheOthers(t *testing.T) {
	b := newBridge(t, "eventbridge=any")
	b.store.Fault = func(op memory.Op) memory.Fault {
		if op.Key == "evt_2" {
			panic(whole)
		}
		return memory.Fault{}
	}
	b.handler.Intake.Parse = func(body []byte) (event.Facts, event.Reason) {
		if bytes.Contains(body, []byte("evt_3")) {
			panic(whole)
		}
		return webhook.Parse(body)
	}
	var batch []string
	for _, id := range []string{"evt_1", "evt_2", "evt_3"} {
		batch = append(batch, envelope(partner, "charge.succeeded", strings.ReplaceAll(whole, "evt_1", id)))
	}
	if back := b.receive(batch...); back != "1 2" || strings.Count(b.logs.String(), `"reason":"panic"`) != 2 {
		t.Errorf("came back: %q, %s", back, b.logs.String())
	}
	if stored, held := b.kept(); stored != 1 || held != 0 || strings.Contains(b.logs.String(), "ch_1") {
		t.Errorf("%d stored, %d quarantined: %s", stored, held, b.logs.String())
	}
}

func TestEventTooLargeForTheStoreIsNoted(t *testing.T) {
	b := newBridge(t, "eventbridge=any")
	b.handler.Intake.Store = refusing{b.store, fmt.Errorf("put evt_1: %w", event.ErrTooLarge)}
	if back := b.receive(envelope(partner, "charge.succeeded", whole)); back != "" {
		t.Error("it comes back for ever")
	}
	b.want(413, 413, "too_large")
	var note struct {
		ID    string
		Bytes int
	}
	q := b.held()
	if err := json.Unmarshal(q.Body, &note); err != nil || q.ID != "evt_1" || q.Reason != "too_large" || q.Type != "charge.succeeded" || note.ID != "evt_1" || note.Bytes != len(whole) {
		t.Errorf("quarantined %+v with %s", q, q.Body)
	}
	b.store.Fault = failing("Quarantine.Put", errInternal)
	if back := b.receive(envelope(partner, "charge.succeeded", whole)); back != "0" {
		t.Error("it is lost: neither stored nor noted nor back")
	}
}
