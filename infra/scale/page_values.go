package scale

import (
	"math"

	"github.com/payhooks/payhooks/infra/cost"
)

// What the text of the page names.

// Rates are the page's.
func (p page) Rates() []float64 { return Rates }

// Region is the one of the quotas.
func (p page) Region() string { return cost.Region }

// Read is when they were looked up.
func (p page) Read() string { return Read }

// Enough is the part of a limit that may be used, in percent.
func (p page) Enough() float64 { return 100 * enough }

// Retention and LogDays are days.
func (p page) Retention() float64 { return p.Stack.Retention }

// LogDays are those of logs.
func (p page) LogDays() float64 { return p.Stack.LogDays }

// Half is how many events a PutEvents has.
func (p page) Half() float64 { return p.Entries / 2 }

// Call, Query and Records are durations in milliseconds.
func (p page) Call() float64 { return 1000 * call }

// Query is that of a page.
func (p page) Query() float64 { return 1000 * longQuery }

// Records is that of a hundred records.
func (p page) Records() float64 { return 1000 * longBatch }

// DispatchMS is that of a batch of the stream.
func (p page) DispatchMS() float64 {
	return math.Round(1000 * float64(p.Dispatch.BatchSize*p.Dispatch.Parallel) / p.dispatch())
}

// Tries and Waited are what a queue does with a failing delivery.
func (p page) Tries() float64 { n, _ := p.carries(); return n }

// Waited is in seconds.
func (p page) Waited() float64 { _, s := p.carries(); return math.Round(s) }

// Mails is how many messages the slowest action takes that sends a mail.
func (p page) Mails() string {
	l, _ := p.slowest(cost.Mail)
	return rate(l.Most)
}

// Thin is the rate of thin events that Stripe lets one account read, with so many more reads
// for each.
func (p page) Thin(more float64) string {
	return rate(stripeReads.Value / (p.Kinds[cost.Thin].Stripe + more))
}
