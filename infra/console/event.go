package console

import (
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

var (
	eventPages = []Page{
		{Route: "GET /events/{id}", Tab: TabEvents, Show: showEvent},
		{Route: "POST /events/{id}/whole", Tab: TabEvents, Show: showWhole},
		{Route: "POST /events/{id}/bytes", Tab: TabEvents, Show: downloadBytes},
	}
	eventBody = parse("event.html", "filters.html")
)

// eventData is one event.
type eventData struct {
	*operator.EventDetail
	ID         string
	Deliveries []deliveryRow
	Wanted     string // how many deliveries, and in what states
	Payload    template.HTML
	Raw        string
	NoPretty   string // why the payload is shown raw only
	Masked     bool
	Neighbours []operator.Moment
	Timeline   string // address
	Stripe     string // address of the object at Stripe
	Ours       *Found // what the business has of it
	Curl       string // posts it again, signed anew; of a local stack
	Quarantine *operator.QuarantineDetail
	Unreadable error
	Commands   []string
}

// deliveryRow is one delivery, opened if it needs a person.
type deliveryRow struct {
	operator.DeliveryRow
	State   string
	Out     template.HTML
	Open    bool
	Explain *operator.Explanation
	Tries   []try
}

// try is one attempt that ended, or the next.
type try struct {
	Number int
	Began  time.Time // its end, where nobody noted how long it took
	Took   int64     // milliseconds
	Result template.HTML
	Next   bool
}

func showEvent(r *Request) (View, error) { return r.event(true) }

// showWhole shows a payload with what may be a person's, once, and writes that to the log.
func showWhole(r *Request) (View, error) {
	v, err := r.event(false)
	if err == nil {
		r.console.Log.InfoContext(r.Context(), "personal data of an event was shown", "event", r.PathValue("id"))
	}
	return v, err
}

// downloadBytes gives out the signed bytes, and writes that to the log.
func downloadBytes(r *Request) (View, error) {
	if _, err := r.Params("endpoint"); err != nil {
		return View{}, err
	}
	d, err := r.detail(r.PathValue("id"))
	if err != nil {
		return View{}, err
	}
	r.console.Log.InfoContext(r.Context(), "the signed bytes of an event were given out", "event", d.ID)
	return View{File: &File{Type: "application/json", Name: d.ID + ".json", Body: d.Body}}, nil
}

func (r *Request) event(masked bool) (View, error) {
	id := r.PathValue("id")
	v := View{Title: id, Body: eventBody, Live: masked, Scripts: selectScript}
	if _, err := r.Params("endpoint", "raw"); err != nil {
		return v, err
	}
	d, err := r.detail(id)
	if err != nil {
		return v, err
	}
	if v.Title = d.Type; v.Title == "" {
		v.Title = "no type"
	}
	d.Masked = masked
	d.payload(r)
	d.around(r)
	v.Data = d
	return v, nil
}

// detail reads what is known of the event, from the quarantine if that is asked for.
func (r *Request) detail(id string) (*eventData, error) {
	o := r.console.Operator
	endpoint := r.URL.Query().Get("endpoint")
	d := &eventData{ID: id}
	var err error
	if endpoint == "" {
		if d.EventDetail, err = o.Show(r.Context(), id); d.EventDetail == nil {
			return nil, r.noEvent(id, err)
		}
		d.Unreadable = err
	}
	if endpoint != "" || d.Status == event.StatusQuarantined {
		q, err := o.FindQuarantined(r.Context(), endpoint, id)
		if err != nil {
			return nil, r.noEvent(id, err)
		}
		held := operator.DetailOf(q)
		d.Quarantine = &held
		d.EventDetail = &operator.EventDetail{EventRow: operator.EventRow{ID: q.ID, Type: q.Type, Status: event.StatusQuarantined, Received: q.Received, Endpoint: q.Endpoint}, Reason: q.Reason, Body: q.Body}
	}
	return d, d.deliveries(r)
}

// noEvent says where else it may be.
func (r *Request) noEvent(id string, err error) error {
	if !errors.Is(err, event.ErrNotFound) {
		return err
	}
	return &failure{404, fmt.Sprintf("No event %s in stack %s.", id, r.console.name()), "If Stripe has it: " + r.console.Command("backfill", "--since", "DAY"), stripeAddress(event.Scope{}, "events/"+id)}
}

// deliveries are those that need a person first, each with what to do.
func (d *eventData) deliveries(r *Request) error {
	states := map[string]int{}
	for _, x := range d.EventDetail.Deliveries {
		row := deliveryRow{DeliveryRow: x, State: string(x.State), Out: linked(x.Result())}
		if x.State == event.Done && x.Withheld {
			row.State = stateIgnored
		}
		if row.Open = x.State == event.Unknown || x.State == event.Parked; row.Open {
			e, err := r.console.Operator.Explain(r.Context(), event.DeliveryRef{Action: x.Action, Event: d.ID})
			if err != nil && !errors.Is(err, event.ErrNotFound) {
				return err
			}
			row.Explain = e
		}
		row.Tries = tries(row)
		states[row.State]++
		d.Deliveries = append(d.Deliveries, row)
	}
	slices.SortStableFunc(d.Deliveries, func(a, b deliveryRow) int { return rank(a) - rank(b) })
	d.Wanted = wanted(len(d.Deliveries), states)
	return nil
}

func rank(d deliveryRow) int { return slices.Index(gravity, d.DeliveryRow.State) }

// wanted is "4 wanted: 3 done, 1 unknown".
func wanted(n int, states map[string]int) string {
	if n == 0 {
		return "none wanted"
	}
	var parts []string
	for _, s := range []string{"unknown", "parked", "waiting", "discarded", "done", stateIgnored} {
		if states[s] > 0 {
			parts = append(parts, fmt.Sprint(states[s], " ", s))
		}
	}
	return fmt.Sprintf("%d wanted: %s", n, strings.Join(parts, ", "))
}

// tries are the attempts, the newest first, below the next one; none where the only one
// succeeded, which the delivery's own line says.
func tries(d deliveryRow) (all []try) {
	if d.DeliveryRow.State == event.Done && len(d.History) == 0 {
		return nil
	}
	if d.Next != nil {
		all = append(all, try{Number: d.Attempts + 1, Began: *d.Next, Next: true})
	}
	last := d.Attempts
	if d.DeliveryRow.State == event.Done && last > 0 {
		all = append(all, tried(last, event.Attempt{At: d.Updated, Took: d.Took}, d.Out))
		last--
	}
	for i, a := range slices.Backward(d.History) {
		all = append(all, tried(last-(len(d.History)-1-i), a, linked(a.Error)))
	}
	return all
}

func tried(number int, a event.Attempt, result template.HTML) try {
	return try{Number: number, Began: a.At.Add(-time.Duration(a.Took) * time.Millisecond), Took: a.Took, Result: result}
}
