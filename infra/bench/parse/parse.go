// Package parse measures what it costs to verify all sample events and to read what they
// are: payhooks beside stripe-go, and beside the HMAC alone, which nobody can do without.
package parse

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"

	stripehook "github.com/stripe/stripe-go/v76/webhook"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/webhook"
)

const secret = "whsec_bench" //nolint:gosec // of what this run signs

// Names of two of the rows.
const (
	Ours     = "payhooks"
	StripeGo = "stripe-go"
)

// Figures are those of one run.
type Figures struct {
	Events int   `json:"events"` // samples, in the version that stripe-go speaks
	Bytes  int   `json:"bytes"`  // of all
	Thin   int   `json:"thin"`   // thin samples
	Rows   []Row `json:"rows"`
}

// Row is one way to read all samples, medians of its rounds.
type Row struct {
	Name        string  `json:"name"`
	US          float64 `json:"us"`              // CPU of all samples
	EventUS     float64 `json:"event_us"`        // of one
	Allocations float64 `json:"allocations"`     // of one
	Times       float64 `json:"times,omitempty"` // of payhooks' CPU for the same events
}

// signed is an event as it comes.
type signed struct {
	body   []byte
	header string
}

// subject is a way to read all events of a list.
type subject struct {
	name string
	all  []signed
	read func(signed) error
	us   []float64
	Row
}

// Measure reads all samples in each way for so many rounds, in turns, so that a machine that
// is busier for a while favours none.
func Measure(rounds int) (*Figures, error) {
	now := time.Now()
	snapshots, err := sign(now, events.Sample, events.Go)
	if err != nil {
		return nil, err
	}
	thin, err := sign(now, func(kind, _ string) ([]byte, error) { return events.ThinSample(kind) }, "")
	if err != nil {
		return nil, err
	}
	f := &Figures{Events: len(snapshots), Thin: len(thin)}
	for _, e := range snapshots {
		f.Bytes += len(e.body)
	}
	ours := func(e signed) error { return verifyAndParse(e, now) }
	subjects := []*subject{
		{name: "HMAC alone", all: snapshots, read: hmacOnly},
		{name: Ours, all: snapshots, read: ours},
		{name: StripeGo, all: snapshots, read: constructEvent},
		{name: "payhooks, thin events", all: thin, read: ours},
	}
	for range rounds {
		for _, s := range subjects {
			if err := s.round(); err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	for _, s := range subjects {
		f.Rows = append(f.Rows, s.median())
	}
	for i := range f.Rows[:3] { // those of the same events
		f.Rows[i].Times = f.Rows[i].US / f.Rows[1].US
	}
	return f, nil
}

// sign takes the samples of a version, or the thin ones.
func sign(at time.Time, sample func(kind, version string) ([]byte, error), version string) (all []signed, err error) {
	types := events.ThinTypes()
	if version != "" {
		if types, err = events.Types(version); err != nil {
			return nil, err
		}
	}
	for _, kind := range types {
		body, err := sample(kind, version)
		if err != nil {
			return nil, err
		}
		all = append(all, signed{body, webhook.Sign(body, secret, at)})
	}
	return all, nil
}

func hmacOnly(e signed) error {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(e.body)
	if len(h.Sum(nil)) != sha256.Size {
		return errors.New("not a sum of SHA-256")
	}
	return nil
}

var secrets = []string{secret}

func verifyAndParse(e signed, now time.Time) error {
	if err := webhook.Verify(e.body, e.header, secrets, now); err != nil {
		return err
	}
	if f, reason := webhook.Parse(e.body); reason != "" || f.ID == "" {
		return fmt.Errorf("not an event: %s", reason)
	}
	return nil
}

func constructEvent(e signed) error {
	_, err := stripehook.ConstructEvent(e.body, e.header, secret)
	return err
}

// roundTime is about what a round takes.
const roundTime = 100 * time.Millisecond

// round reads all events as often as it takes, and notes the CPU time of once.
func (s *subject) round() error {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start, err := cpu()
	spent, times := time.Duration(0), 0
	for ; err == nil && spent < roundTime; times++ {
		for _, e := range s.all {
			if err := s.read(e); err != nil {
				return err
			}
		}
		spent, err = cpu()
		spent -= start
	}
	if err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	s.us = append(s.us, float64(spent.Microseconds())/float64(times))
	s.Allocations = float64(after.Mallocs-before.Mallocs) / float64(times*len(s.all))
	return nil
}

func (s *subject) median() Row {
	slices.Sort(s.us)
	s.Name, s.US = s.name, s.us[len(s.us)/2]
	s.EventUS = s.US / float64(len(s.all))
	return s.Row
}

// cpu is the CPU time of this process, its garbage collection included.
func cpu() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}
