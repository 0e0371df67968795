package webhook_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"
	stripehook "github.com/stripe/stripe-go/v76/webhook"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/webhook"
)

const benchSecret = "whsec_bench"

// samplesToRead is what every benchmark reads in one round: all samples in the
// API version that both sides accept.
func samplesToRead(b *testing.B) [][]byte {
	b.Helper()
	types, err := events.Types(events.Go)
	if err != nil {
		b.Fatal(err)
	}
	var bodies [][]byte
	size := 0
	for _, kind := range types {
		body, err := events.Sample(kind, events.Go)
		if err != nil {
			b.Fatal(err)
		}
		bodies = append(bodies, body)
		size += len(body)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	return bodies
}

func BenchmarkParse(b *testing.B) {
	bodies := samplesToRead(b)
	for b.Loop() {
		for _, body := range bodies {
			if _, reason := webhook.Parse(body); reason != "" {
				b.Fatal(reason)
			}
		}
	}
}

func BenchmarkParseBaselineEncodingJSON(b *testing.B) {
	bodies := samplesToRead(b)
	for b.Loop() {
		for _, body := range bodies {
			var e stripe.Event
			if err := json.Unmarshal(body, &e); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkVerifyAndParse(b *testing.B) {
	bodies := samplesToRead(b)
	now := time.Now()
	headers, secrets := signAll(bodies, now), []string{benchSecret}
	for b.Loop() {
		for i, body := range bodies {
			if err := webhook.Verify(body, headers[i], secrets, now); err != nil {
				b.Fatal(err)
			}
			if _, reason := webhook.Parse(body); reason != "" {
				b.Fatal(reason)
			}
		}
	}
}

func BenchmarkVerifyAndParseBaselineStripeGo(b *testing.B) {
	bodies := samplesToRead(b)
	headers := signAll(bodies, time.Now())
	for b.Loop() {
		for i, body := range bodies {
			if _, err := stripehook.ConstructEvent(body, headers[i], benchSecret); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func signAll(bodies [][]byte, at time.Time) []string {
	headers := make([]string, len(bodies))
	for i, body := range bodies {
		headers[i] = webhook.Sign(body, benchSecret, at)
	}
	return headers
}
