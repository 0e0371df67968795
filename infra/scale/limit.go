package scale

import "math"

// Limit is one thing that a stack cannot have more of than so much.
type Limit struct {
	Name   string
	Unit   string
	Per    float64                   // how much of it each event a second takes
	Fixed  bool                      // it takes that at any rate
	Most   float64                   // there is
	Beyond string                    // what happens beyond that
	Change func(need float64) string // so that there is as much as need
}

// enough is how much of a limit a stack that runs well uses at most.
const enough = 0.7

// Demand is what a rate of events a second takes.
func (l Limit) Demand(rate float64) float64 {
	if l.Fixed {
		return l.Per
	}
	return l.Per * rate
}

// Used is the part of the limit that a rate takes.
func (l Limit) Used(rate float64) float64 { return l.Demand(rate) / l.Most }

// Gives is the rate that takes all of it; infinite if none does.
func (l Limit) Gives() float64 {
	switch {
	case l.Fixed && l.Per <= l.Most, l.Per == 0:
		return math.Inf(1)
	case l.Fixed:
		return 0
	}
	return l.Most / l.Per
}

// Need is how much of it there must be so that a rate runs well, with two digits.
func (l Limit) Need(rate float64) float64 { return round(l.Demand(rate)/enough, math.Ceil) }

// round leaves two digits.
func round(n float64, to func(float64) float64) float64 {
	if n == 0 || math.IsInf(n, 0) {
		return n
	}
	scale := math.Pow(10, math.Floor(math.Log10(n))-1)
	return to(math.Round(n/scale*1e6)/1e6) * scale
}
