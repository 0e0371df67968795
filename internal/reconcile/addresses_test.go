package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
)

func TestStripesAddressesAreReadOnceADay(t *testing.T) {
	now, reads, fails := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), 0, error(nil)
	begin, store := now, memory.New()
	clock := func() time.Time { return now }
	run := func() error {
		all := reconcile.Sweeps{
			Ledger: store, Now: clock, Log: slog.New(slog.DiscardHandler),
			Added: []reconcile.Sweep{&reconcile.Addresses{Ledger: store, Now: clock, Read: func(context.Context) ([]netip.Addr, error) {
				reads++
				return []netip.Addr{netip.MustParseAddr("3.18.12.63")}, fails
			}}},
		}
		_, err := all.Run(t.Context(), reconcile.Request{})
		return err
	}
	list := func() (l addresses.List) {
		row, err := store.Load(t.Context(), addresses.Table, addresses.Key)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(row.Data, &l); err != nil {
			t.Fatal(err)
		}
		return l
	}
	for range 24 * 60 {
		if err := run(); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
	}
	if l := list(); reads != 1 || !l.Since.Equal(begin) || l.Of("3.18.12.63", now) != addresses.Listed {
		t.Errorf("%d reads in a day, %+v", reads, l)
	}
	fails = errors.New("no route to host")
	if err := run(); !errors.Is(err, fails) {
		t.Errorf("the failure is not named: %v", err)
	}
	if err := run(); err != nil || reads != 2 {
		t.Errorf("tried again at once: %d, %v", reads, err)
	}
	fails, now = nil, now.Add(time.Hour)
	if err := run(); err != nil || reads != 3 || !list().Read.Equal(now) || !list().Since.Equal(begin) {
		t.Errorf("after the failure: %d, %v, %+v", reads, err, list())
	}
}
