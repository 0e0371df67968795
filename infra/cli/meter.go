package cli

import (
	"context"
	"fmt"
	"sync"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// Meter counts what a context's calls of AWS cost. Safe for concurrent use.
type Meter struct {
	mu       sync.Mutex
	requests int
	units    float64
}

type meterKey struct{}

// Metered is a context whose calls are counted.
func Metered(ctx context.Context) (context.Context, *Meter) {
	m := &Meter{}
	return context.WithValue(ddb.Metered(ctx, m.add), meterKey{}, m), m
}

// Requests is how many calls were sent.
func (m *Meter) Requests() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.requests
}

// String is "9 requests, 84 read units".
func (m *Meter) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	unit := "units"
	if m.units == 1 {
		unit = "unit"
	}
	return fmt.Sprintf("%s, %g read %s", Count(m.requests, "request", "requests"), m.units, unit)
}

func (m *Meter) add(units float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.units += units
}

// tried counts a request.
func tried(ctx context.Context, _, _ any, _ error) {
	if m, ok := ctx.Value(meterKey{}).(*Meter); ok {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.requests++
	}
}
