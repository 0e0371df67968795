package engine_test

import (
	"encoding/json"
	"errors"
	"iter"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/internal/event"
)

// unreadable inserts items that cannot be read: an event in every shard, a
// delivery, a quarantined request and a row.
func unreadable(t *testing.T, db database) {
	t.Helper()
	for _, shard := range []string{"00", "01", "02", "03"} {
		insert(t, db, "events", map[string]types.AttributeValue{
			"id": text("evt_bad" + shard), "shard": text(shard), "subject_key": text("test/own/subject/pi_bad"), "created": text("never"),
			"received": text("2096-11-22T12:00:00.000Z"), "livemode": text("yes"), "endpoint": text("default"), "body": text("plain"),
		})
	}
	insert(t, db, "deliveries", map[string]types.AttributeValue{
		"id": text("a#evt_bad00"), "action": text("a"), "event": text("evt_bad00"), "state": text("parked"),
		"open": text("parked#07"), "next": text("2096-11-22T12:00:00.000Z"), "attempt": text("one"), "history": text("{"),
	})
	insert(t, db, "quarantine", map[string]types.AttributeValue{
		"endpoint": text("default"), "id": text("evt_bad00"), "shard": text("00"), "received": text("yesterday"),
	})
	insert(t, db, "orders", map[string]types.AttributeValue{"id": text("pi_bad"), "version": text("one")})
}

// readAll reads a sequence whole: how many were read and how many could not be.
func readAll[T any](t *testing.T, seq iter.Seq2[T, error]) (read, invalid int) {
	t.Helper()
	for _, err := range seq {
		switch {
		case err == nil:
			read++
		case errors.Is(err, event.ErrInvalid):
			invalid++
		default:
			t.Fatal(err)
		}
	}
	return read, invalid
}

func TestSequencesContinueBehindAnUnreadableItem(t *testing.T) {
	db := openTables(t)
	unreadable(t, db)
	good := event.Event{Facts: event.Facts{ID: "evt_good", Type: "ping", Created: noon, Received: noon}, Body: []byte("{}")}
	if _, err := db.tables.Put(t.Context(), good, noon); err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		d := event.Delivery{Event: "evt_" + strconv.Itoa(n), Action: "a", State: event.Parked, Owner: "o", Next: noon}
		if err := db.tables.Commit(t.Context(), event.Commit{Delivery: d}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.tables.Quarantine().Put(t.Context(), event.Quarantined{Endpoint: "zoo", ID: "evt_good"}); err != nil {
		t.Fatal(err)
	}
	if err := db.tables.Write(t.Context(), event.Write{Table: "orders", Key: "pi_good", Data: json.RawMessage(`{}`)}); err != nil {
		t.Fatal(err)
	}
	check := func(name string, wantRead, wantInvalid int) func(int, int) {
		return func(read, invalid int) {
			if read != wantRead || invalid != wantInvalid {
				t.Errorf("%s: read %d and %d invalid, expected %d and %d", name, read, invalid, wantRead, wantInvalid)
			}
		}
	}
	check("received", 1, 4)(readAll(t, event.ReceivedBetween(t.Context(), db.tables, noon.Add(-time.Hour), noon.AddDate(1, 0, 1))))
	check("unfinished", 20, 1)(readAll(t, event.UnfinishedDeliveries(t.Context(), db.tables, event.Parked, noon.Add(time.Hour))))
	check("quarantine", 1, 1)(readAll(t, db.tables.Quarantine().All(t.Context())))
	check("pages of the quarantine", 1, 1)(readAll(t, event.QuarantinedRequests(t.Context(), db.tables.Quarantine())))
	check("one a page", 1, 1)(onePerPage(t, db.tables.Quarantine()))
	check("scan", 1, 1)(readAll(t, db.tables.Scan(t.Context(), "orders")))
}

// onePerPage is readAll of the quarantine, newest first, a page for each.
func onePerPage(t *testing.T, all event.Quarantine) (read, invalid int) {
	t.Helper()
	for l := (event.QuarantineList{Newest: true, Limit: 1}); ; {
		page, err := all.List(t.Context(), l)
		switch {
		case errors.Is(err, event.ErrInvalid):
			invalid++
		case err != nil:
			t.Fatal(err)
		}
		read += len(page.Items)
		if l.After = page.Next; l.After.IsZero() {
			return read, invalid
		}
	}
}

func TestRequestQuarantinedByTheReleaseBeforeIsListed(t *testing.T) {
	db := openTables(t)
	insert(t, db, "quarantine", map[string]types.AttributeValue{
		"endpoint": text("default"), "id": text("evt_old"), "reason": text("no_id"), "received": text("2096-11-22T12:00:00.000Z"),
	})
	all, unreadable, err := event.Collect(db.tables.Quarantine().All(t.Context()))
	if err := errors.Join(unreadable, err); err != nil || len(all) != 1 || all[0].ID != "evt_old" || all[0].Reason != "no_id" {
		t.Errorf("%+v, error %v", all, err)
	}
}

func TestUnreadableItemIsNamedByEveryRead(t *testing.T) {
	db := openTables(t)
	unreadable(t, db)
	bad := event.DeliveryRef{Action: "a", Event: "evt_bad00"}
	got, err := db.tables.Get(t.Context(), bad.Event)
	if !errors.Is(err, event.ErrInvalid) || got.Endpoint != "default" {
		t.Errorf("get: endpoint %q, error %v", got.Endpoint, err)
	}
	if _, err := db.tables.Related(t.Context(), event.Scope{}, "pi_bad"); !errors.Is(err, event.ErrInvalid) {
		t.Errorf("related: error %v", err)
	}
	if res, err := db.tables.Put(t.Context(), event.Event{Facts: event.Facts{ID: bad.Event}}, noon); err != nil || res != event.ResultConflict {
		t.Errorf("put over it: %v, error %v", res, err)
	}
	if _, err := db.tables.Delivery(t.Context(), bad); !errors.Is(err, event.ErrInvalid) {
		t.Errorf("delivery: error %v", err)
	}
	good := event.DeliveryRef{Action: "b", Event: "evt_bad01"}
	if err := db.tables.Ensure(t.Context(), event.Ensured{DeliveryRef: good, Now: noon, Expires: noon}); err != nil {
		t.Fatal(err)
	}
	ds, err := db.tables.Deliveries(t.Context(), []event.DeliveryRef{bad, good})
	if !errors.Is(err, event.ErrInvalid) || len(ds) != 1 || ds[0].Action != "b" {
		t.Errorf("deliveries: %v, error %v", ds, err)
	}
	begun := db.tables.Begin(t.Context(), []event.DeliveryRef{bad, good})
	if b := begun[0]; b.Err == nil || b.Read() {
		t.Errorf("begin: error %v", b.Err)
	}
	if b := begun[1]; !errors.Is(b.Err, event.ErrInvalid) || b.Delivery.State != event.Waiting {
		t.Errorf("begin of an unreadable event: %q, error %v", b.Delivery.State, b.Err)
	}
}
