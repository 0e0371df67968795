package chaos

import (
	"fmt"
	"io"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
)

// Report is what was counted.
type Report struct {
	Seconds      float64        `json:"seconds"`
	Sent         int64          `json:"sent"`         // requests, repeats included
	Acknowledged int            `json:"acknowledged"` // events answered with a 2xx
	Done         int            `json:"done"`
	Unknown      int            `json:"unknown"` // events with an effect of unknown outcome, which an operator resolves
	Parked       int            `json:"parked"`
	Lost         int            `json:"lost"`
	Doubled      int            `json:"doubled"`
	Audited      int            `json:"audited"` // rows of state, recomputed
	Kills        map[string]int `json:"kills"`
	Faults       int            `json:"faults"`
	Broken       []string       `json:"broken"`
}

func (r *Report) print(out io.Writer) {
	t := cli.NewTable("RESULT", "")
	for _, row := range []struct {
		what string
		n    any
	}{
		{"requests sent", r.Sent},
		{"events acknowledged", r.Acknowledged},
		{"done", r.Done},
		{"a mail or notice unknown", r.Unknown},
		{"parked", r.Parked},
		{"lost", r.Lost},
		{"doubled", r.Doubled},
		{"rows recomputed by the audit", r.Audited},
		{"faults set", r.Faults},
		{"kills", demo.Text(r.Kills)},
	} {
		t.AppendRow([]any{row.what, row.n})
	}
	fmt.Fprintf(out, "\n%s\n", t.Render())
	for _, b := range r.Broken {
		fmt.Fprintln(out, "BROKEN", cli.Line(b))
	}
}
