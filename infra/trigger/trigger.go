// Package trigger makes sample events and scenarios and posts them, signed as Stripe
// signs. The command trigger and the console's page of samples send with it.
package trigger

import (
	"crypto/rand"

	"github.com/payhooks/payhooks/events"
)

// Request is what to send, in which form and how often.
type Request struct {
	Count   int    // how often each type or scenario is sent, with new ids each time
	Version string // of the API, of the samples
	Account string // connected account of the events; empty is the stack's own
	Thin    bool   // as thin events; so are those of a type that begins with v1. or v2.
	Set     []events.Override
}

// MaxPut is how many events are put into fake Stripe, which keeps them in memory.
const MaxPut = 1000

// Total is how many events the sources make, each counted once.
func (q Request) Total(sources []Source) (n int) {
	for _, s := range sources {
		n += q.Count * s.Events
	}
	return n
}

// Random is n letters and digits: base32 of the system's randomness.
func Random(n int) string {
	text := rand.Text()
	for len(text) < n {
		text += rand.Text()
	}
	return text[:n]
}
