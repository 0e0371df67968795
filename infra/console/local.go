package console

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/loglines"
	"github.com/payhooks/payhooks/infra/trigger"
)

// LocalStack is what only a stack on this machine has. What is nil is not shown.
type LocalStack struct {
	API string // address of the API
	// Refused lists the webhook requests that were not answered 2xx, the oldest first.
	Refused func(context.Context) ([]aws.Refused, error)
	// Logs are the newest lines of the functions.
	Logs *loglines.Lines
	// Post posts events to the stack; Record is the caller's.
	Post func() (trigger.Poster, error)
}

// localPages come after those of the business, as its mailbox.
var localPages = []Page{
	{Route: "GET /local/refused", Tab: TabLocal, Name: "Refused", Local: true, Show: showRefused},
	{Route: "GET /local/samples", Tab: TabLocal, Name: "Samples", Local: true, Show: showSamples},
	{Route: "POST /local/samples", Tab: TabLocal, Local: true, Do: sendSample},
	{Route: "GET /local/logs", Tab: TabLocal, Name: "Logs", Local: true, Show: showLogs},
}

var refusedBody = parse("refused.html")

// refusedRow is a request that was not answered 2xx.
type refusedRow struct {
	aws.Refused
	Day  string // of the first row of a day
	Next string // what to do
}

// refusedShown is how many a page has.
const refusedShown = 100

func showRefused(r *Request) (View, error) {
	v := View{Title: "Refused requests", Body: refusedBody, Live: true}
	q, err := r.Params("before")
	if err != nil {
		return v, err
	}
	until, err := when(q, "before", r.console.Now())
	if err != nil {
		return v, err
	}
	if r.console.LocalStack.Refused == nil {
		return v, Refused(http.StatusNotFound, "This stack keeps no refused requests.", "")
	}
	all, err := r.console.LocalStack.Refused(r.Context())
	if err != nil {
		return v, err
	}
	v.Live = until.IsZero()
	v.Data = r.refused(all, until)
	return v, nil
}

// refusedData is a page of them.
type refusedData struct {
	Rows  []refusedRow
	All   int
	Older string
}

func (r *Request) refused(all []aws.Refused, until time.Time) (d refusedData) {
	d.All = len(all)
	for _, one := range slices.Backward(all) {
		if !until.IsZero() && !one.At.Before(until) {
			continue
		}
		if len(d.Rows) == refusedShown {
			d.Older = address(r.URL.Path, map[string][]string{"before": {d.Rows[len(d.Rows)-1].At.UTC().Format(time.RFC3339Nano)}})
			break
		}
		row := refusedRow{Refused: one, Next: advice(one.Reason)}
		if day := r.Day(one.At); len(d.Rows) == 0 || r.Day(d.Rows[len(d.Rows)-1].At) != day {
			row.Day = day
		}
		d.Rows = append(d.Rows, row)
	}
	return d
}
