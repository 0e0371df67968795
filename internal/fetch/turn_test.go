package fetch_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fetch"
)

// slow takes long for each request, and counts those that are made at once.
type slow struct {
	event.ThinSource
	takes    time.Duration
	at, most int
}

func (s *slow) ask(ctx context.Context, request func() ([]byte, error)) ([]byte, error) {
	s.at++
	defer func() { s.at-- }()
	s.most = max(s.most, s.at)
	select {
	case <-time.After(s.takes):
		return request()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *slow) ThinEvent(ctx context.Context, live bool, account, id string) ([]byte, error) {
	return s.ask(ctx, func() ([]byte, error) { return s.ThinSource.ThinEvent(ctx, live, account, id) })
}

func (s *slow) Snapshot(ctx context.Context, live bool, account, id string) ([]byte, error) {
	return s.ask(ctx, func() ([]byte, error) { return s.ThinSource.Snapshot(ctx, live, account, id) })
}

// linked posts five thin events, fetches for all of them at once within a minute, and counts
// those that were fetched and those that ran out of time.
func linked(t *testing.T, takes time.Duration) (most, done, late int) {
	r := newRig(t, seven...)
	s := &slow{ThinSource: r.stripe, takes: takes}
	f, err := fetch.New(s)
	if err != nil {
		t.Fatal(err)
	}
	f.Store, f.Bus, f.Publish, f.Now = r.store, r.bus, r.out.Fetched, time.Now
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, n := range []string{"1", "2", "3", "4", "5"} {
		thin, _ := r.post(r.twins([]byte(strings.Replace(charge, chargeID, chargeID+n, 1)), true))
		wg.Go(func() {
			_, err := f.Link(ctx, r.get(thin.ID))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				done++
			case errors.Is(err, context.DeadlineExceeded):
				late++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return s.most, done, late
}

func TestOneEventAtATimeAsksStripe(t *testing.T) {
	for takes, want := range map[time.Duration]int{time.Second: 5, 8 * time.Second: 3} {
		synctest.Test(t, func(t *testing.T) {
			if most, done, late := linked(t, takes); most != 1 || done != want || late != 5-want {
				t.Errorf("%s a request: %d at once, %d events fetched and %d late, expected %d fetched", takes, most, done, late, want)
			}
		})
	}
}
