package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/aws/smithy-go"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// doPages are the dialogs. Each is a page; with script it opens over the page that linked
// to it.
var (
	doPages = slices.Concat(
		verb{"retry", []string{"event", "action", "reason", "group", "all", "stale", "rate"}, proposeRetry}.pages(),
		verb{"resolve", []string{"event", "action", "reason", "group", "all", "stale", "rate", "answer", "result", "noresult"}, proposeResolve}.pages(),
		verb{"discard", []string{"event", "action", "reason", "group", "all", "why"}, proposeDiscard}.pages(),
		verb{"release", []string{"id", "endpoint", "group", "override"}, proposeRelease}.pages(),
		verb{"forget", []string{"id", "endpoint", "group"}, proposeForget}.pages(),
		verb{"redrive", []string{"name", "rate"}, proposeRedrive}.pages(),
		verb{"search", slices.Concat([]string{"text", "rate"}, searched), proposeSearch}.pages(),
		verb{"replay", slices.Concat(replayParams, eventFilters), proposeReplay}.pages(),
	)
	doBody = parse("do.html", "left.html")
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

func (v verb) show(r *Request) (View, error) {
	view := View{Title: "Change", Body: doBody, Scripts: selectScript}
	q, err := r.Params(v.params...)
	if err != nil {
		return view, err
	}
	p, err := v.propose(r, q)
	if err != nil {
		return view, pageError(err)
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
		return View{Title: "Change"}, pageError(err)
	}
	if r.PostFormValue("show") != "" {
		p.Wrong = ""
		return v.view(r, p), nil
	}
	if why := r.objection(p); why != "" {
		p.Note, p.Status = why, http.StatusConflict
		return v.view(r, p), nil
	}
	if p.Once {
		return v.once(r, p)
	}
	op, err := r.console.ops.start(p.task, r.console.Now, r.console.recount)
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
	r.console.recount()
	r.say(p.Done(rep))
	return View{}, Redirect(p.After)
}

// pageError is an error of the operator as a page shows it: most are why a change is not
// possible, and what is.
func pageError(err error) error {
	var refusal smithy.APIError
	var usage cli.UsageError
	var f *failure
	switch {
	case errors.As(err, &refusal), errors.As(err, &usage), errors.As(err, &f), errors.Is(err, event.ErrNotFound), errors.Is(err, context.Canceled):
		return err
	}
	return Refused(http.StatusConflict, sentence(err.Error()), "Nothing was changed.")
}
