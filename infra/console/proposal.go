package console

import (
	"net/url"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/operator"
)

// proposal is a dialog: what a change would do, what it leaves and why, and the change.
type proposal struct {
	task
	Path    string
	Heading string
	Says    []string
	Note    string // why the dialog comes back
	Hidden  url.Values
	N       int                // what would be changed, and is carried by the form
	Items   []operator.Item    // some of those
	Events  []selectedEvent    // of a replay
	Table   []step             // of a replay of one event
	Of      int                // all that is selected
	Left    []operator.Skipped // of those: what is left, and why
	Options []option
	// Searches: it looks for Text.
	Searches bool
	Text     string
	Ask      bool   // for a reason
	Why      string // the reason so far
	Result   *resultField
	Buttons  []button
	Final    bool   // it cannot be taken back: the stack's name is typed
	Refusal  string // why it cannot be done now
	Wrong    string // what the form lacks
	Counted  string // "are parked": what N counts
	Once     bool   // it is done at once, without an operation
	Done     func(report) string
	After    string // where one leads that is done at once
	Status   int
}

// option is a box of a dialog, named with its flag.
type option struct {
	Name, Label string
	On          bool
	Value       string // of the box; empty is 1
}

// button does the change.
type button struct {
	Value, Label, Says string
	First, Off, Danger bool
}

// resultField asks what an effect returned.
type resultField struct {
	Text    string
	None    bool
	Example string
}

// LeftLine is why the others are left.
func (p *proposal) LeftLine() string { return leftLine(p.Left) }

// Takes is how long it takes at the rate.
func (p *proposal) Takes() string {
	return cli.Age(max(time.Second, time.Duration(float64(p.N)/p.Rate*float64(time.Second)).Round(time.Second)))
}

// More is how many are not listed.
func (p *proposal) More() int { return p.N - len(p.Items) - len(p.Events) }

// rateOf reads a rate as the flag does; 20 a second if none is given.
func rateOf(q url.Values) (float64, error) {
	rate := cli.DefaultRate
	if text := q.Get("rate"); text != "" {
		if err := rate.Set(text); err != nil {
			return 0, cli.Usage("--rate %q: %w", text, err)
		}
	}
	return float64(rate), nil
}

// rateFlag is the flag for a rate that is not the usual one.
func rateFlag(rate float64) []string {
	if rate == float64(cli.DefaultRate) {
		return nil
	}
	r := cli.Rate(rate)
	return []string{"--rate", r.String()}
}

// kept are the parameters of a selection, for the form.
func kept(q url.Values, names ...string) url.Values {
	all := url.Values{}
	for _, name := range names {
		if len(q[name]) > 0 && q[name][0] != "" {
			all[name] = q[name]
		}
	}
	return all
}
