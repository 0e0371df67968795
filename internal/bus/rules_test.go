package bus_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

func TestRulesAreAtMostOneMinuteOld(t *testing.T) {
	s := &server{rules: []rule{{Name: "a", State: "ENABLED", EventPattern: pattern("a", nil)}}}
	b := open(t, s)
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	b.Now = func() time.Time { return now }
	wanted := func() ([]string, error) { return b.Subscribers(t.Context(), envelope("evt_1")) }
	for range 3 {
		if got, err := wanted(); err != nil || len(got) != 1 {
			t.Fatalf("wanted %v, error %v", got, err)
		}
	}
	if s.lists != 1 {
		t.Fatalf("listed %d times", s.lists)
	}
	s.rules = append(s.rules, rule{Name: "b", State: "ENABLED", EventPattern: pattern("b", nil)})
	now = now.Add(time.Minute)
	s.down = true
	if got, err := wanted(); err == nil {
		t.Fatalf("wanted %v from a list that is too old", got)
	}
	s.down = false
	if got, err := wanted(); err != nil || !slices.Equal(got, []string{"a", "b"}) {
		t.Fatalf("wanted %v, error %v", got, err)
	}
	now = now.Add(-time.Hour) // a clock set back makes no list fresh for ever
	if _, err := wanted(); err != nil || s.lists != 3 {
		t.Fatalf("listed %d times, error %v", s.lists, err)
	}
}

func TestDisabledRulesSelectAndForeignOnesDoNot(t *testing.T) {
	s := &server{rules: []rule{
		{Name: "off", State: "DISABLED", EventPattern: pattern("off", nil)},
		{Name: "archive", State: "ENABLED", EventPattern: `{"replay-name":[{"exists":false}]}`, ManagedBy: "events.amazonaws.com"},
		{Name: "tap", State: "ENABLED", EventPattern: `{"source":["payhooks"]}`},
		{Name: "schedule", State: "ENABLED"},
		{Name: "another-team", State: "ENABLED", EventPattern: `{"source":["payhooks"],"detail":{"amount":[{"numeric":[">",1]}]}}`},
		{Name: "copy-of-on", State: "ENABLED", EventPattern: pattern("on", nil)},
		{Name: "broken", State: "ENABLED", EventPattern: `{`},
		{Name: "on", State: "ENABLED", EventPattern: pattern("on", nil)},
	}}
	b := open(t, s)
	got, err := b.Subscribers(t.Context(), envelope("evt_1"))
	if err != nil || !slices.Equal(got, []string{"off", "on"}) {
		t.Fatalf("subscribers %v, error %v", got, err)
	}
	rules, err := b.Rules(t.Context())
	if want := []event.Rule{{Action: "off", Disabled: true}, {Action: "on"}}; err != nil || !slices.Equal(rules, want) {
		t.Fatalf("rules %v, error %v", rules, err)
	}
}

