package console_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
	"github.com/payhooks/payhooks/internal/status"
)

// site is a console of a stack in memory, and a browser without script.
type site struct {
	*consoletest.Reader
	desk *operatortest.Desk
	hook atomic.Pointer[memory.Hook]
	late atomic.Int64 // how much the clock is ahead
}

// open serves a stack with n done events; set changes what is shown.
func open(t *testing.T, n int, set ...func(*console.Config)) *site {
	t.Helper()
	d := operatortest.New(t, time.Now, n)
	s := &site{desk: d}
	d.Memory.Fault = func(op memory.Op) memory.Fault { // pages are read while a test sets another
		if hook := s.hook.Load(); hook != nil && *hook != nil {
			return (*hook)(op)
		}
		return memory.Fault{}
	}
	cfg := console.Config{
		Operator: d.Operator, Region: "eu-central-1", Mode: console.Local, Now: func() time.Time { return time.Now().Add(time.Duration(s.late.Load())) },
		Sources: status.Sources{Store: d.Store, Ledger: d.Ledger, Quarantine: d.Quarantine, Bus: d.Bus, DeadLetters: d.DeadLetters, Now: time.Now},
	}
	for _, f := range set {
		f(&cfg)
	}
	s.Reader = consoletest.Open(t, console.New(cfg))
	return s
}

// fault orders faults from now on; nil orders none.
func (s *site) fault(hook memory.Hook) { s.hook.Store(&hook) }

// put stores an event that the action has.
func (s *site) put(f event.Facts, subscribers ...string) {
	s.Helper()
	if f.Received.IsZero() {
		f.Received = time.Now()
	}
	s.desk.Put(f, time.Now().AddDate(1, 0, 0), subscribers...)
}

func TestAnEmptyFieldOfAFormIsNoFilter(t *testing.T) {
	s := open(t, 3)
	if page := s.Page("/events?type=&mode=&account=&customer="); !strings.Contains(page, "/events/evt_00002") || strings.Contains(page, "remove filter") {
		t.Error(consoletest.Main(page))
	}
}

func TestNoCharacterHidesInAPage(t *testing.T) {
	s := open(t, 0)
	s.put(event.Facts{ID: "evt_1", Type: "charge.\u202edeedeccus", Object: "ch_\u2066\u200b1"}, operatortest.Receipts)
	for _, path := range []string{"/events", "/events/evt_1"} {
		body := s.Page(path)
		if strings.ContainsAny(body, "\u202e\u2066\u200b") || !strings.Contains(body, `charge.\u202edeedeccus`) {
			t.Errorf("%s: %s", path, consoletest.Main(body))
		}
	}
}
