package delivery

import (
	"context"

	"github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/batch"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/rawjson"
)

// received is a queue's message.
type received struct {
	events.SQSMessage

	event string // empty if it cannot be read
	again bool   // see Deliver
	ahead *event.Begun
}

// Handle handles a batch of queue messages and names those that must become
// visible again.
func (h *Handler) Handle(ctx context.Context, in events.SQSEvent) (events.SQSEventResponse, error) {
	all := make([]received, len(in.Records))
	for i, m := range in.Records {
		all[i] = h.receive(m)
	}
	h.readAhead(ctx, all)
	return batch.Messages(in, h.InTurn, func(i int) bool { return h.message(ctx, all[i]) }), nil
}

func (h *Handler) receive(m events.SQSMessage) received {
	id, only, ok := readEnvelope([]byte(m.Body))
	if !ok {
		return received{SQSMessage: m}
	}
	// Every message to function fetch names it, the first one, too. What it does twice
	// is done once.
	named := only != "" && h.Action != event.Fetch
	return received{SQSMessage: m, event: id, again: named || !batch.First(m)}
}

// readEnvelope reads the event's id and whom it is for from what the bus hands over.
func readEnvelope(body []byte) (id, only string, ok bool) {
	r := rawjson.New(body)
	r.Expect(r.Object(func(name []byte) {
		if string(name) != "detail" {
			return
		}
		r.Object(func(name []byte) {
			switch string(name) {
			case "id":
				id = r.NeedText()
			case "only":
				only = r.NeedText()
			}
		})
	}))
	return id, only, r.OK()
}

// readAhead reads the events of a batch and their records with one call. It may be old
// when a message's turn comes, so it serves only attempts without a claim, whose commit
// loses against every write of the record, and those that end because theirs was done.
// All others read for themselves, as do the second message for an event and one for
// which the call failed.
func (h *Handler) readAhead(ctx context.Context, all []received) {
	var refs []event.DeliveryRef
	first := map[string]int{}
	for i, m := range all {
		if _, twice := first[m.event]; !twice && m.event != "" && !m.again && len(refs) < aheadOf {
			first[m.event] = i
			refs = append(refs, event.DeliveryRef{Action: h.Action, Event: m.event})
		}
	}
	if len(refs) < 2 {
		return
	}
	for i, b := range h.Ledger.Begin(ctx, refs) {
		if b.Read() && (b.Delivery.Finished() || !owned(b.Delivery)) {
			all[first[refs[i].Event]].ahead = &b
		}
	}
}

// aheadOf is how many events are read ahead: a team may have set its queue to batches of
// thousands, whose bodies would be held at once.
const aheadOf = 50

// message handles one message and reports whether the queue must keep it.
func (h *Handler) message(ctx context.Context, m received) (keep bool) {
	if m.event == "" {
		h.Log.ErrorContext(ctx, "unreadable message", "action", h.Action, "id", m.MessageId)
		return true
	}
	d, err := h.deliver(ctx, m.event, m.again, m.ahead)
	if err != nil {
		h.Log.ErrorContext(ctx, "attempt failed", "event", m.event, "action", h.Action, "error", redact(err.Error()))
		return true
	}
	left := latest(d.Next, d.Lease).Sub(h.Now())
	if d.Finished() || left > carried {
		return false
	}
	if err := h.Queue.Delay(ctx, m.EventSourceARN, m.ReceiptHandle, max(left, 0)); err != nil {
		h.Log.WarnContext(ctx, "delay message", "event", m.event, "action", h.Action, "error", redact(err.Error()))
	}
	return true
}
