package memory_test

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/memory"
)

func receive(t *testing.T, q *memory.Queue, n int) []memory.Message {
	t.Helper()
	ms, err := q.Receive(t.Context(), n)
	must(t, err)
	return ms
}

func TestReceivedMessageIsHiddenUntilItsVisibilityEnds(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	q := &memory.Queue{Now: func() time.Time { return now }, Visibility: time.Minute}
	must(t, q.Send(t.Context(), "a", 10*time.Second))
	if got := receive(t, q, 10); len(got) != 0 {
		t.Fatalf("before its delay: %+v", got)
	}
	now = now.Add(10 * time.Second)
	first := receive(t, q, 10)
	if len(first) != 1 || first[0].Receives != 1 || len(receive(t, q, 10)) != 0 {
		t.Fatalf("first receive: %+v", first)
	}
	must(t, q.ChangeVisibility(t.Context(), first[0].Receipt, 5*time.Second))
	if at, ok := q.NextVisible(); !ok || !at.Equal(now.Add(5*time.Second)) {
		t.Fatalf("next visible at %s, %t", at, ok)
	}
	now = now.Add(5 * time.Second)
	second := receive(t, q, 10)
	if len(second) != 1 || second[0].Receives != 2 || second[0].ID != first[0].ID {
		t.Fatalf("second receive: %+v", second)
	}
	must(t, q.Delete(t.Context(), first[0].Receipt))
	if len(q.Messages()) != 1 {
		t.Fatal("an old receipt deleted the message")
	}
	must(t, q.Delete(t.Context(), second[0].Receipt))
	if len(q.Messages()) != 0 {
		t.Fatal("the message is still there")
	}
}

func TestMessageReceivedTooOftenBecomesADeadLetter(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	dead := &memory.Queue{Now: clock}
	q := &memory.Queue{Now: clock, MaxReceives: 2, DeadLetter: dead}
	must(t, q.Send(t.Context(), "a", 0))
	for range 2 {
		if got := receive(t, q, 1); len(got) != 1 {
			t.Fatalf("received %+v", got)
		}
		now = now.Add(time.Minute)
	}
	if got := receive(t, q, 1); len(got) != 0 {
		t.Fatalf("received a third time: %+v", got)
	}
	if got := dead.Messages(); len(got) != 1 || got[0].Body != "a" {
		t.Fatalf("dead letters: %+v", got)
	}
	if got := receive(t, dead, 1); len(got) != 1 || got[0].Receives != 1 {
		t.Fatalf("from the dead letters: %+v", got)
	}
}
