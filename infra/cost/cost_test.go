package cost

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is a stack whose bill can be computed by hand.
func small() Stack {
	return Stack{
		Memory: map[string]float64{"ingest": 0.5, "a": 0.25, "reconcile": 0.25}, Actions: []string{"a"},
		Polled: 2, Alarms: 30, Boards: 1, Secrets: 2, Rate: 100, Retention: 365, LogDays: 73,
	}
}

func one() Counted {
	return Counted{
		Entries: 1, Messages: 1, Mails: 2,
		Functions: map[string]Function{"ingest": {Invocations: 1, Lines: 1, Bytes: 100}, "a": {Invocations: 1, Lines: 2, Bytes: 200}, API: {Lines: 1, Bytes: 74}},
		Write:     map[string]float64{"events": 2, "events/received": 1, "deliveries": 2},
		Read:      map[string]float64{"events": 1, "deliveries": 1},
		Stored:    map[string]float64{"events": gb, "events/received": gb, "orders": 5 * gb},
	}
}

// dollars are the lines of a bill by what AWS calls them, in millionths of a dollar.
func dollars(lines []Line) map[string]float64 {
	all := map[string]float64{}
	for _, l := range lines {
		if d := l.Dollars(); d != 0 {
			all[l.Price.Item] += math.Round(d*1e8) / 1e8
		}
	}
	return all
}

func TestBillOfAnEvent(t *testing.T) {
	logs := 300.0 + 3*26 + 2*float64(len(startLine)+len(reportLine)+52) + 100
	want := map[string]float64{
		gatewayRequests.Item: 0.000001, lambdaRequests.Item: 0.0000004,
		lambdaSeconds.Item: math.Round((0.5*0.010+0.25*0.025)*13.3334*100) / 1e8,
		writeUnits.Item:    math.Round(5*0.625*100) / 1e8, readUnits.Item: 0.00000025,
		busEntries.Item: 0.000001, queueRequests.Item: 0.0000012, mails.Item: 0.0002,
		logBytes.Item:   math.Round(logs/gb*0.5*1e8) / 1e8,
		logStorage.Item: math.Round(logs/gb*0.15*2.4*0.03*1e8) / 1e8,
		// Twelve months of two GB, of which one is a table's.
		tableStorage.Item: 6, tableBackup.Item: 2.4,
	}
	nonzero(want)
	if diff := cmp.Diff(want, dollars(small().Event(One, one()))); diff != "" {
		t.Error(diff)
	}
}

// nonzero removes what rounds to nothing.
func nonzero(m map[string]float64) {
	for k, v := range m {
		if v == 0 {
			delete(m, k)
		}
	}
}

func TestBillOfAnIdleMonth(t *testing.T) {
	run := Counted{
		Asked: 3, Metrics: []string{"dead", "parked"}, Read: map[string]float64{"events/received": 8}, Write: map[string]float64{"cursors": 2},
		Functions: map[string]Function{"reconcile": {Invocations: 1}},
	}
	got := dollars(small().Idle(run))
	want := map[string]float64{
		alarmMetrics.Item: 3, customMetrics.Item: 0.6, dashboards.Item: 3, secrets.Item: 0.8, secretRequests.Item: 0.0438,
		lambdaRequests.Item: 0.00876, lambdaSeconds.Item: math.Round(43800*0.25*13.3334*100) / 1e8,
		readUnits.Item: 0.0438, writeUnits.Item: 0.05475,
		queueRequests.Item: 2*900*730*0.4/1e6 + (3+absentQueues)*43800*0.4/1e6, // polls, and questions
	}
	for item, usd := range want {
		if math.Abs(got[item]-usd) > 1e-7 {
			t.Errorf("%s: %v, want %v", item, got[item], usd)
		}
	}
}

// The action of one() sends a message and writes a row of five GB and its delivery.
func TestFurtherActionIsOneActionsShare(t *testing.T) {
	c := one()
	c.Stored["deliveries"] = 0
	c.Write["orders"] = 2
	p := &page{Stack: small(), kinds: map[string]Counted{One: c}}
	logs := 200.0 + 2*26 + float64(len(startLine)+len(reportLine)+52)
	want := 0.20 + 0.25*25e3*13.3334e-6 + 4*0.625 + 2*0.125 + 3*0.40 + million*logs/gb*(0.5+0.15*2.4*0.03)
	if got := p.Further(); math.Abs(got-want) > 1e-6 {
		t.Errorf("%v USD, want %v", got, want)
	}
}

func TestFloodIsADayAtTheThrottle(t *testing.T) {
	got := dollars(small().Flood(Counted{Functions: map[string]Function{API: {Lines: 1}, "ingest": {Invocations: 1, Lines: 1, Bytes: 100}}}))
	if got[gatewayRequests.Item] != 8.64 || got[lambdaRequests.Item] != 1.728 || got[writeUnits.Item] != 0 {
		t.Errorf("%v", got)
	}
}

func TestRowsOfActionsStay(t *testing.T) {
	if n := small().rows(one()); n != 5*gb {
		t.Errorf("%v bytes stay", n)
	}
	s := small()
	if events, deliveries := s.kept("events"), s.kept("deliveries"); math.Abs((deliveries-events)*days-30) > 1e-9 {
		t.Errorf("deliveries are kept for %v months, events for %v", deliveries, events)
	}
}

func TestDifferencesAreNamed(t *testing.T) {
	now := one()
	now.Write = map[string]float64{"events": 3, "events/received": 1, "deliveries": 2, "orders": 2}
	now.Functions = map[string]Function{"ingest": {Invocations: 1, Lines: 1, Bytes: 104}, "a": {Invocations: 2, Lines: 2, Bytes: 300}, API: {Lines: 1, Bytes: 80}}
	want := []string{"write units of events: 2, now 3", "write units of orders: 0, now 2", "invocations of a: 1, now 2", "logs of a: 200 bytes, now 300"}
	if diff := cmp.Diff(want, one().Differ(now)); diff != "" {
		t.Error(diff)
	}
	if all := one().Differ(one()); len(all) > 0 {
		t.Error(all)
	}
}

func TestPricesAreComplete(t *testing.T) {
	for _, p := range prices {
		if p.Dollars <= 0 || p.Per <= 0 || p.Unit == "" || !strings.Contains(p.Page, "/pricing") {
			t.Errorf("%+v", p)
		}
	}
	run := Counted{Functions: map[string]Function{"reconcile": {Invocations: 1}}}
	for _, l := range slices.Concat(small().Event(One, one()), small().Idle(run)) {
		if !slices.Contains(prices, l.Price) {
			t.Errorf("%s is not in the table of prices", l.Price.Item)
		}
	}
}

func TestNumbersAreRounded(t *testing.T) {
	for _, c := range [][2]string{
		{Number(0), "–"},
		{Number(8.5), "8.5"},
		{Number(0.12345), "0.123"},
		{Number(5256000), "5,256,000"},
		{USD(0.066), "0.066 USD"},
		{USD(7.037), "7.04 USD"},
		{amount(0), "–"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s, want %s", c[0], c[1])
		}
	}
}
