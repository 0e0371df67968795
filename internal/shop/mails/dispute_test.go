package mails

import (
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/stripetest"
)

const (
	held   = "withheld until the dispute is closed"
	answer = "Submit evidence"
)

// disputes are reported with their status once all events are known.
var disputes = []struct {
	name      string
	statuses  []string // of created, then of one event each
	kinds     []string
	says      []string
	saysNot   []string
	noDueDate bool
}{
	{"open", []string{"needs_response"}, nil, []string{"Dispute: 100.00 USD", held, answer + " in the Stripe dashboard by 1 December 2026"}, nil, false},
	{"lost from the start", []string{"lost", "lost"}, []string{"closed"}, []string{"Dispute lost: ", "is closed: lost"}, []string{held, answer}, false},
	{"prevented", []string{"prevented"}, nil, []string{"Dispute prevented: ", "No funds were withdrawn"}, []string{held, answer}, true},
	{"answered already", []string{"needs_response", "under_review"}, []string{"updated"}, []string{held}, []string{answer}, false},
	{"won already", []string{"needs_response", "under_review", "won", "won"}, []string{"updated", "closed", "funds_reinstated"}, []string{"is closed: won"}, []string{held, answer, "lost"}, false},
	{"lost, then won after all", []string{"needs_response", "lost", "won"}, []string{"closed", "updated"}, []string{"is closed: won"}, []string{held, answer, "lost"}, false},
	{"an inquiry", []string{"warning_needs_response"}, nil, []string{"Inquiry: ", "No funds were withdrawn", answer}, []string{held}, false},
	{"an inquiry that is closed", []string{"warning_needs_response", "warning_closed"}, []string{"closed"}, []string{"The inquiry is closed"}, []string{held, answer}, false},
	{"an inquiry that became a dispute", []string{"warning_needs_response", "needs_response"}, []string{"updated"}, []string{"Dispute: ", held, answer}, []string{"No funds were withdrawn"}, false},
	{"closed without an outcome", []string{"needs_response", "needs_response"}, []string{"closed"}, []string{"Dispute closed: "}, []string{held, answer}, false},
	{"a status of another time", []string{"charge_refunded"}, nil, []string{`status at Stripe is "charge refunded"`}, []string{held, answer}, false},
}

func TestDisputeNoticeIsTrueForTheStatusKnown(t *testing.T) {
	for _, c := range disputes {
		t.Run(c.name, func(t *testing.T) {
			for _, version := range stripetest.Versions {
				var events [][]byte
				for i, status := range c.statuses {
					kind := append([]string{"created"}, c.kinds...)[i]
					d := disputed().with(obj{"status": status})
					if c.noDueDate {
						d["evidence_details"] = obj{"due_by": nil}
					}
					events = append(events, posted("evt_"+kind, "charge.dispute."+kind, version, time.Duration(i)*time.Minute, d, nil))
				}
				for order := range stripetest.Orders(1, events) {
					s := open(t, always)
					for _, body := range order {
						s.store(body)
					}
					for range 2 {
						s.Deliver("evt_created")
					}
					if len(s.post.sent) != 1 {
						t.Fatalf("%s: mails %v, want one", version, s.mails())
					}
					checkSays(t, s.post.sent[0].Subject+"\n"+s.post.sent[0].Text, c.says, c.saysNot)
					checkSays(t, s.post.sent[0].Subject+strings.ReplaceAll(strings.ReplaceAll(s.post.sent[0].HTML, "<strong>", ""), "&#34;", `"`), c.says, c.saysNot)
				}
			}
		})
	}
}

func checkSays(t *testing.T, text string, says, saysNot []string) {
	t.Helper()
	for _, want := range says {
		if !strings.Contains(text, want) {
			t.Fatalf("%q is missing in\n%s", want, text)
		}
	}
	for _, unwanted := range saysNot {
		if strings.Contains(text, unwanted) {
			t.Fatalf("%q is false in\n%s", unwanted, text)
		}
	}
}

func TestStaleDisputeNoticeAsksForNothing(t *testing.T) {
	s := open(t, always)
	s.late = 20 * 24 * time.Hour
	s.DeliverStale(s.store(posted("evt_1", "charge.dispute.created", today, 0, disputed(), nil)))
	if len(s.post.sent) != 1 || strings.Contains(s.post.sent[0].Text, answer) {
		t.Errorf("mails %v, want one that does not ask for evidence after its date", s.mails())
	}
}
