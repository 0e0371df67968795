package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Kinds of events that are counted, and what else is.
const (
	Ignored   = "no action"
	One       = "one action"
	Three     = "three actions"
	Mail      = "two actions, one mail"
	Thin      = "thin, named"
	ThinOnly  = "thin, unnamed"
	OverBus   = "by EventBridge"
	Unsigned  = "unsigned request"
	Reconcile = "run of reconcile"
)

// Kinds lists them in the order in which they are counted: reconcile while no schedule
// has run it yet.
var Kinds = []string{Reconcile, Ignored, One, Three, Mail, Thin, ThinOnly, OverBus, Unsigned}

// Counts are the counted kinds, and the actions of the template that was counted.
type Counts struct {
	Actions []string           `json:"actions"`
	Kinds   map[string]Counted `json:"kinds"`
}

// Counted is what one event of a kind asks of AWS. Names are without the stack's.
type Counted struct {
	Of       string  `json:"of"`       // its type
	Body     int     `json:"body"`     // bytes of a body
	Entries  float64 `json:"entries"`  // on buses, the partner's included
	Messages float64 `json:"messages"` // that rules send to queues
	Asked    float64 `json:"asked"`    // questions to queues about their attributes
	Mails    float64 `json:"mails"`
	Stripe   float64 `json:"stripe"` // requests to Stripe's API
	// Functions have their invocations and what they log. API is among them.
	Functions map[string]Function `json:"functions"`
	Write     map[string]float64  `json:"write"` // DynamoDB's units by table and table/index
	Read      map[string]float64  `json:"read"`
	Stored    map[string]float64  `json:"stored"`            // bytes by table and table/index
	Metrics   []string            `json:"metrics,omitempty"` // that the lines have in them, sorted
}

// API is the function that writes the access log.
const API = "api"

// Function is what one event costs of a function.
type Function struct {
	Invocations float64 `json:"invocations"`
	Lines       float64 `json:"lines"`
	Bytes       float64 `json:"bytes"` // of the lines
}

//go:embed counted.json
var counted []byte

// Read returns what was counted last.
func Read() (c Counts, err error) {
	if err := json.Unmarshal(counted, &c); err != nil {
		return c, fmt.Errorf("read infra/cost/counted.json: %w; run go run ./infra/cost/command count", err)
	}
	for _, kind := range Kinds {
		if _, ok := c.Kinds[kind]; !ok {
			return c, fmt.Errorf("infra/cost/counted.json has no %q; run go run ./infra/cost/command count", kind)
		}
	}
	return c, nil
}

// Differ says how two counts of a kind differ. Calls and units are the same in each
// count; lines of logs and items have times and ids in them and vary by some bytes.
func (c Counted) Differ(now Counted) (all []string) {
	exact := func(what string, a, b float64) {
		if a != b {
			all = append(all, fmt.Sprintf("%s: %g, now %g", what, a, b))
		}
	}
	about := func(what string, a, b float64) {
		if math.Abs(a-b) > max(12, 0.05*a) {
			all = append(all, fmt.Sprintf("%s: %g bytes, now %g", what, a, b))
		}
	}
	exact("entries", c.Entries, now.Entries)
	exact("messages", c.Messages, now.Messages)
	exact("questions to queues", c.Asked, now.Asked)
	exact("mails", c.Mails, now.Mails)
	exact("requests to Stripe", c.Stripe, now.Stripe)
	exact("metrics in the lines", float64(len(c.Metrics)), float64(len(now.Metrics)))
	each(c.Write, now.Write, "write units of ", exact)
	each(c.Read, now.Read, "read units of ", exact)
	each(c.Stored, now.Stored, "stored in ", about)
	for _, name := range keys(c.Functions, now.Functions) {
		a, b := c.Functions[name], now.Functions[name]
		exact("invocations of "+name, a.Invocations, b.Invocations)
		exact("log lines of "+name, a.Lines, b.Lines)
		about("logs of "+name, a.Bytes, b.Bytes)
	}
	return all
}

func each(a, b map[string]float64, what string, compare func(string, float64, float64)) {
	for _, name := range keys(a, b) {
		compare(what+name, a[name], b[name])
	}
}

// keys are the names in either map, sorted.
func keys[V any](a, b map[string]V) []string {
	both := maps.Clone(a)
	if both == nil {
		both = map[string]V{}
	}
	maps.Copy(both, b)
	return slices.Sorted(maps.Keys(both))
}
