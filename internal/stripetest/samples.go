package stripetest

import (
	"iter"

	"github.com/payhooks/payhooks/events"
)

// Samples yields all of Stripe's samples in every API version, each with its
// version and event type as a name.
func Samples() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, version := range events.Versions() {
			types, err := events.Types(version)
			if err != nil {
				panic(err) // they are part of the binary
			}
			for _, kind := range types {
				body, err := events.Sample(kind, version)
				if err != nil {
					panic(err)
				}
				if !yield(version+"/"+kind, body) {
					return
				}
			}
		}
	}
}
