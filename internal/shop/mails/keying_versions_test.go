package mails

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// mixed are two refunds as endpoints of two versions on one stack report them.
func mixed() [][]byte {
	return [][]byte{
		gaveBack("evt_1", before2024, 1, 0, 3000), gaveBack("evt_2", before2024, 2, 3000, 6000),
		gaveBack("evt_3", today, 1, 0, 3000), gaveBack("evt_4", today, 2, 3000, 6000),
		posted("evt_5", "refund.created", today, time.Hour, refundOf("re_1", 3000, "succeeded"), nil),
		posted("evt_6", "refund.created", today, 2*time.Hour, refundOf("re_2", 3000, "succeeded"), nil),
	}
}

// finish delivers what is not finished, as the queue and reconcile would.
func (s *shop) finish(ids []string) {
	for range 12 {
		s.Now = s.Now.Add(10 * time.Minute)
		for _, id := range ids {
			s.Deliver(id)
		}
	}
}

func TestTwoVersionsOnOneStackMailEachRefundOnceWhateverTheOrder(t *testing.T) {
	stripe := newAPI(t, made("re_1", 3000, "succeeded", 1), made("re_2", 3000, "succeeded", 2))
	for order := range stripetest.Permutations(mixed()) {
		for _, s := range []*shop{open(t, always), open(t, always).asks(stripe)} {
			var ids []string
			for _, body := range order {
				ids = append(ids, s.deliver(body).Event)
			}
			s.finish(ids)
			got := s.refundMails()
			if len(got) != 2 || strings.HasPrefix(got[0], "refund/re_") != strings.HasPrefix(got[1], "refund/re_") {
				t.Fatalf("with key %q: mails %v, want two", s.key, got)
			}
			for _, id := range ids {
				if d := s.Delivery(id); d.State != event.Done {
					t.Fatalf("with key %q: %s is %s: %s", s.key, id, d.State, d.Error)
				}
			}
		}
	}
}

// Keys come and go, Stripe is down for a while, events come in any order, twice
// and at the same moment: in the end, when there is a key, both refunds were
// mailed; and none was ever mailed twice.
func TestNoRefundIsMailedTwiceWhateverHappensToTheKey(t *testing.T) {
	stripe := newAPI(t, made("re_1", 3000, "succeeded", 1), made("re_2", 3000, "succeeded", 2))
	down := false
	stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Stripe-Should-Retry", "false")
		if down {
			fakestripe.Fail(w, http.StatusServiceUnavailable, "api_error", "", "Later.")
		}
		return down
	}
	old := [][]byte{
		gaveBack("evt_1", before2024, 1, 0, 3000), gaveBack("evt_2", before2024, 2, 3000, 6000),
		gaveBack("evt_1b", before2024, 1, 0, 3000), gaveBack("evt_2b", before2024, 2, 3000, 6000), paid(),
	}
	rapid.Check(t, func(rt *rapid.T) {
		bodies := old
		if rapid.Bool().Draw(rt, "mixed versions") {
			bodies = mixed()
		}
		bodies = shuffled(rt, bodies)
		s := open(t, always)
		var ids []string
		for _, body := range bodies {
			lookups := rapid.SampledFrom([]string{"key", "no key", "down"}).Draw(rt, "lookups")
			s.asks(stripe)
			if lookups == "no key" {
				s.key = ""
			}
			down = lookups == "down"
			s.forgets()
			ids = append(ids, s.deliver(body).Event)
			if again := rapid.SampledFrom(ids).Draw(rt, "again"); rapid.Bool().Draw(rt, "repeat") {
				s.Deliver(again)
			}
		}
		down = false
		s.asks(stripe)
		s.finish(ids)
		if got := s.refundMails(); len(got) != 2 || !strings.HasSuffix(got[0], " 30.00 USD") || !strings.HasSuffix(got[1], " 30.00 USD") {
			rt.Fatalf("mails %v, want two of 30.00", got)
		}
		for _, id := range ids {
			if d := s.Delivery(id); d.State != event.Done {
				rt.Fatalf("%s is %s: %s", id, d.State, d.Error)
			}
		}
	})
}

// shuffled draws an order.
func shuffled(rt *rapid.T, bodies [][]byte) (order [][]byte) {
	places := make([]int, len(bodies))
	for i := range places {
		places[i] = i
	}
	for _, i := range rapid.Permutation(places).Draw(rt, "order") {
		order = append(order, bodies[i])
	}
	return order
}