// own gives a pattern the mark of an action's rule.
func own(t *testing.T, name, pattern string) string {
	t.Helper()
	var p map[string]any
	if json.Unmarshal([]byte(pattern), &p) != nil {
		t.Fatalf("%s is not a JSON object", pattern)
	}
	detail, isObject := p["detail"].(map[string]any)
	if p["detail"] == nil {
		detail, isObject = map[string]any{}, true
	}
	if isObject {
		only, _ := detail["only"].([]any)
		if only == nil {
			only = []any{map[string]bool{"exists": false}}
		}
		detail["only"] = append(only, name)
		p["detail"] = detail
	}
	out, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestRow63UnreadablePatternNeitherCountsNorBlocks(t *testing.T) {
	for p, counts := range map[string]bool{
		`{"detail":{"amount":[{"numeric":[">",1]}]}}`:                                   false,
		`{"detail-type":["charge.refunded"],"detail":{"amount":[{"numeric":[">",1]}]}}`: false,
		`{"detail-type":["ping"],"detail":{"amount":[{"numeric":[">",1]}]}}`:            false,
		`{"account":["1"]}`:                              false,
		`{"$or":[{"source":["a"]},{"source":["b"]}]}`:    false,
		`{"source":[{"wildcard":"*hooks"}]}`:             false,
		`{"source":[{"wildcard":"*"},"payhooks"]}`:       true, // selects it by the other alternative
		`{"source":[{"anything-but":[{"prefix":"a"}]}]}`: false,
		`{"source":"payhooks"}`:                          false,
		`{"source":[{"prefix":"a","suffix":"b"}]}`:       false,
		`{"source":[{"prefix":1}]}`:                      false,
	} {
		s := &server{rules: []rule{
			{Name: "odd", State: "ENABLED", EventPattern: own(t, "odd", p)}, {Name: "on", State: "ENABLED", EventPattern: pattern("on", nil)},
		}}
		got, err := open(t, s).Subscribers(t.Context(), envelope("evt_1"))
		if err != nil || !slices.Contains(got, "on") || slices.Contains(got, "odd") != counts {
			t.Errorf("%s: subscribers %v, error %v", p, got, err)
		}
	}
}

func TestPatternsSelectAsEventBridgeDoes(t *testing.T) {
	amount := int64(500)
	e := envelope("evt_1")
	e.Amount, e.Currency, e.Livemode = &amount, "jpy", true
	for p, want := range map[string]bool{
		`{"source":["other","payhooks"]}`:                               true,
		`{"source":["other"]}`:                                          false,
		`{"detail-type":[{"prefix":"charge."}]}`:                        true,
		`{"detail-type":[{"prefix":"payout."}]}`:                        false,
		`{"detail-type":[{"suffix":".refunded"}]}`:                      true,
		`{"detail":{"currency":[{"equals-ignore-case":"JPY"}]}}`:        true,
		`{"detail-type":[{"anything-but":"ping"}]}`:                     true,
		`{"detail-type":[{"anything-but":["ping","charge.refunded"]}]}`: false,
		`{"detail-type":[{"anything-but":{"prefix":"charge."}}]}`:       false,
		`{"detail-type":[{"anything-but":{"prefix":"payout."}}]}`:       true,
		`{"detail":{"nothing":[{"anything-but":"x"}]}}`:                 false,
		`{"detail":{"amount":[500]}}`:                                   true,
		`{"detail":{"amount":[5e2]}}`:                                   true,
		`{"detail":{"amount":["500"]}}`:                                 false,
		`{"detail":{"livemode":[true]}}`:                                true,
		`{"detail":{"livemode":[false]}}`:                               false,
		`{"detail":{"only":[{"exists":false}]}}`:                        true,
		`{"detail":{"only":[{"exists":true}]}}`:                         false,
		`{"detail":{"currency":[{"exists":true}]}}`:                     true,
		`{"detail":[{"exists":true}]}`:                                  false, // no leaf
		`{"detail":{"currency":{"code":["jpy"]}}}`:                      false,
		`{"detail":{"currency":{"code":[{"exists":false}]}}}`:           true,
		`{"detail":{"customer":[null]}}`:                                false,
		`{"source":["payhooks"],"detail":{"currency":["usd"]}}`:         false,
	} {
		s := &server{rules: []rule{{Name: "a", State: "ENABLED", EventPattern: own(t, "a", p)}}}
		got, err := open(t, s).Subscribers(t.Context(), e)
		if err != nil || (len(got) == 1) != want {
			t.Errorf("%s: wanted by %v, error %v", p, got, err)
		}
	}
}

func TestTypesOfAllRulesAreListedOnce(t *testing.T) {
	enabled := func(name, pattern string) rule { return rule{Name: name, State: "ENABLED", EventPattern: pattern} }
	s := &server{rules: []rule{
		enabled("a", pattern("a", []string{"charge.refunded", "charge.succeeded"})),
		enabled("b", pattern("b", []string{"charge.refunded", "account.updated"})),
		{Name: "off", State: "DISABLED", EventPattern: pattern("off", []string{"charge.failed"})},
	}}
	types, every, err := open(t, s).Types(t.Context())
	if diff := cmp.Diff([]string{"account.updated", "charge.failed", "charge.refunded", "charge.succeeded"}, types); diff != "" || every || err != nil {
		t.Fatal(diff, every, err)
	}
}

func TestRuleWithoutListedTypesSelectsEveryType(t *testing.T) {
	for name, p := range map[string]string{
		"none":   pattern("a", nil),
		"prefix": own(t, "a", `{"detail-type":[{"prefix":"charge."}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			s := &server{rules: []rule{{Name: "a", State: "ENABLED", EventPattern: p}}}
			if _, every, err := open(t, s).Types(t.Context()); !every || err != nil {
				t.Fatal(every, err)
			}
		})
	}
}

func TestRuleThatTakesOnlyWhatNamesItSelectsNoType(t *testing.T) {
	s := &server{rules: []rule{
		{Name: "fetch", State: "ENABLED", EventPattern: `{"source":["payhooks"],"detail":{"only":["fetch"]}}`},
		{Name: "a", State: "ENABLED", EventPattern: pattern("a", []string{"charge.refunded"})},
	}}
	b := open(t, s)
	for only, want := range map[string][]string{"": {"a"}, "a": {"a"}, "fetch": {"fetch"}} {
		e := envelope("evt_1")
		e.Only = only
		if got, err := b.Subscribers(t.Context(), e); err != nil || !slices.Equal(got, want) {
			t.Errorf("only %q: subscribers %v, error %v", only, got, err)
		}
	}
	if types, every, err := b.Types(t.Context()); every || err != nil || !slices.Equal(types, []string{"charge.refunded"}) {
		t.Errorf("types %v, every %t, error %v", types, every, err)
	}
	if rules, err := b.Rules(t.Context()); err != nil || len(rules) != 2 {
		t.Errorf("rules %v, error %v", rules, err)
	}
}
