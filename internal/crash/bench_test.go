package crash

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// What an attempt pays for the record that it runs; its DynamoDB calls take milliseconds.
func BenchmarkAttemptRecorded(b *testing.B) {
	r, err := Open(b.TempDir(), 256<<20, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.file.Close() }()
	a := event.Running{Event: "evt_1NG8Du2eZvKYlo2CUI79vXWy", Owner: "O2JQ5HDBQX3UQSZ4JHJ6VJ7QXM", Began: time.Now(), Until: time.Now().Add(time.Minute)}
	for b.Loop() {
		r.Began(a)
		r.Ended(a.Owner)
	}
}
