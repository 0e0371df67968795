package reconcile_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/parallel"
	"github.com/payhooks/payhooks/internal/reconcile"
)

// much is a rig with a lot to do: every third event is pending, every third
// lacks a record and every third is due again.
func much(t *testing.T, logged *bytes.Buffer) *rig {
	r := newRig(t)
	r.Log = slog.New(slog.NewTextHandler(logged, nil))
	for n := range 1500 {
		id := fmt.Sprintf("evt_%04d", n)
		switch n % 3 {
		case 0:
			r.put(id)
		case 1:
			r.published(id, "send-receipt")
		default:
			r.published(id, "send-receipt")
			r.ensure(id, "send-receipt")
		}
	}
	r.now = r.now.Add(time.Hour)
	return r
}

// errKilled ends a run as Lambda does.
var errKilled = errors.New("killed")

// inTurn is a run in which one call is made after the other.
func (r *rig) inTurn() (got reconcile.Reply, err error) {
	defer func() {
		if p := recover(); p == any(errKilled) {
			err = errKilled
		} else if p != nil {
			panic(p)
		}
	}()
	return r.Run(parallel.InTurn(r.t.Context(), still{}), reconcile.Request{})
}

// at calls fn before the nth I/O from now on, once.
func (r *rig) at(n int, fn func()) {
	hook := func(memory.Op) memory.Fault {
		return memory.Fault{Before: func() error {
			if n--; n == 0 {
				fn()
			}
			return nil
		}}
	}
	r.store.Fault, r.bus.Fault = hook, hook
}

// all checks that everything came to its action, and how much came twice.
func (r *rig) all(mostTwice int) {
	r.t.Helper()
	times := map[string]int{}
	for _, e := range r.bus.Published() {
		times[e.ID]++
	}
	twice, claimed := 0, 0
	for n := range 1500 {
		id := fmt.Sprintf("evt_%04d", n)
		switch {
		case times[id] > 1:
			twice++
		case times[id] == 0:
			// The run that ended was about to send it: it has its turn 15 minutes later.
			if claimed++; claimed > 100 || !r.delivery(id, "send-receipt").Sent.After(r.now.Add(-15*time.Minute)) {
				r.t.Fatalf("%s did not come", id)
			}
		}
		if d := r.delivery(id, "send-receipt"); d.State != event.Waiting {
			r.t.Fatalf("%+v", d)
		}
	}
	if twice > mostTwice {
		r.t.Fatalf("%d came twice, at most %d may", twice, mostTwice)
	}
	if got := r.standing().Subscribed["send-receipt"]; got != 1500 {
		r.t.Fatalf("%d subscriptions are counted, want each event once", got)
	}
}

func TestRow62RunCutShortAfterAnyRequestDoesAtMostAPageAgain(t *testing.T) {
	for n := 1; n < 3700; n += 409 {
		t.Run(fmt.Sprint("killed at call ", n), func(t *testing.T) {
			var logged bytes.Buffer
			r := much(t, &logged)
			r.at(n, func() { panic(errKilled) })
			if _, err := r.inTurn(); !errors.Is(err, errKilled) {
				t.Fatalf("%v: make the loop end before", err)
			}
			r.at(0, nil)
			for range 4 { // a thousand redeliveries each
				r.now = r.now.Add(time.Minute)
				if _, err := r.inTurn(); err != nil {
					t.Fatal(err)
				}
			}
			r.all(100) // published at once, before the time is looked at
		})
	}
}

func TestRow62TwoRunsAtOnceAreHarmless(t *testing.T) {
	for n := 1; n < 3700; n += 409 {
		t.Run(fmt.Sprint("the second at call ", n), func(t *testing.T) {
			var logged bytes.Buffer
			r := much(t, &logged)
			other := *r
			other.use(r.store)
			other.Log = r.Log
			r.at(n, func() {
				if _, err := other.inTurn(); err != nil {
					t.Errorf("the second run: %v", err)
				}
			})
			if _, err := r.inTurn(); err != nil {
				t.Errorf("the first run: %v", err)
			}
			r.at(0, nil)
			for range 4 {
				r.now = r.now.Add(time.Minute)
				if _, err := r.inTurn(); err != nil {
					t.Fatal(err)
				}
			}
			r.all(500)
			if text := logged.String(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "level=WARN") {
				t.Error(text)
			}
		})
	}
}
