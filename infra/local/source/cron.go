package source

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cron is minutes, hours, days, months, weekdays (1 is Sunday) and years.
type cron [6]func(int) bool

var bounds = [6]struct {
	low, high int
	names     string // of low and what follows it
}{
	{0, 59, ""},
	{0, 23, ""},
	{1, 31, ""},
	{1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"},
	{1, 7, "SUN MON TUE WED THU FRI SAT"},
	{1970, 2199, ""},
}

func parseCron(fields []string) (func(time.Time) time.Time, error) {
	var c cron
	for i, field := range fields {
		var err error
		if c[i], err = parseField(i, strings.ToUpper(field)); err != nil {
			return nil, err
		}
	}
	return c.next, nil
}

// parseField reads *, ?, 5, 1-5, 0/15, MON-FRI and lists of them.
func parseField(i int, field string) (func(int) bool, error) {
	set := map[int]bool{}
	for part := range strings.SplitSeq(field, ",") {
		low, high, step, err := parseRange(i, part)
		if err != nil {
			return nil, err
		}
		for v := low; v <= high; v += step {
			set[v] = true
		}
	}
	return func(v int) bool { return set[v] }, nil
}

func parseRange(i int, part string) (low, high, step int, err error) {
	b := bounds[i]
	span, every, stepped := strings.Cut(part, "/")
	if step = 1; stepped {
		if step, err = strconv.Atoi(every); err != nil || step < 1 {
			return 0, 0, 0, fmt.Errorf("cron: %q has no step that can be read", part)
		}
	}
	if span == "*" || span == "?" {
		return b.low, b.high, step, nil
	}
	from, to, ranged := strings.Cut(span, "-")
	if low, err = value(i, from); err != nil {
		return 0, 0, 0, err
	}
	switch high = low; {
	case ranged:
		high, err = value(i, to)
	case stepped:
		high = b.high
	}
	return low, high, step, err
}

func value(i int, text string) (int, error) {
	b := bounds[i]
	for n, name := range strings.Fields(b.names) {
		if name == text {
			return b.low + n, nil
		}
	}
	v, err := strconv.Atoi(text)
	if err != nil || v < b.low || v > b.high {
		return 0, fmt.Errorf("cron: %q is not a number from %d to %d; L, W and # are not supported", text, b.low, b.high)
	}
	return v, nil
}

// next is the first time after t that matches, in UTC; zero if none does
// within four years.
func (c cron) next(t time.Time) time.Time {
	at := t.UTC().Truncate(time.Minute).Add(time.Minute)
	for end := at.AddDate(4, 0, 1); at.Before(end); {
		switch {
		case !c[3](int(at.Month())) || !c[5](at.Year()) || !c[2](at.Day()) || !c[4](int(at.Weekday())+1):
			at = time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, time.UTC)
		case !c[1](at.Hour()):
			at = at.Truncate(time.Hour).Add(time.Hour)
		case !c[0](at.Minute()):
			at = at.Add(time.Minute)
		default:
			return at
		}
	}
	return time.Time{}
}
