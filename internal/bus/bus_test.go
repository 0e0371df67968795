package bus_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/bus"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/porttest"
)

// entry is what PutEvents takes.
type entry struct {
	Source, DetailType, Detail, EventBusName string
	Time                                     float64
	Resources                                []string
}

// rule is what ListRules answers with.
type rule struct {
	Name, EventPattern, State string
	ManagedBy                 string `json:",omitempty"`
}

// server is as much of EventBridge as the bus asks for.
type server struct {
	mu     sync.Mutex
	rules  []rule
	lists  int  // ListRules calls from the first page on
	down   bool // every call fails
	refuse func(id string) bool
	chunks [][]entry
	taken  []event.Envelope
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || s.down {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"AccessDeniedException","message":"down"}`)
		return
	}
	var answer any
	switch r.Header.Get("X-Amz-Target") {
	case "AWSEvents.ListRules":
		answer, err = s.listRules(body)
	case "AWSEvents.PutEvents":
		answer, err = s.putEvents(body)
	default:
		err = errors.New("unknown call")
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"__type": "ValidationException", "message": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// listRules gives two rules a page.
func (s *server) listRules(body []byte) (any, error) {
	var in struct{ EventBusName, NextToken string }
	if err := json.Unmarshal(body, &in); err != nil || in.EventBusName != "local" {
		return nil, fmt.Errorf("bus %q: %w", in.EventBusName, err)
	}
	from := 0
	if in.NextToken == "" {
		s.lists++
	} else if _, err := fmt.Sscan(in.NextToken, &from); err != nil {
		return nil, err
	}
	to := min(from+2, len(s.rules))
	out := map[string]any{"Rules": s.rules[from:to]}
	if to < len(s.rules) {
		out["NextToken"] = fmt.Sprint(to)
	}
	return out, nil
}

func (s *server) putEvents(body []byte) (any, error) {
	var in struct{ Entries []entry }
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, err
	}
	if len(in.Entries) > 10 || len(in.Entries) == 0 {
		return nil, errors.New("1 to 10 entries")
	}
	s.chunks = append(s.chunks, in.Entries)
	var results []map[string]string
	for _, e := range in.Entries {
		var env event.Envelope
		if err := json.Unmarshal([]byte(e.Detail), &env); err != nil {
			return nil, err
		}
		if s.refuse != nil && s.refuse(env.ID) {
			results = append(results, map[string]string{"ErrorCode": "InternalFailure", "ErrorMessage": "not now"})
			continue
		}
		s.taken = append(s.taken, env)
		results = append(results, map[string]string{"EventId": "1"})
	}
	return map[string]any{"Entries": results}, nil
}

func open(t *testing.T, s *server) *bus.Bus {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return &bus.Bus{Now: time.Now, Name: "local", Client: eventbridge.New(eventbridge.Options{
		BaseEndpoint: aws.String(srv.URL), Region: "us-east-1", Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})}
}

// pattern is the one that infra/action.yaml gives an action.
func pattern(action string, types []string) string {
	p := map[string]any{"source": []string{event.Source}, "detail": map[string]any{"only": []any{map[string]bool{"exists": false}, action}}}
	if types != nil {
		p["detail-type"] = types
	}
	out, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return string(out)
}

func envelope(id string) event.Envelope {
	return event.Envelope{Facts: event.Facts{ID: id, Type: "charge.refunded", Created: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)}}
}

func TestTheBusKeepsThePromisesOfItsPort(t *testing.T) {
	porttest.RunBus(t, func(t *testing.T, rules map[string][]string) (event.Bus, func() []event.Envelope) {
		s := &server{}
		for action, types := range rules {
			s.rules = append(s.rules, rule{Name: action, State: "ENABLED", EventPattern: pattern(action, types)})
		}
		return open(t, s), func() []event.Envelope { return s.taken }
	})
}

func TestAnEntryIsAsTheRulesExpectIt(t *testing.T) {
	s := &server{}
	if errs := open(t, s).Publish(t.Context(), []event.Envelope{envelope("evt_1")}); errs[0] != nil {
		t.Fatal(errs[0])
	}
	want := entry{
		Source: "payhooks", DetailType: "charge.refunded", EventBusName: "local", Time: 1795305600,
		Detail: `{"id":"evt_1","type":"charge.refunded","created":"2026-11-22T00:00:00Z","livemode":false,"received":"0001-01-01T00:00:00Z"}`,
	}
	if diff := cmp.Diff([][]entry{{want}}, s.chunks); diff != "" {
		t.Fatal(diff)
	}
}

func TestEntriesAreChunkedAndOneRefusalBlocksNone(t *testing.T) {
	s := &server{refuse: func(id string) bool { return id == "evt_7" }}
	var es []event.Envelope
	for i := range 23 {
		es = append(es, envelope(fmt.Sprint("evt_", i)))
	}
	for i, err := range open(t, s).Publish(t.Context(), es) {
		if (err != nil) != (i == 7) {
			t.Errorf("envelope %d: error is %v", i, err)
		}
	}
	if len(s.chunks) != 3 || len(s.chunks[2]) != 3 || len(s.taken) != 22 {
		t.Fatalf("%d chunks, %d taken", len(s.chunks), len(s.taken))
	}
}

func TestAChunkStaysBelowTheBytesOfOneRequest(t *testing.T) {
	s := &server{}
	var es []event.Envelope
	for i := range 9 {
		e := envelope(fmt.Sprint("evt_", i))
		e.Status = strings.Repeat("s", 60<<10)
		es = append(es, e)
	}
	es[4].Status = strings.Repeat("s", 300<<10)
	for i, err := range open(t, s).Publish(t.Context(), es) {
		if i == 4 && !errors.Is(err, event.ErrInvalid) || i != 4 && err != nil {
			t.Errorf("envelope %d: error is %v", i, err)
		}
	}
	for _, c := range s.chunks {
		size := 0
		for _, e := range c {
			size += len(e.Detail)
		}
		if size >= 256<<10 {
			t.Errorf("a chunk of %d bytes", size)
		}
	}
	if len(s.chunks) != 2 || len(s.taken) != 8 {
		t.Fatalf("%d chunks, %d taken", len(s.chunks), len(s.taken))
	}
}

func TestAFailedRequestIsTheErrorOfEachOfItsEntries(t *testing.T) {
	s := &server{down: true}
	for _, err := range open(t, s).Publish(t.Context(), []event.Envelope{envelope("evt_1"), envelope("evt_2")}) {
		if err == nil || errors.Is(err, event.ErrInvalid) {
			t.Errorf("error is %v", err)
		}
	}
}

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

func TestUnreadableRuleOfAnActionIsNamedIfItMaySelect(t *testing.T) {
	for p, concerned := range map[string]bool{
		`{"detail":{"amount":[{"numeric":[">",1]}]}}`:                                   true,
		`{"detail-type":["charge.refunded"],"detail":{"amount":[{"numeric":[">",1]}]}}`: true,
		`{"detail-type":["ping"],"detail":{"amount":[{"numeric":[">",1]}]}}`:            false,
		`{"account":["1"]}`:                              true,
		`{"source":["aws.s3"],"account":["1"]}`:          false,
		`{"$or":[{"source":["a"]},{"source":["b"]}]}`:    true,
		`{"source":[{"wildcard":"*hooks"}]}`:             true,
		`{"source":[{"wildcard":"*"},"payhooks"]}`:       false, // selects it by the other alternative
		`{"source":[{"anything-but":[{"prefix":"a"}]}]}`: true,
		`{"source":"payhooks"}`:                          true,
		`{"source":[{"prefix":"a","suffix":"b"}]}`:       true,
		`{"source":[{"prefix":1}]}`:                      true,
	} {
		s := &server{rules: []rule{{Name: "odd", State: "ENABLED", EventPattern: own(t, "odd", p)}}}
		_, err := open(t, s).Subscribers(t.Context(), envelope("evt_1"))
		if (err != nil) != concerned || err != nil && !strings.Contains(err.Error(), "odd") {
			t.Errorf("%s: error is %v", p, err)
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

func TestAPingHasNoSubscribers(t *testing.T) {
	b := open(t, &server{rules: []rule{{Name: "a", State: "ENABLED", EventPattern: pattern("a", nil)}}})
	e := envelope("evt_1")
	for kind, want := range map[string]int{event.ThinPing: 0, "charge.refunded": 1} {
		e.Type = kind
		if got, err := b.Subscribers(t.Context(), e); err != nil || len(got) != want {
			t.Errorf("%s: subscribers %v, error %v", kind, got, err)
		}
	}
}

func TestThinEventIsFetchedForAYoungerRuleThanTheList(t *testing.T) {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	s := &server{}
	b := open(t, s)
	b.Now = func() time.Time { return now }
	if got, err := event.FetchFor(t.Context(), b, envelope("evt_1")); err != nil || len(got) != 0 {
		t.Fatalf("subscribers %v, error %v", got, err)
	}
	s.rules = []rule{{Name: "new", State: "ENABLED", EventPattern: pattern("new", nil)}}
	now = now.Add(5 * time.Second)
	if got, err := event.FetchFor(t.Context(), b, envelope("evt_2")); err != nil || !slices.Equal(got, []string{"new"}) {
		t.Errorf("subscribers %v, error %v", got, err)
	}
}
