package cli

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// ParseTime reads the value of a flag that is a day, a time or how long before
// now; anything else is a UsageError.
func ParseTime(flag, text string, now time.Time) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n >= 0 {
			return now.Add(-time.Duration(n) * 24 * time.Hour), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return now, Usage("%s %q: expected a day (2026-11-22), a time (2026-11-22T10:30:00Z) or how long ago (36h, 7d)", flag, text)
}

// Rate is --rate: how many items a second at most.
type Rate float64

// DefaultRate is that of a bulk change.
const DefaultRate Rate = 20

// RateFlag adds --rate. Its default is the rate as it is, or DefaultRate for none.
func RateFlag(cmd *cobra.Command, rate *Rate) {
	*rate = cmp.Or(*rate, DefaultRate)
	cmd.Flags().Var(rate, "rate", "how many per second at most")
}

// Set refuses a rate that cannot be kept.
func (r *Rate) Set(text string) error {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0.001 && n <= 1e6) {
		return errors.New("must be between 0.001 and 1000000")
	}
	*r = Rate(n)
	return nil
}

func (r *Rate) String() string { return strconv.FormatFloat(float64(*r), 'g', -1, 64) }

// Type is what --help calls the value.
func (r *Rate) Type() string { return "float" }

// Takes is how long n items take at the rate, as text.
func (r Rate) Takes(n int) string {
	return (time.Duration(float64(n)/float64(r)*float64(time.Second)) + time.Second/2).Round(time.Second).String()
}

// YesFlag adds --yes to a command that shows what it would do without it.
func YesFlag(cmd *cobra.Command, yes *bool) {
	cmd.Flags().BoolVar(yes, "yes", false, "perform the change (without it: dry run)")
}
