package cloudwatch

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Rows of AWS's tables of how alarms treat missing data: an alarm of 3 of 3 periods, and
// one of 2 of 3. 0 is a point that does not breach, X one that does, - one that is missing;
// the newest is the last.
func TestMissingDataIsTreatedAsAWSSays(t *testing.T) {
	const held State = "held"
	for _, c := range []struct {
		points                                string
		needed                                int
		missing, ignore, breaching, otherwise State
	}{
		{"0-X-X", 3, OK, OK, OK, OK},
		{"0----", 3, OK, OK, OK, OK},
		{"-----", 3, InsufficientData, held, Alarming, OK},
		{"0XX-X", 3, Alarming, Alarming, Alarming, Alarming},
		{"--X--", 3, Alarming, held, Alarming, OK},
		{"0-X-X", 2, Alarming, Alarming, Alarming, Alarming},
		{"00X0X", 2, Alarming, Alarming, Alarming, Alarming},
		{"----0", 2, OK, OK, Alarming, OK},
		{"---X-", 2, Alarming, held, Alarming, OK},
	} {
		var data series
		for _, p := range c.points {
			v := map[rune]float64{'0': 0, 'X': 1}[p]
			point := &v
			if p == '-' {
				point = nil
			}
			data = append(series{point}, data...)
		}
		for treat, want := range map[string]State{"missing": c.missing, "ignore": c.ignore, "breaching": c.breaching, "notBreaching": c.otherwise} {
			a := &Alarm{EvaluationPeriods: 3, DatapointsToAlarm: c.needed, ComparisonOperator: "GreaterThanThreshold", TreatMissingData: treat, State: held}
			if got := a.next(data); got != want {
				t.Errorf("%s, %d of 3, %s: %s, expected %s", c.points, c.needed, treat, got, want)
			}
		}
	}
}

func TestMetricMath(t *testing.T) {
	one, two, zero := 1., 2., 0.
	of := func(id string) series {
		return map[string]series{"full": {&one, &two, &zero}, "sparse": {nil, &two, nil}, "none": {nil, nil, nil}}[id]
	}
	for text, want := range map[string]string{
		"full":                              "1 2 0",
		"IF(full > 0 AND sparse > 0, 1, 0)": "- 1 -",
		"IF(full > 0 AND FILL(sparse, 0) > 0, 1, 0)": "0 1 0",
		"FILL(none, 0)":                         "- - -",
		"full == 0 OR full >= 2":                "0 1 1",
		"(full != 1 OR full > 5) AND full <= 2": "0 1 1",
	} {
		got, err := evaluate(text, 3, of)
		var words []string
		for _, p := range got {
			word := "-"
			if p != nil {
				word = fmt.Sprint(*p)
			}
			words = append(words, word)
		}
		if err != nil || strings.Join(words, " ") != want {
			t.Errorf("%s: %v, %v, expected %s", text, words, err, want)
		}
	}
	for _, text := range []string{"", "full +", "IF(full, 1)", "absent > 0", "full > 0)", "SUM(full)"} {
		if got, err := evaluate(text, 3, of); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestStatisticsAndSearches(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w := &Watch{}
	orders, mails := Named("payhooks/my-shop", "latency", "action", "update-order"), Named("payhooks/my-shop", "send-receipt/errors")
	for n := range 100 {
		w.Metrics.Add(orders, at.Add(time.Duration(n)*time.Second), float64(100-n), 1)
	}
	w.Metrics.Add(mails, at, 1, 3)
	for stat, want := range map[string]float64{"Sum": 1830, "SampleCount": 60, "Maximum": 60, "p50": 30, "p99": 60} {
		from := at.Add(40 * time.Second)
		if got, ok := w.Metrics.Stat(orders, stat, from, from.Add(time.Minute)); got != want || !ok {
			t.Errorf("%s is %v %t, expected %v", stat, got, ok, want)
		}
	}
	if _, ok := w.Metrics.Stat(orders, "Sum", at.Add(100*time.Second), at.Add(time.Hour)); ok {
		t.Error("a period without data has a sum")
	}
	for text, want := range map[string]int{
		`SEARCH('{"payhooks/my-shop",action} MetricName="latency"', 'p99', 60)`: 1,
		`SEARCH('{"payhooks/my-shop"} MetricName="latency"', 'p99', 60)`:        0,
		`SEARCH('Namespace="payhooks/my-shop" errors', 'Sum', 60)`:              1,
		`SEARCH('Namespace="payhooks/my-shop" "update-order"', 'Sum', 60)`:      1,
		`SEARCH('Namespace="payhooks/my-shop" order-update', 'Sum', 60)`:        -1,
		`SEARCH(Namespace="payhooks/my-shop")`:                                  -1,
	} {
		if got, err := w.Search(text); err != nil && want >= 0 || err == nil && len(got) != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}
