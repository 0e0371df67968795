package memory

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// Message is one message of a Queue. Receipt belongs to this receive only.
type Message struct {
	ID       string
	Body     string
	Receipt  string
	Receives int
	Sent     time.Time
}

// Queue is a standard queue in memory: at least once, in no promised order.
// Its fields must not change while a call is under way.
type Queue struct {
	Now        func() time.Time
	Visibility time.Duration // of a received message; 0 is 30 seconds
	// A message received MaxReceives times goes to DeadLetter on the next
	// receive. 0 is never.
	MaxReceives int
	DeadLetter  *Queue
	// Shuffle reorders what is visible before each receive, with rand.Shuffle
	// of a seeded source for instance. nil keeps the order of sending.
	Shuffle func(n int, swap func(i, j int))
	Fault   Hook

	mu       sync.Mutex
	messages []*message
	count    int
}

type message struct {
	Message
	visible time.Time
}

// Send adds a message that becomes visible after the delay.
func (q *Queue) Send(ctx context.Context, body string, delay time.Duration) error {
	return q.do(ctx, "Send", "", func() {
		now := q.Now()
		q.count++
		m := Message{ID: strconv.Itoa(q.count), Body: body, Sent: now}
		q.messages = append(q.messages, &message{m, now.Add(delay)})
	})
}

// Receive returns up to n visible messages and hides them for Visibility.
func (q *Queue) Receive(ctx context.Context, n int) (got []Message, err error) {
	err = q.do(ctx, "Receive", "", func() {
		got = nil
		q.bury()
		seen := q.visible()
		if q.Shuffle != nil {
			q.Shuffle(len(seen), func(i, j int) { seen[i], seen[j] = seen[j], seen[i] })
		}
		for _, m := range seen[:min(n, len(seen))] {
			q.count++
			m.Receives++
			m.Receipt = fmt.Sprintf("%s/%d", m.ID, q.count)
			m.visible = q.Now().Add(q.visibility())
			got = append(got, m.Message)
		}
	})
	return got, err
}

// Delete removes the message if the receipt is its latest. An older receipt
// does nothing and is no error.
func (q *Queue) Delete(ctx context.Context, receipt string) error {
	return q.do(ctx, "Delete", receipt, func() {
		for i, m := range q.messages {
			if m.Receipt == receipt {
				q.messages = append(q.messages[:i:i], q.messages[i+1:]...)
				return
			}
		}
	})
}

// ChangeVisibility hides the message for d from now if the receipt is its
// latest; 0 shows it at once.
func (q *Queue) ChangeVisibility(ctx context.Context, receipt string, d time.Duration) error {
	return q.do(ctx, "ChangeVisibility", receipt, func() {
		for _, m := range q.messages {
			if m.Receipt == receipt {
				m.visible = q.Now().Add(d)
			}
		}
	})
}

// Messages returns all that the queue holds, hidden ones too.
func (q *Queue) Messages() []Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	out := make([]Message, len(q.messages))
	for i, m := range q.messages {
		out[i] = m.Message
	}
	return out
}

// NextVisible is when a message becomes or became visible, the earliest of
// them; ok is false for an empty queue. A scheduler moves its clock there.
func (q *Queue) NextVisible() (at time.Time, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.messages {
		if !ok || m.visible.Before(at) {
			at, ok = m.visible, true
		}
	}
	return at, ok
}

func (q *Queue) do(ctx context.Context, name, key string, effect func()) error {
	return q.Fault.do(ctx, Op{name, key}, 1, func() error {
		q.mu.Lock()
		defer q.mu.Unlock()
		effect()
		return nil
	})
}

func (q *Queue) visible() []*message {
	var ms []*message
	for _, m := range q.messages {
		if !m.visible.After(q.Now()) {
			ms = append(ms, m)
		}
	}
	return ms
}

// bury moves what was received too often to the dead letters.
func (q *Queue) bury() {
	if q.MaxReceives == 0 || q.DeadLetter == nil {
		return
	}
	kept := q.messages[:0:0]
	for _, m := range q.messages {
		if m.Receives < q.MaxReceives || m.visible.After(q.Now()) {
			kept = append(kept, m)
			continue
		}
		q.DeadLetter.take(m)
	}
	q.messages = kept
}

func (q *Queue) take(m *message) {
	q.mu.Lock()
	defer q.mu.Unlock()
	m.Receipt, m.Receives = "", 0
	q.messages = append(q.messages, m)
}

func (q *Queue) visibility() time.Duration {
	if q.Visibility == 0 {
		return 30 * time.Second
	}
	return q.Visibility
}
