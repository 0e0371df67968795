package metric

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// What a process counts for itself, besides the gauges of package status.
const (
	Throttled   = "throttled"    // calls of DynamoDB that it refused for now, by table and index
	StripeReads = "stripe_reads" // requests to Stripe's API
)

// Counts are what was counted and is not written yet. The zero value is ready; safe for
// concurrent use.
type Counts struct {
	mu  sync.Mutex
	all []counted
}

type counted struct {
	name string
	by   []Dimension
	n    int
}

// Process is what this process counts. Package start writes it at the end of each
// invocation: Lambda may stop the process any time after.
var Process Counts

// Add counts one.
func (c *Counts) Add(name string, by ...Dimension) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.all, func(o counted) bool { return o.name == name && slices.Equal(o.by, by) })
	if i < 0 {
		i, c.all = len(c.all), append(c.all, counted{name: name, by: by})
	}
	c.all[i].n++
}

// Write logs a line for each count since the last time, and nothing if there is none.
func (c *Counts) Write(ctx context.Context, log *slog.Logger, stack string, at time.Time) {
	c.mu.Lock()
	all := c.all
	c.all = nil
	c.mu.Unlock()
	slices.SortFunc(all, func(a, b counted) int {
		return strings.Compare(fmt.Sprint(a.name, a.by), fmt.Sprint(b.name, b.by))
	})
	for _, one := range all {
		log.LogAttrs(ctx, slog.LevelInfo, "count", Attrs(stack, at, []Value{{one.name, Count, one.n}}, one.by...)...)
	}
}
