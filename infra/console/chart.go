package console

import (
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Chart is a figure that static/charts.js draws. What it has at its end, at its lowest
// and at its highest is in its caption, so that it can be read without a script.
type Chart struct {
	ID     string
	Title  string
	X      []int64 // Unix seconds, ascending
	Series []Series
	Note   string // of what it is, if not of everything
}

// Series is one line. A value that is nil is not known.
type Series struct {
	Name   string     `json:"name"`
	Values []*float64 `json:"values"`
	Unit   string     `json:"unit,omitempty"` // behind a value
	Dashed bool       `json:"dashed,omitempty"`
	Colour string     `json:"colour,omitempty"` // a token of the stylesheet; empty is accent
	Digits int        `json:"digits,omitempty"` // behind the point
}

// Data is the attribute that the script reads.
func (c Chart) Data() (string, error) {
	text, err := json.Marshal(struct {
		X      []int64  `json:"x"`
		Series []Series `json:"series"`
	}{c.X, c.Series})
	return string(text), err
}

// Caption has the last, the lowest and the highest value of a line.
func (s Series) Caption() string {
	var known []float64
	for _, v := range s.Values {
		if v != nil {
			known = append(known, *v)
		}
	}
	if len(known) == 0 {
		return s.Name + ": no value"
	}
	return fmt.Sprintf("%s: last %s, lowest %s, highest %s", s.Name, s.text(known[len(known)-1]), s.text(slices.Min(known)), s.text(slices.Max(known)))
}

func (s Series) text(v float64) string {
	return strings.TrimSpace(strconv.FormatFloat(v, 'f', s.Digits, 64) + " " + s.Unit)
}

// minuteTimes are the begins of the minutes of an hour.
func (h *hour) minuteTimes() (all []int64) {
	for i := range minutes {
		all = append(all, h.From.Add(time.Duration(i)*time.Minute).Unix())
	}
	return all
}

// known are counts of which the first are not known.
func known(counts [minutes]int, first int) (all []*float64) {
	for i, n := range counts {
		v := float64(n)
		if i < first {
			all = append(all, nil)
		} else {
			all = append(all, &v)
		}
	}
	return all
}

// charts are those of the last hour.
func (h *hour) charts() (latency, rate Chart) {
	latency = Chart{ID: "latency", Title: "Latency from Stripe’s created to done", X: h.minuteTimes(), Note: h.of()}
	var medians []*float64
	for _, all := range h.Latency {
		slices.Sort(all)
		if d, ok := quantile(all, .5); ok {
			v := d.Seconds()
			medians = append(medians, &v)
		} else {
			medians = append(medians, nil)
		}
	}
	latency.Series = []Series{{Name: "Median", Values: medians, Unit: "s", Digits: 1}}
	rate = Chart{ID: "rate", Title: "Received per minute", X: latency.X, Note: h.of(), Series: []Series{{Name: "Received", Values: known(h.Received, h.First)}}}
	if h.Refused != nil {
		rate.Title = "Received and refused per minute"
		rate.Series = append(rate.Series, Series{Name: "Refused", Values: known(*h.Refused, 0), Dashed: true, Colour: "dead"})
	}
	return latency, rate
}

// of says of how many events the numbers are.
func (h *hour) of() string {
	if h.All {
		return "of the " + plural(h.Events, "event", "events") + " of the last hour"
	}
	return "of the newest " + plural(h.Events, "event", "events")
}

// Size of a sparkline, and how far its line is from its edge.
const sparkWidth, sparkHeight, sparkEdge = 96.0, 24.0, 2.0

// spark draws what an action did each minute of the hour, failures as ticks below.
func (a *course) spark() template.HTML {
	most, failed := slices.Max(a.Minute[:]), 0
	x := func(i int) float64 { return sparkEdge + float64(i)*(sparkWidth-2*sparkEdge)/(minutes-1) }
	var line, ticks strings.Builder
	for i, n := range a.Minute {
		op, y := "L", sparkHeight-sparkEdge
		if i == 0 {
			op = "M"
		}
		if most > 0 {
			y -= float64(n) / float64(most) * (sparkHeight - 2*sparkEdge - 4)
		}
		fmt.Fprintf(&line, "%s%.1f %.1f", op, x(i), y)
		if a.Failed[i] > 0 {
			fmt.Fprintf(&ticks, "M%.1f 0v6", x(i))
			failed += a.Failed[i]
		}
	}
	label := fmt.Sprintf("%s done, at most %d a minute", count(a.Done), most)
	if failed > 0 {
		label += ", " + plural(failed, "failure", "failures")
	}
	return template.HTML(fmt.Sprintf(`<svg class="spark" viewBox="0 0 96 24" role="img" aria-label="%s"><title>%[1]s</title><path d="%s"/><path class="bad" d="%s"/></svg>`, label, line.String(), ticks.String())) //nolint:gosec // numbers
}
