package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/safetext"
)

const happened, didNotHappen = "happened", "did-not-happen"

// proposeResolve is the dialog that asks whether effects happened.
func proposeResolve(r *Request, q url.Values) (*proposal, error) {
	s, err := r.selectionOf(q)
	if err != nil {
		return nil, err
	}
	if a := q.Get("answer"); a != "" && a != happened && a != didNotHappen {
		return nil, Refused(http.StatusBadRequest, "The answer is neither "+happened+" nor "+didNotHappen+".", "Nothing was changed.")
	}
	if s.one() {
		return r.resolveOne(s, q)
	}
	return r.resolveMany(s, q)
}

// resolveOne is about one delivery.
func (r *Request) resolveOne(s selection, q url.Values) (*proposal, error) {
	ref := event.DeliveryRef{Action: s.Action, Event: s.Event}
	x, err := r.console.Operator.Explain(r.Context(), ref)
	if err != nil {
		return nil, err
	}
	if x.Unknown == nil {
		return nil, fmt.Errorf("delivery of %s to %s is %s, not unknown; next step: %s", s.Event, s.Action, x.State, x.Advice)
	}
	p := &proposal{N: 1, Of: 1, Counted: "are unknown", Hidden: s.query, Options: []option{staleOption(q)}, Once: true, After: s.back()}
	p.task = task{Back: s.back()}
	p.Heading = fmt.Sprintf("Did %s happen?", x.Unknown.Key)
	p.Says = []string{
		strings.TrimPrefix(x.Reason, x.Unknown.Key+": "), "The outcome is unknown, so " + s.Action + " does not repeat it on a guess. Look where it would have happened first (the mailbox, the other system), then record it.",
	}
	p.Buttons = []button{
		{Value: happened, Label: "It happened", Says: s.Action + " continues after it and never repeats it."},
		{Value: didNotHappen, Label: "It did not happen", Says: s.Action + " runs again now and does it."},
	}
	if until := x.Unknown.Until; !until.IsZero() {
		p.Refusal = "It may be happening at this moment; try again after " + until.In(r.where).Format(clockForm) + "."
		p.Says = append(p.Says, p.Refusal)
	}
	p.resolution(r, ref, q)
	return p, nil
}

// resolution is what the form answers for one delivery.
func (p *proposal) resolution(r *Request, ref event.DeliveryRef, q url.Values) {
	res := operator.Resolution{DeliveryRef: ref, Happened: q.Get("answer") == happened, Stale: q.Get("stale") != ""}
	yes := p.result(&res, q)
	line := []string{"parked", "resolve", quoted(ref.Event), quoted(ref.Action)}
	for _, answer := range [][]string{yes, {"--" + didNotHappen}} {
		p.Command = append(p.Command, r.console.Command(slices.Concat(line, answer, staleFlag(q))...))
	}
	p.do = func(ctx context.Context, _ operator.Pace) (report, error) {
		if q.Get("answer") == "" {
			return report{}, errors.New("say whether it happened")
		}
		_, err := r.console.Operator.Resolve(ctx, res)
		p.askResult(q, err)
		return report{Done: 1}, err
	}
	p.Done = func(report) string {
		if res.Happened {
			return fmt.Sprintf("%s is recorded as done; %s continues after it.", p.effect(), ref.Action)
		}
		return fmt.Sprintf("%s is recorded as not performed; %s does it now.", p.effect(), ref.Action)
	}
}

// result reads what the effect returned, and returns the flags for an effect that happened.
func (p *proposal) result(res *operator.Resolution, q url.Values) []string {
	text, none := q.Get("result"), q.Get("noresult") != ""
	if text != "" || none {
		p.Result = &resultField{Text: text, None: none}
	}
	switch {
	case text != "" && none:
		p.Wrong = "Give a result, or say that it returns nothing that is used, not both."
	case text != "" && !json.Valid([]byte(text)):
		p.Wrong = `The result is not JSON. For example {"ID":"contact-7"} or "contact-7".`
	}
	if res.NoResult = none && res.Happened; text != "" && res.Happened {
		res.Result = json.RawMessage(text)
	}
	if text != "" {
		return []string{"--" + happened, "--result", quoted(text)}
	}
	return []string{"--" + happened, "--no-result"}
}

// effect is the key that the heading asks about.
func (p *proposal) effect() string { return p.Heading[len("Did ") : len(p.Heading)-len(" happen?")] }

// askResult asks what the effect returned, if the action continues with that.
func (p *proposal) askResult(q url.Values, err error) {
	var needed *operator.ResultNeededError
	if !errors.As(err, &needed) {
		return
	}
	p.Note = "The action continues with what " + needed.Key + " returned: give it as JSON, or say that nothing of it is used."
	p.Result = &resultField{Text: q.Get("result"), None: q.Get("noresult") != ""}
	if needed.Example != nil {
		p.Result.Example = safetext.Clip(string(needed.Example), 200)
	}
}

// resolveMany is one answer for many.
func (r *Request) resolveMany(s selection, q url.Values) (*proposal, error) {
	rate, err := rateOf(q)
	if err != nil {
		return nil, err
	}
	yes := q.Get("answer") == happened
	plan, err := r.console.Operator.PlanResolve(r.Context(), operator.Resolutions{Deliveries: s.Deliveries, Happened: yes, Stale: q.Get("stale") != ""})
	if err != nil {
		return nil, err
	}
	dry := plan.DryRun()
	p := &proposal{N: dry.Selected, Of: dry.Selected, Items: dry.Sample, Counted: "are unknown", Hidden: s.query, Options: []option{staleOption(q)}}
	p.task = p.deliveries(s, "/do/resolve", "resolved", "still unknown", rate)
	p.Title = fmt.Sprintf("Resolve %s%s", plural(p.N, "delivery", "deliveries"), s.of())
	p.Heading = fmt.Sprintf("Did the effects of %s%s happen?", plural(p.N, "unknown delivery", "unknown deliveries"), s.of())
	p.Says = append([]string{"One answer for all of them. Look where they would have happened first. One whose effect may still be running, or is recorded otherwise, is left; one whose result is needed is resolved alone."}, s.others(string(event.Unknown))...)
	p.unreadable(plan.Unreadable)
	p.answers(r, s, slices.Concat(staleFlag(q), rateFlag(rate), []string{"--yes"}))
	p.do = func(ctx context.Context, pace operator.Pace) (report, error) {
		res, err := plan.Run(ctx, pace)
		return report{Done: res.Sent, Left: res.Skipped}, err
	}
	if r.Method == http.MethodPost && q.Get("answer") == "" {
		p.Wrong = "Say whether they happened."
	}
	return p, nil
}

// answers adds both answers, with the command lines that give them.
func (p *proposal) answers(r *Request, s selection, flags []string) {
	yes, notes := r.commands(s, "resolve", "reason", append([]string{"--" + happened, "--no-result"}, flags...), string(event.Unknown))
	no, _ := r.commands(s, "resolve", "reason", append([]string{"--" + didNotHappen}, flags...), string(event.Unknown))
	p.does(append(yes, no...), notes)
	n := count(p.N)
	p.Buttons = []button{
		{Value: happened, Label: "Resolve " + n + " as happened", Says: "The action continues without a result and never repeats them."},
		{Value: didNotHappen, Label: "Resolve " + n + " as not happened", Says: "The action runs again now and does them."},
	}
}
