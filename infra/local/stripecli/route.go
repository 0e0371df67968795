package stripecli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/ingest"
	"github.com/payhooks/payhooks/internal/webhook"
)

// Route is what one run of the CLI forwards. A destination gets events of one form, so
// both forms are two runs.
type Route struct {
	Form   string   `json:"form"` // snapshot or thin
	Events []string `json:"events"`
	// To and Connect are where the account's events go, and those of connected accounts.
	To      string `json:"forward_to"`
	Connect string `json:"forward_connect_to,omitempty"`
}

// Forms of events.
const (
	Snapshot = "snapshot"
	Thin     = "thin"
)

var thinName = regexp.MustCompile(`^v\d+\.`)

// Routes are the runs for the event types of a stack's actions: their snapshots, and thin
// events where there is no snapshot; with twins the thin events of the others, too.
func Routes(types []string, twins bool, e Endpoints) (routes []Route) {
	var snapshots, thin []string
	for _, t := range types {
		if thinName.MatchString(t) {
			thin = append(thin, t)
			continue
		}
		snapshots = append(snapshots, t)
		if twin, ok := facts.TwinType(t); ok && twins {
			thin = append(thin, twin)
		}
	}
	for form, events := range map[string][]string{Snapshot: snapshots, Thin: thin} {
		if len(events) > 0 {
			slices.Sort(events)
			routes = append(routes, Route{Form: form, Events: events, To: e.url(e.Own), Connect: e.url(e.Connect)})
		}
	}
	slices.SortFunc(routes, func(a, b Route) int { return strings.Compare(a.Form, b.Form) })
	return routes
}

// Endpoints are those of a local stack that the CLI posts to.
type Endpoints struct {
	Own     string // takes the account's events
	Connect string // takes those of connected accounts; empty if none does
	api     string
}

// EndpointsOf chooses the first of each kind by name that takes events of test mode.
func EndpointsOf(run local.Running) (e Endpoints, err error) {
	all, err := webhook.ParseEndpoints(run.Environment["ingest"]["ENDPOINTS"])
	if err != nil {
		return e, fmt.Errorf("read the endpoints of the running stack: %w", err)
	}
	e.api = run.API
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch {
		case all[name].Expect == webhook.ExpectLive || name == ingest.EventBridgeEndpoint:
		case all[name].Connect:
			e.Connect = cmp.Or(e.Connect, name)
		default:
			e.Own = cmp.Or(e.Own, name)
		}
	}
	if e.Own == "" {
		return e, errors.New("the running stack has no endpoint for events of test mode; add one to the parameter Endpoints in infra/local/parameters.yaml")
	}
	return e, nil
}

// Names are the endpoints' names.
func (e Endpoints) Names() []string {
	if e.Connect == "" {
		return []string{e.Own}
	}
	return []string{e.Own, e.Connect}
}

func (e Endpoints) url(name string) string {
	if name == "" {
		return ""
	}
	return e.api + "/webhooks/" + name
}
