package console

import (
	"context"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/safetext"
)

// payload renders the body, pretty if it can be.
func (d *eventData) payload(r *Request) {
	wantsRaw := r.URL.Query().Get("raw") != ""
	switch text, err := template.HTML(""), error(nil); {
	case len(d.Body) > maxPretty:
		d.NoPretty = "It is longer than 256 KB and shown raw only."
	default:
		if text, err = pretty(d.Body, d.Masked, r.where); err != nil {
			d.NoPretty = "It is not JSON and shown raw only."
		} else if !wantsRaw {
			d.Payload = text
		}
	}
	if d.Payload == "" && !d.Masked {
		d.Raw = safetext.Escape(string(d.Body))
	}
}

// maxNear is how many moments are read for the neighbours of an event.
const maxNear = 200

// around reads what is beside the event: its neighbours on the timeline, and its links.
func (d *eventData) around(r *Request) {
	d.Commands = []string{r.console.Command("events", "show", d.ID)}
	if d.Facts == nil {
		return
	}
	f := d.Facts
	d.Curl = r.console.LocalStack.curl(d.ID, f.Endpoint)
	d.Stripe = objectAtStripe(f.Scope, f.ObjectType, f.Object)
	about := f.Subject
	if about == "" || !ids.MatchString(about) {
		about = f.Object
	}
	if !ids.MatchString(about) {
		return
	}
	d.Timeline = "/timeline/" + url.PathEscape(about)
	for _, id := range slices.Compact([]string{about, f.Object, f.Customer}) {
		if d.Ours = r.ours(id, &f.Scope); d.Ours != nil {
			break
		}
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	course, err := r.console.Operator.Timeline(ctx, operator.Timeline{ID: about, Limit: maxNear, Looked: func(int) { stop() }})
	if err != nil { // without an index, or its own page says why
		return
	}
	d.Neighbours = neighbours(course.Moments, d.ID)
}

// neighbours are up to four events around one, each with what came of it, in short.
func neighbours(all []operator.Moment, id string) (found []operator.Moment) {
	at, came := map[string]int{}, map[string][]event.Delivery{}
	for _, m := range all {
		if _, ok := at[m.Event]; !ok {
			at[m.Event], found = len(found), append(found, operator.Moment{At: m.At, Event: m.Event, Type: m.Type})
		}
		if m.Delivery != nil {
			came[m.Event] = append(came[m.Event], *m.Delivery)
		}
	}
	from := max(0, min(at[id]-1, len(found)-4))
	found = found[from:min(len(found), from+4)]
	for i := range found {
		found[i].Text = safetext.Clip(strings.Join(outcomes(came[found[i].Event]), "; "), 100)
	}
	return found
}
