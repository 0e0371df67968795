package fraud

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// begin is when every story begins.
var begin = stripetest.Noon

// minute is the time so many minutes after begin.
func minute(n int) time.Time { return begin.Add(time.Duration(n) * time.Minute) }

// suspect is the order pi_1; a minute passes after each event.
type suspect struct{ *stripetest.Payment }

func newSuspect(version facts.Version) suspect {
	l := stripetest.New(version)
	l.After = time.Minute
	return suspect{l.Payment(stripetest.Payment{})}
}

func (s suspect) wait(minutes int) suspect {
	s.Life.Wait(time.Duration(minutes) * time.Minute)
	return s
}

func (s suspect) warn(kind, id string, actionable bool) suspect {
	s.Warn(kind, id, actionable)
	return s
}

// review reports prv_1; an open one has no reason to be closed.
func (s suspect) review(kind, closed string) suspect {
	s.Review(kind, "prv_1", closed)
	return s
}

// dispute reports one whose evidence is due so many minutes after the story
// began; 0 is never.
func (s suspect) dispute(kind, id, status string, due int) suspect {
	if s.DisputeOf(id).Due = minute(due); due == 0 {
		s.DisputeOf(id).Due = time.Time{}
	}
	s.Dispute(kind, id, 1000, status)
	return s
}

// charge reports an attempt to pay the order with the card, by the customer.
func (s suspect) charge(kind, id, order, card string, customer any) suspect {
	s.Life.Send("charge."+kind, stripetest.Object{
		"id": id, "payment_intent": order, "customer": customer, "status": kind,
		"payment_method_details": stripetest.Object{"type": "card", "card": stripetest.Object{"brand": "visa", "last4": "4242", "fingerprint": card}},
	}, nil)
	return s
}

// failures are n attempts for n orders, from the given one on.
func (s suspect) failures(from, n int, card string, customer any) suspect {
	for i := from; i < from+n; i++ {
		s.charge("failed", fmt.Sprintf("ch_%d", i), fmt.Sprintf("pi_%d", i), card, customer)
	}
	return s
}

// rule of the tests: three within ten minutes.
var rule = Rule{Limit: 3, Window: 10 * time.Minute}

// rows are both kinds of rows after the events, in JSON as stored.
func rows(t testing.TB, events []facts.Event) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, e := range events {
		kind, id, err := Key(e)
		if err != nil {
			continue
		}
		change(t, all, e.Key(kind, id), func(o Order) Order { return Merge(o, id, e) })
		for _, source := range Sources(e) {
			change(t, all, e.Key(SourceKey(source)), func(s Source) Source { return Add(s, source, e) })
		}
	}
	return all
}

func change[T any](t testing.TB, all map[string]string, key string, fn func(T) T) {
	t.Helper()
	var row T
	if old := all[key]; old != "" {
		if err := json.Unmarshal([]byte(old), &row); err != nil {
			t.Fatal(err)
		}
	}
	data, err := json.Marshal(fn(row))
	if err != nil {
		t.Fatal(err)
	}
	all[key] = string(data)
}

// held are the holds of all rows, as they are listed.
func held(t testing.TB, all map[string]string) []Hold {
	t.Helper()
	var orders []Order
	var sources []Source
	for _, data := range all {
		var o Order
		var source Source
		if err := errors.Join(json.Unmarshal([]byte(data), &o), json.Unmarshal([]byte(data), &source)); err != nil {
			t.Fatal(err)
		}
		if o.Order == "" {
			sources = append(sources, source)
			continue
		}
		orders = append(orders, o)
	}
	return Holds(rule, orders, sources)
}
