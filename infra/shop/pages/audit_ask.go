package pages

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/internal/operator"
)

// asked is a dialog that begins an audit.
type asked struct {
	Question string
	Says     []string
	Rows     []found
	More     int
	Count    int // of rows that were shown
	Path     string
	Button   string
	Command  string
}

func askAudit(r *console.Request) (console.View, error) {
	v := console.View{Title: "Audit", Body: askAuditBody}
	if _, err := r.Params(); err != nil {
		return v, err
	}
	v.Data = asked{
		Question: "Recompute every action's state from the stored events?",
		Says: []string{
			"Every row that differs is shown. Nothing outside is called and nothing is changed; it may run during live traffic.",
			"Every event is read twice for each of its subscribers, by the action's own function, which is billed for it.",
			"It runs in this console and ends with it.",
		},
		Path: "/do/audit", Button: "Audit", Command: r.Console().Command("audit"),
	}
	return v, nil
}

func (s *Shop) startAudit(r *console.Request) (string, error) {
	return "/state/audit", s.audit.start(r, operator.Audit{})
}

// shownRepairs is how many rows the dialog names.
const shownRepairs = 10

// askRepair shows what a repair adds: what the last audit found missing.
func (s *Shop) askRepair(r *console.Request) (console.View, error) {
	v := console.View{Title: "Repair", Body: askAuditBody}
	if _, err := r.Params(); err != nil {
		return v, err
	}
	missing := s.missing()
	if len(missing) == 0 {
		return v, console.Refused(http.StatusConflict, "No row is known to miss facts of stored events.", "An audit finds them: State, Audit.")
	}
	d := asked{
		Question: fmt.Sprintf("Add the facts that are missing to %s?", rows(len(missing))),
		Says: []string{
			"They are what the last audit found missing. State is recomputed again first, and what is missing by then is added.",
			"It takes nothing away, and leaves rows that are extra or changed as they are. Only a row whose transition is a union is repaired: no fact is counted twice.",
		},
		Count: len(missing), More: max(0, len(missing)-shownRepairs),
		Path: "/do/repair", Button: "Repair " + rows(len(missing)), Command: r.Console().Command("audit", "--repair"),
	}
	for _, f := range missing[:min(len(missing), shownRepairs)] {
		d.Rows = append(d.Rows, found{f, differs(f)})
	}
	v.Data = d
	return v, nil
}

func (s *Shop) missing() []operator.Finding {
	s.audit.mu.Lock()
	defer s.audit.mu.Unlock()
	if s.audit.result == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.audit.result.Findings), func(f operator.Finding) bool {
		return f.Verdict != operator.Missing || f.Repaired
	})
}

// startRepair repairs if as many rows are known as the dialog said.
func (s *Shop) startRepair(r *console.Request) (string, error) {
	if n := len(s.missing()); fmt.Sprint(n) != r.PostFormValue("count") {
		return "", console.Refused(http.StatusConflict, fmt.Sprintf("%s known to miss facts now; %s when you looked. Nothing was changed.", are(n), r.PostFormValue("count")), "Open the dialog again.")
	}
	s.forget()
	return "/state/audit", s.audit.start(r, operator.Audit{Repair: true})
}

// forget lets pages read what may have changed.
func (s *Shop) forget() {
	s.orders.forget()
	s.access.forget()
	s.stock.forget()
	s.uses.forget()
	s.holds.forget()
	s.postings.forget()
	s.payouts.forget()
}

func rows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprint(n, " rows")
}

func are(n int) string {
	if n == 1 {
		return "1 row is"
	}
	return fmt.Sprint(n, " rows are")
}
