package console

import (
	"github.com/payhooks/payhooks/internal/status"
)

var (
	overviewPages = []Page{{Route: "GET /{$}", Tab: TabOverview, Show: showOverview}}
	overviewBody  = parse("overview.html", "filters.html")
)

// overviewData is the state of the stack, as payhooks status has it.
type overviewData struct {
	status.Status
	Unreadable error
}

func showOverview(r *Request) (View, error) {
	v := View{Title: "Overview", Body: overviewBody, Live: true}
	if _, err := r.Params(); err != nil {
		return v, err
	}
	s, err := status.Read(r.Context(), r.console.Sources)
	v.Data = overviewData{s, err}
	return v, nil
}
