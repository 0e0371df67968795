package fraud

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Rule says what many failures are: Limit of them within the Window. A Limit
// of 0 is never reached.
type Rule struct {
	Limit  int
	Window time.Duration
}

// RuleFrom reads FAILURE_LIMIT and FAILURE_WINDOW_MINUTES: 5 in an hour unless
// they say otherwise.
func RuleFrom(getenv func(string) string) (Rule, error) {
	limit, err := whole(getenv, "FAILURE_LIMIT", 5)
	if err != nil {
		return Rule{}, err
	}
	minutes, err := whole(getenv, "FAILURE_WINDOW_MINUTES", 60)
	return Rule{limit, time.Duration(minutes) * time.Minute}, err
}

func whole(getenv func(string) string, name string, otherwise int) (int, error) {
	v := getenv(name)
	if v == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("environment variable %s is %q: expected a whole number, 0 or more", name, v)
	}
	return n, nil
}

// windows are those that have the limit of failures: when the first and the last of
// each was, in order.
type windows struct {
	length int64
	all    [][2]int64
}

func (r Rule) windows(fails tries) windows {
	w := windows{length: int64(r.Window / time.Second)}
	if r.Limit < 1 {
		return w
	}
	for i, j := 0, r.Limit-1; j < len(fails); i, j = i+1, j+1 {
		if fails[j].at-fails[i].at <= w.length {
			w.all = append(w.all, [2]int64{fails[i].at, fails[j].at})
		}
	}
	return w
}

// since returns when the limit was reached of a window that has the attempt, its own
// time at the earliest; 0 if none has it. Successes count too: the one good charge
// among many bad ones is what a tester is after.
func (w windows) since(at int64) int64 {
	i, _ := slices.BinarySearchFunc(w.all, at, func(one [2]int64, at int64) int { return cmp.Compare(one[0]+w.length, at) })
	if i == len(w.all) || at < w.all[i][1]-w.length {
		return 0
	}
	return max(w.all[i][1], at)
}

// hold adds the hold if a window has the attempt.
func (w windows) hold(holds []Hold, h Hold, attempt int64) []Hold {
	since := w.since(attempt)
	if since == 0 {
		return holds
	}
	h.Since = at(since)
	return append(holds, h)
}

// Burst is what a charge that is held for failures is part of: failures that
// follow each other within the window.
type Burst struct {
	Begin  time.Time // its first failure
	Failed int
}

// Burst returns the burst that the attempt of that time is in; false if it is in none.
func (s Source) Burst(attempt time.Time, r Rule) (Burst, bool) {
	fails, own := s.failures(), attempt.Unix()
	w := r.windows(fails)
	if w.since(own) == 0 {
		return Burst{}, false
	}
	var times []int64
	for _, t := range fails {
		if w.since(t.at) != 0 {
			times = append(times, t.at)
		}
	}
	to, _ := slices.BinarySearch(times, own)
	from, last := to, own
	for from > 0 && last-times[from-1] <= w.length {
		from--
		last = times[from]
	}
	for last = own; to < len(times) && times[to]-last <= w.length; to++ {
		last = times[to]
	}
	return Burst{Begin: at(times[from]), Failed: to - from}, true
}
