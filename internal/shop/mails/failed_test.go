package mails

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// failedFor is a decline of another payment for the same customer.
func failedFor(n int) obj {
	return withPhone(failedCharge1()).with(obj{"id": fmt.Sprint("ch_", n), "payment_intent": fmt.Sprint("pi_", n)})
}

func TestRecipientGetsOneFailureNoticeADay(t *testing.T) {
	for _, version := range stripetest.Versions {
		var events [][]byte
		for n := range 3 {
			events = append(events, posted(fmt.Sprint("evt_", n), "charge.failed", version, time.Duration(n)*time.Minute, failedFor(n), nil))
		}
		events = append(events, posted("evt_day", "charge.failed", version, -20*time.Hour, failedFor(9), nil))
		for order := range stripetest.Orders(1, events) {
			s := open(t, texting())
			skipped := 0
			for _, body := range order {
				if d := s.deliver(body); strings.Contains(d.Outcome, "reported to this recipient today") {
					skipped++
				}
			}
			if len(s.post.sent) != 2 || len(s.phones.sent) != 2 || skipped == 0 {
				t.Fatalf("%s: mails %v, texts %v, want one of each for either day; %d say why not", version, s.mails(), s.texts(), skipped)
			}
		}
	}
}

func TestTestModeTakesNoNoticeFromLiveMode(t *testing.T) {
	s := open(t, always)
	s.deliver(posted("evt_1", "charge.failed", today, 0, failedFor(1), nil))
	s.deliver(live(posted("evt_2", "charge.failed", today, 0, failedFor(2), nil)))
	if len(s.post.sent) != 2 {
		t.Errorf("mails %v, want one per mode", s.mails())
	}
}

func TestBurstAcrossMidnightGetsOneNotice(t *testing.T) {
	midnight := 12 * time.Hour
	var events [][]byte
	for n, at := range []time.Duration{-2 * time.Minute, -time.Minute, time.Minute} {
		c := failedCharge1().with(obj{"id": fmt.Sprint("ch_", n)})
		events = append(events, posted(fmt.Sprint("evt_", n), "charge.failed", today, midnight+at, c, nil))
	}
	for order := range stripetest.Orders(1, events) {
		s := open(t, always)
		for _, body := range order {
			if d := s.deliver(body); d.State != event.Done {
				t.Fatalf("%s %q", d.State, d.Error)
			}
		}
		if len(s.post.sent) != 1 {
			t.Fatalf("mails %v, want one", s.mails())
		}
	}
}

func TestRecipientOfTheDayThatCannotBeReadDelaysTheNotice(t *testing.T) {
	s := open(t, always)
	s.Store.Fault = func(op memory.Op) memory.Fault {
		if strings.HasPrefix(op.Key, "failed-to/") {
			return memory.Refuse(event.ErrThrottled)
		}
		return memory.Fault{}
	}
	d := s.deliver(posted("evt_1", "charge.failed", today, 0, failedCharge1(), nil))
	if d.State != event.Waiting || len(s.post.sent) != 0 {
		t.Fatalf("%s %q, mails %v, want it to wait", d.State, d.Error, s.mails())
	}
	s.Store.Fault = nil
	s.Now = d.Next
	if d := s.Deliver("evt_1"); d.State != event.Done || len(s.post.sent) != 1 {
		t.Errorf("%s %q, mails %v, want one", d.State, d.Error, s.mails())
	}
}
