package operator

import (
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

// kept is what is known of how long the stack's events are kept.
type kept struct {
	since    time.Time     // when its tables were created
	oldest   time.Time     // when the first event was received, which may be before
	shortest time.Duration // for which a stored event is kept; 0: all for ever
}

func (k *kept) add(s event.Stored) {
	if k.oldest.IsZero() || s.Received.Before(k.oldest) {
		k.oldest = s.Received
	}
	if s.Expires.IsZero() {
		return
	}
	if d := s.Expires.Sub(s.Received); k.shortest == 0 || d < k.shortest {
		k.shortest = d
	}
}

// complete reports whether no event can have expired: the events have not been
// kept for as long as they are kept yet.
func (k kept) complete(now time.Time) bool {
	began := k.since
	if !k.oldest.IsZero() && k.oldest.Before(began) {
		began = k.oldest
	}
	return k.shortest == 0 || now.Before(began.Add(k.shortest))
}
