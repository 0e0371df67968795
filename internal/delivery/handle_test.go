package delivery_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/delivery"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// queue notes for how long it was asked to hide a message.
type queue []time.Duration

func (q *queue) Delay(_ context.Context, _, _ string, d time.Duration) error {
	*q = append(*q, d)
	return nil
}

// receive hands evt_1 to the function as a message and reports whether the
// queue keeps it.
func (r *rig) receive(h *delivery.Handler, receives, only string) (kept bool) {
	r.t.Helper()
	m := events.SQSMessage{MessageId: "1", Body: fmt.Sprintf(`{"detail":{"id":"evt_1","only":%q}}`, only)}
	if receives != "" {
		m.Attributes = map[string]string{"ApproximateReceiveCount": receives}
	}
	out, err := h.Handle(r.t.Context(), events.SQSEvent{Records: []events.SQSMessage{m}})
	if err != nil {
		r.t.Fatal(err)
	}
	return len(out.BatchItemFailures) == 1
}

// calls notes the calls of the store from now on.
func (r *rig) calls() *[]string {
	var calls []string
	r.Fault = func(op memory.Op) memory.Fault { calls = append(calls, op.Name); return memory.Fault{} }
	return &calls
}

func TestEveryMessageButAFirstReceiveClaims(t *testing.T) {
	for name, tc := range map[string]struct {
		receives, only string
		claims         bool
	}{
		"first receive":                 {"1", "", false},
		"second receive":                {"2", "", true},
		"receive that is not counted":   {"", "", true},
		"redelivery, redrive or replay": {"1", "act", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			calls := r.calls()
			r.receive(r.process(add), tc.receives, tc.only)
			if got := slices.Contains(*calls, "Claim"); got != tc.claims {
				t.Fatalf("claimed: %t, expected %t (%v)", got, tc.claims, *calls)
			}
		})
	}
}

func TestWaitAboveAMinuteIsTheLedgers(t *testing.T) {
	for after, carried := range map[time.Duration]bool{time.Minute: true, time.Minute + time.Second: false} {
		t.Run(after.String(), func(t *testing.T) {
			r, q := newRig(t), queue{}
			h := r.process(func(context.Context, *delivery.Attempt) error { return event.RetryAfter(errDown, after) })
			h.Queue = &q
			if kept := r.receive(h, "1", ""); kept != carried || slices.Equal(q, queue{after}) != carried {
				t.Fatalf("message kept: %t, hidden for %v", kept, q)
			}
			if d := r.record(); d.State != event.Waiting || d.Next.Sub(r.now) != after || d.Sent.Equal(d.Next) != carried {
				t.Fatalf("%+v", d)
			}
		})
	}
}

func TestFirstReceiveOfAWaitingDeliveryWaitsForItsTime(t *testing.T) {
	r := newRig(t)
	d := r.first(r.process(func(context.Context, *delivery.Attempt) error { return event.RetryAfter(errDown, time.Hour) }))
	r.want(r.first(r.process(r.mail)), event.Waiting, 0, 0)
	r.now = d.Next
	r.want(r.first(r.process(r.mail)), event.Done, 1, 0)
}
