package event_test

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

func TestDeliveryOutlivesItsEventByThirtyDays(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	month, year := 30*24*time.Hour, now.AddDate(1, 0, 0)
	for name, tc := range map[string]struct{ event, want time.Time }{
		"event that lives on":                 {year, year.Add(month)},
		"event that ends before the attempts": {now.Add(time.Hour), now.Add(event.RetryLimit + month)},
		"event that has ended":                {now.AddDate(-1, 0, 0), now.Add(event.RetryLimit + month)},
		"event without an end":                {},
	} {
		if got := event.DeliveryExpiry(tc.event, now); !got.Equal(tc.want) {
			t.Errorf("%s: %s, expected %s", name, got, tc.want)
		}
	}
}
