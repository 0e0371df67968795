package cloudwatch_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/check"
	"github.com/payhooks/payhooks/infra/cloudwatch/insights"
	"github.com/payhooks/payhooks/internal/webhook"
)

// saved is a query of the templates.
type saved struct {
	groups []string
	text   string
}

// queries are the saved ones by name.
func (s *stand) queries() map[string]saved {
	s.Helper()
	all, err := check.Resources(templates(s.T), "AWS::Logs::QueryDefinition", stack, nil)
	s.must(err)
	found := map[string]saved{}
	for _, r := range all {
		text, _ := r.Properties["QueryString"].(string)
		name, _ := r.Properties["Name"].(string)
		list, _ := r.Properties["LogGroupNames"].([]any)
		q := saved{text: text}
		for _, v := range list {
			group, _ := v.(string)
			q.groups = append(q.groups, group)
		}
		found[strings.TrimPrefix(name, stack+"/")] = q
	}
	return found
}

// ask runs a saved query on what the stack wrote.
func (s *stand) ask(name string, replace ...string) []insights.Row {
	s.Helper()
	saved, is := s.queries()[name]
	if !is {
		s.Fatalf("no query %q", name)
	}
	q, err := insights.Parse(strings.NewReplacer(replace...).Replace(saved.text))
	s.must(err)
	if len(replace) > 0 { // as the query says
		saved.groups = append(saved.groups, "/"+stack+"/"+churn)
	}
	lines := slices.DeleteFunc(slices.Clone(s.written), func(l insights.Line) bool { return !slices.Contains(saved.groups, l.Group) })
	rows, err := q.Run(lines)
	if err != nil {
		s.Errorf("%s: %v", name, err)
	}
	return rows
}

// TestEachSavedQueryAnswersItsQuestion: an hour in which all of it happens.
func TestEachSavedQueryAnswersItsQuestion(t *testing.T) {
	s := newStand(t)
	first, _ := s.deliver()
	s.minutes(5, s.traffic)
	for range 3 {
		s.post([]byte("{}"), "", 1)
	}
	junk := []byte("{}")
	s.post(junk, webhook.Sign(junk, "whsec_other", s.now), 1)
	fails(errors.New("the CRM answers 500"))(s)
	failed, _ := s.deliver()
	s.minutes(1)
	s.crash[churn] = true
	s.deliver()
	s.minutes(1)
	works(s)
	off("dispatch")(s)
	swept, _ := s.deliver()
	s.minutes(20)
	works(s)
	loses(s)
	lost, _ := s.deliver()
	s.minutes(20)
	works(s)
	s.minutes(20, s.traffic)

	want := func(name string, got []insights.Row, member, value string, others ...string) {
		t.Helper()
		i := slices.IndexFunc(got, func(r insights.Row) bool { return r[member] == value })
		if i < 0 {
			t.Errorf("%s: no row with %s %s in %v", name, member, value, got)
			return
		}
		for j := 0; j < len(others); j += 2 {
			if got[i][others[j]] != others[j+1] {
				t.Errorf("%s: %s is %q, want %q in %v", name, others[j], got[i][others[j]], others[j+1], got[i])
			}
		}
	}
	refused := s.ask("What is refused, and why")
	want("refused", refused, "detail", "no_header", "requests", "3", "answer", "400", "reason", "bad_signature", "endpoint", "default")
	want("refused", refused, "detail", "no_match", "requests", "1")
	if refused[0]["requests"] != "3" {
		t.Errorf("not the commonest first: %v", refused)
	}

	where := s.ask("Where is an event", "evt_...", first)
	if len(where) != 3 || where[0]["reason"] != "stored" || where[0]["@log"] != "/shop/ingest" || where[1]["wanted"] != churn || where[2]["state"] != "done" {
		t.Errorf("where %s is: %v", first, where)
	}
	swepts := s.ask("What reconcile had to do")
	want("swept", swepts, "message", "fanout", "events", "1", "example", swept, "type", "charge.succeeded")

	want("swept", swepts, "message", "redelivered", "example", lost, "action", churn)

	fails := s.ask(churn + "/What fails, with what")
	want("fails", fails, "state", "waiting", "error", "the CRM answers 500", "example", failed, "events", "1")
	want("fails", fails, "record.status", "error")

	late := s.ask(churn + "/How late it is, from Stripe to done")
	if len(late) < 3 || late[0]["done"] == "" || late[0]["half_ms"] == "" || late[0]["most_ms"] == "" {
		t.Errorf("late: %v", late)
	}
	want("late", late, "bin", "2026-11-22T12:00:00Z", "slowest_ms", "1000")
}

func TestWhatIsNoQueryIsRefused(t *testing.T) {
	for _, text := range []string{"", "filter", "filter a", "filter a = ", "filter a = b", "parse @message", "stats count(*)", "stats sum(a) as n", "stats count(* as n", "filter a in (1)", "filter (a = 1", "limit many", "fields a b", "filter a = 1 | ", "sort", "filter a like /x/", "stats count(*) as n by bin(5x)"} {
		if q, err := insights.Parse(text); err == nil {
			t.Errorf("%q was read as %+v", text, q)
		}
	}
	q, err := insights.Parse("filter message = \"a\"\n| stats count(*) as n by wrong")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Run([]insights.Line{{Text: `{"message":"a","right":1}`}}); err == nil {
		t.Error("a field that no line has was found")
	}
}
