package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// doPages are the dialogs. Each is a page of its own, which a script shows in the page
// that it was asked for from.
var (
	doPages = slices.Concat(
		verb{"retry", []string{"event", "action", "reason", "group", "all", "stale", "rate"}, proposeRetry}.pages(),
		verb{"resolve", []string{"event", "action", "reason", "group", "all", "stale", "rate", "answer", "result", "noresult"}, proposeResolve}.pages(),
		verb{"discard", []string{"event", "action", "reason", "group", "all", "why"}, proposeDiscard}.pages(),
		verb{"release", []string{"id", "endpoint", "group", "override"}, proposeRelease}.pages(),
		verb{"forget", []string{"id", "endpoint", "group"}, proposeForget}.pages(),
		verb{"redrive", []string{"name", "rate"}, proposeRedrive}.pages(),
		verb{"replay", slices.Concat(replayParams, eventFilters), proposeReplay}.pages(),
	)
	doBody = parse("do.html")
)

// verb is one kind of change. propose reads what a dialog's address or form selects.
type verb struct {
	name    string
	params  []string
	propose func(*Request, url.Values) (*proposal, error)
}

func (v verb) pages() []Page {
	return []Page{
		{Route: "GET /do/" + v.name, Tab: TabAttention, Show: v.show},
		{Route: "POST /do/" + v.name, Tab: TabAttention, Show: v.run},
	}
}

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
	Ask     bool   // for a reason
	Why     string // the reason so far
	Result  *resultField
	Buttons []button
	Final   bool   // it cannot be taken back: the stack's name is typed
	Refusal string // why it cannot be done now
	Wrong   string // what the form lacks
	Counted string // "are parked": what N counts
	One     bool   // it is done at once, without an operation
	Done    func(report) string
	After   string // where one leads that is done at once
	Status  int
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

func (v verb) show(r *Request) (View, error) {
	view := View{Title: "Change", Body: doBody, Scripts: selectScript}
	q, err := r.Params(v.params...)
	if err != nil {
		return view, err
	}
	p, err := v.propose(r, q)
	if err != nil {
		return view, toldOf(err)
	}
	return v.view(r, p), nil
}

func (v verb) view(r *Request, p *proposal) View {
	p.Path = "/do/" + v.name
	if p.Refusal != "" || p.N == 0 {
		for i := range p.Buttons {
			p.Buttons[i].Off = true
		}
	}
	return View{Title: p.Heading, Body: doBody, Data: p, Status: p.Status, Scripts: selectScript}
}

// run does what the form was shown to do, or shows the dialog again and says why not.
func (v verb) run(r *Request) (View, error) {
	if err := r.ParseForm(); err != nil {
		return View{}, Refused(http.StatusBadRequest, "The form cannot be read.", "Load the page again.")
	}
	p, err := v.propose(r, r.PostForm)
	if err != nil {
		return View{Title: "Change"}, toldOf(err)
	}
	if r.PostFormValue("show") != "" {
		p.Wrong = ""
		return v.view(r, p), nil
	}
	if why := r.objection(p); why != "" {
		p.Note, p.Status = why, http.StatusConflict
		return v.view(r, p), nil
	}
	if p.One {
		return v.once(r, p)
	}
	op, err := r.console.ops.start(p.task, r.console.Now)
	if err != nil {
		return View{}, err
	}
	return View{}, Redirect("/ops/" + op.ID)
}

// objection is why a form is not done as it came.
func (r *Request) objection(p *proposal) string {
	n, err := strconv.Atoi(r.PostFormValue("count"))
	of, failed := strconv.Atoi(r.PostFormValue("of"))
	switch {
	case err != nil || failed != nil:
		return "The form does not say how many were shown. Look again."
	case p.Of > of:
		return fmt.Sprintf("%s %s now; %s when you looked.", count(p.Of), p.Counted, count(of))
	case p.N > n:
		return fmt.Sprintf("%s would be %s now; %s when you looked.", count(p.N), p.Verb, count(n))
	case p.Refusal+p.Wrong != "":
		return p.Refusal + p.Wrong
	case p.N == 0:
		return "There is nothing left to do."
	case r.Typed(p) && r.PostFormValue("name") != r.console.name():
		return "Type " + r.console.name() + " to go on."
	}
	return ""
}

// manyLive is how many changes of a live stack need its name.
const manyLive = 100

// Typed reports whether the stack's name has to be typed.
func (r *Request) Typed(p *proposal) bool {
	return p.N > 0 && (p.Final || r.console.Mode == Live && p.N >= manyLive)
}

// once does a change of one thing and leads to it.
func (v verb) once(r *Request, p *proposal) (View, error) {
	rep, err := p.do(context.WithoutCancel(r.Context()), operator.Pace{})
	var refusal smithy.APIError
	switch {
	case errors.As(err, &refusal):
		return View{Title: p.Heading}, err
	case err != nil:
		p.Status = http.StatusConflict
		if p.Note == "" {
			p.Note = sentence(err.Error())
		}
		return v.view(r, p), nil
	}
	r.say(p.Done(rep))
	return View{}, Redirect(p.After)
}

// toldOf is an error of the operator as a page says it: most are why a change is not
// possible, and what is.
func toldOf(err error) error {
	var refusal smithy.APIError
	var usage cli.UsageError
	var f *failure
	switch {
	case errors.As(err, &refusal), errors.As(err, &usage), errors.As(err, &f), errors.Is(err, event.ErrNotFound), errors.Is(err, context.Canceled):
		return err
	}
	return Refused(http.StatusConflict, sentence(err.Error()), "Nothing was changed.")
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
