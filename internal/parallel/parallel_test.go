package parallel_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/payhooks/payhooks/internal/parallel"
)

func TestMapKeepsTheOrderOfItems(t *testing.T) {
	items := make([]int, 100)
	for i := range items {
		items[i] = i
	}
	got, err := parallel.Map(t.Context(), 7, items, func(_ context.Context, i int) (int, error) { return i, nil })
	if err != nil || !slices.Equal(got, items) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestEachKeepsToTheLimit(t *testing.T) {
	var now, most atomic.Int64
	gate := make(chan struct{}, 3)
	err := parallel.Each(t.Context(), 3, make([]int, 50), func(context.Context, int) error {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		select {
		case gate <- struct{}{}:
			<-gate
		default:
			return errors.New("more than three calls at once")
		}
		return nil
	})
	if err != nil || most.Load() > 3 {
		t.Errorf("%d calls at once, error %v", most.Load(), err)
	}
}

func TestFirstErrorCancelsTheRest(t *testing.T) {
	bad := errors.New("bad")
	var calls atomic.Int64
	got, err := parallel.Map(t.Context(), 1, make([]int, 10), func(context.Context, int) (int, error) {
		if calls.Add(1) == 3 {
			return 0, bad
		}
		return 1, nil
	})
	if !errors.Is(err, bad) || got != nil || calls.Load() != 3 {
		t.Errorf("got %v, %v after %d calls", got, err, calls.Load())
	}
}

func TestEndedContextBeginsNoCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := parallel.Each(ctx, 2, []int{1, 2, 3}, func(context.Context, int) error {
		t.Error("called")
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A goroutine that ends early would look like a success to Each's caller.
func TestEachInTurnEndsWithItsCaller(t *testing.T) {
	returned := make(chan bool, 1)
	go func() {
		defer close(returned)
		_ = parallel.Each(t.Context(), 1, []int{1}, func(context.Context, int) error { runtime.Goexit(); return nil })
		returned <- true
	}()
	if <-returned {
		t.Error("Each returned after the function ended its goroutine")
	}
}

func TestEachInTurnStopsAtAnError(t *testing.T) {
	var calls []int
	broken := errors.New("broken")
	err := parallel.Each(t.Context(), 1, []int{1, 2, 3}, func(_ context.Context, i int) error {
		calls = append(calls, i)
		if i == 2 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) || !slices.Equal(calls, []int{1, 2}) {
		t.Errorf("called %v, error %v", calls, err)
	}
}
