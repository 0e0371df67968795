package cli

import (
	"fmt"
	"time"
)

// Age is a duration in words, rounded down: 45 s, 12 min, 3 h, 5 days.
func Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, d/time.Second))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d days", d/(24*time.Hour))
}

// Took is how long an attempt took; empty where nobody noted it.
func Took(ms int64) string {
	if ms == 0 {
		return ""
	}
	return (time.Duration(ms) * time.Millisecond).String()
}

// Since is a time with its age.
func Since(t, now time.Time) string {
	return fmt.Sprintf("since %s (%s)", Time(t), Age(now.Sub(t)))
}

// Time is a time as lists and fields show it, in UTC; empty for none. Flags take it.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateTime)
}
