package fetch_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fetch"
)

// slow takes a second for each request.
type slow struct{ at, most, calls int }

func (s *slow) take() ([]byte, error) {
	s.at++
	s.calls++
	s.most = max(s.most, s.at)
	time.Sleep(time.Second)
	s.at--
	return []byte("{}"), nil
}

func (s *slow) ThinEvent(context.Context, bool, string, string) ([]byte, error) { return s.take() }
func (s *slow) Snapshot(context.Context, bool, string, string) ([]byte, error)  { return s.take() }
func (s *slow) Object(context.Context, bool, string, string, string) ([]byte, error) {
	return s.take()
}

// each starts the three requests of n events at once.
func each(ctx context.Context, source event.ThinSource, n int) (errs []error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	note := func(_ []byte, err error) {
		mu.Lock()
		defer mu.Unlock()
		errs = append(errs, err)
	}
	for range n {
		wg.Go(func() { note(source.ThinEvent(ctx, true, "", "evt_1")) })
		wg.Go(func() { note(source.Snapshot(ctx, true, "", "evt_1")) })
		wg.Go(func() { note(source.Object(ctx, true, "", "/v1/charges/ch_1", "")) })
	}
	wg.Wait()
	return errs
}

func TestOneRequestAtATimeIsMadeToStripe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{}
		f, err := fetch.New(s)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := errors.Join(each(t.Context(), f.Source, 3)...); err != nil || s.most != 1 || time.Since(begin) != 9*time.Second {
			t.Errorf("%d requests at once, all within %s, error %v", s.most, time.Since(begin), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		s.calls = 0
		ended := 0
		for _, err := range each(ctx, f.Source, 3) {
			if errors.Is(err, context.DeadlineExceeded) {
				ended++
			}
		}
		if s.calls != 3 || ended != 6 {
			t.Errorf("%d requests were made and %d given up, expected 3 and 6", s.calls, ended)
		}
	})
}
