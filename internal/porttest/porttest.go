// Package porttest is the suite that every implementation of the ports of
// package event passes. Each test guards a sentence of a port's comment.
package porttest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"iter"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

// Ports are an implementation under test. Its tables may hold what earlier
// tests left. State tables "orders" and "cursors" must exist.
type Ports struct {
	Store      event.Store
	Quarantine event.Quarantine
	Ledger     event.Ledger
	Copies     event.Copies
	Erasure    event.Erasure
	// Stack is in front of the short names of the tables.
	Stack string
	// Copy copies a table as it is, under a name that it returns.
	Copy func(t *testing.T, table string) (name string)
	// Lose deletes the item with this id of a table whose key is id alone.
	Lose func(t *testing.T, table, id string)
	// LoseReply lets the next request of any port happen and its reply be
	// lost, below the retries of the implementation.
	LoseReply func()
}

// Run runs the suite; open is called once for each test.
func Run(t *testing.T, open func(t *testing.T) Ports) {
	t.Helper()
	for _, group := range []struct {
		name  string
		tests map[string]func(*testing.T, Ports)
	}{
		{"store", storeTests},
		{"publish", publishTests},
		{"index", indexTests},
		{"customer", customerTests},
		{"thin", thinTests},
		{"link", linkTests},
		{"scope", scopeTests},
		{"quarantine", quarantineTests},
		{"begin", beginTests},
		{"deliveries", deliveriesTests},
		{"claim", claimTests},
		{"commit", commitTests},
		{"unclaimed", unclaimedTests},
		{"record", recordTests},
		{"ensure", ensureTests},
		{"redelivery", redeliveryTests},
		{"unfinished", unfinishedTests},
		{"reopen", reopenTests},
		{"discard", discardTests},
		{"state", stateTests},
		{"intend", intendTests},
		{"resolve", resolveTests},
		{"report", reportTests},
		{"remember", rememberTests},
		{"extend", extendTests},
		{"copies", copiesTests},
		{"erase", eraseTests},
		{"lost reply", lostReplyTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for name, test := range group.tests {
				t.Run(name, func(t *testing.T) { test(t, open(t)) })
			}
		})
	}
}

// now is the tests' clock: a time with a fraction that no store keeps. Some
// stores delete what has expired by the wall clock, so it is in the future.
var now = time.Date(2096, 11, 22, 12, 30, 15, 123456789, time.UTC)

// unique makes a name that no other run uses.
func unique(prefix string) string { return prefix + strings.ToLower(rand.Text()[:12]) }

func newEvent() event.Event {
	amount := int64(2000)
	id := unique("evt_")
	return event.Event{
		Facts: event.Facts{
			ID: id, Type: "payment_intent.succeeded", Created: now.Truncate(time.Second),
			Scope: event.Scope{Account: "acct_1", Livemode: true}, APIVersion: "2023-10-16", Endpoint: "default", Object: "pi_" + id, ObjectType: "payment_intent",
			Subject: "pi_" + id, Customer: "cus_1", Amount: &amount, Currency: "usd", Status: "succeeded",
			Received: now.Truncate(time.Millisecond),
		},
		Body: []byte(`{ "id": "` + id + `" }` + "\n"),
	}
}

func put(t *testing.T, p Ports, e event.Event) {
	t.Helper()
	res, err := p.Store.Put(t.Context(), e, now.Add(time.Hour))
	noError(t, err)
	same(t, event.ResultStored, res)
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func isError(t *testing.T, want, err error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error is %v, want %v", err, want)
	}
}

func same[T any](t *testing.T, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("not as promised (-want +got):\n%s", diff)
	}
}

func sameJSON(t *testing.T, want string, got json.RawMessage) {
	t.Helper()
	if a, b := decode(t, []byte(want)), decode(t, got); !reflect.DeepEqual(a, b) {
		t.Fatalf("JSON is %s, want %s", got, want)
	}
}

func decode(t *testing.T, data []byte) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	noError(t, d.Decode(&v))
	return v
}

// eventually waits for an index that may be a second behind.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(5 * time.Second)
	for !ok() {
		select {
		case <-late:
			t.Fatalf("%s: not within 5 seconds", what)
		case <-tick.C:
		}
	}
}

// take reads n elements of the sequence and stops. It returns how many it read.
func take[T any](t *testing.T, seq iter.Seq2[T, error], n int) (got int) {
	t.Helper()
	for _, err := range seq {
		noError(t, err)
		if got++; got == n {
			break
		}
	}
	return got
}

// together runs f n times at once and waits for all.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}
