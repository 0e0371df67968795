package reconcile

import "time"

// Backoff is how long a shard or scope that failed is left alone.
type Backoff struct {
	Fails int       `json:"fails,omitempty"` // in a row
	Again time.Time `json:"again,omitzero"`  // not before
}

const (
	// shardRests and ownRests bound the pause of what everything depends on, connectedRests
	// that of an account, which may have left for good.
	shardRests     = 5 * time.Minute
	ownRests       = 10 * time.Minute
	connectedRests = time.Hour
)

// Rests reports whether it is left alone now. A longer pause than there is was made by a
// clock that was ahead.
func (b *Backoff) Rests(now time.Time) bool {
	wait := b.Again.Sub(now)
	return wait > 0 && wait <= connectedRests
}

// Fail begins the next pause: one minute, doubled with each failure up to most.
func (b *Backoff) Fail(now time.Time, most time.Duration) {
	pause := most
	if b.Fails < 10 {
		pause = min(most, time.Minute<<b.Fails)
	}
	b.Fails++
	b.Again = now.Add(pause - runBegins)
}

// runBegins is how much earlier than a whole minute a run may begin.
const runBegins = 10 * time.Second

// Succeed ends it.
func (b *Backoff) Succeed() { *b = Backoff{} }
