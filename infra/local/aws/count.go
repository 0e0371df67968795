package aws

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
)

// Count is the calls of one operation by one caller, of DynamoDB with the capacity that
// the engine reports for them.
type Count struct {
	Service   string `json:"service"` // as in the signature's scope: dynamodb, events
	Caller    string `json:"caller"`  // a function's name, operator, or Own
	Operation string `json:"operation"`
	Calls     int    `json:"calls"`
	// Failed calls are among Calls. DynamoDB charges for a failed condition and
	// reports no capacity for it, so their units are missing below.
	Failed int     `json:"failed,omitempty"`
	Write  float64 `json:"write_units"`           // tables and indexes
	Index  float64 `json:"index_units,omitempty"` // the indexes' part of Write or Read
	Read   float64 `json:"read_units"`
	// Units are those of Write or Read by table, and by table/index.
	Units map[string]float64 `json:"units,omitempty"`
}

// What AWS charges for and is no call of a function: the operation of its counts.
const (
	EntryPut      = "entry"   // of a bus, by who put it
	MessageSent   = "message" // to a queue, by the rule that sent it; the caller is the queue
	FunctionCalls = "invoke"  // of a function, which is the caller
)

// partner is the caller of what is put on a partner bus.
const partner = "partner"

// Own is the caller of what the endpoint itself asks the engine, to capture the
// stream: AWS has no such calls. They are counted without their capacity.
const Own = "the local endpoint"

// counter counts calls. The zero value is usable and counts nothing until reset. It is safe
// for concurrent use.
type counter struct {
	on  atomic.Bool
	mu  sync.Mutex
	all map[[3]string]*Count

	granted map[Granted]bool
}

// Granted is a right that a role used.
type Granted struct{ Role, Action, Resource string }

// grant notes a right that was used, while calls are counted.
func (n *counter) grant(g Granted) {
	if n.on.Load() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.granted[g] = true
	}
}

// Granted lists the rights that roles have used since the counting began.
func (s *Server) Granted() []Granted {
	s.counter.mu.Lock()
	defer s.counter.mu.Unlock()
	return slices.Collect(maps.Keys(s.counter.granted))
}

// reset starts counting, from zero.
func (n *counter) reset() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all, n.granted = map[[3]string]*Count{}, map[Granted]bool{}
	n.on.Store(true)
}

// list returns the counts, sorted by service, caller and operation.
func (n *counter) list() []Count {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := make([]Count, 0, len(n.all))
	for _, c := range slices.Collect(maps.Values(n.all)) {
		one := *c
		one.Units = maps.Clone(c.Units)
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Operation, b.Operation))
	})
	return out
}

// count counts what has no capacity, if anything is counted.
func (n *counter) count(service, caller, operation string, calls int) {
	if n.on.Load() && calls > 0 {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.of(service, caller, operation).Calls += calls
	}
}

// of is the count of these, while n is locked.
func (n *counter) of(service, caller, operation string) *Count {
	key := [3]string{service, caller, operation}
	if n.all[key] == nil {
		n.all[key] = &Count{Service: service, Caller: caller, Operation: operation}
	}
	return n.all[key]
}

// add counts one call of DynamoDB. An answer without a capacity that can be read counts
// as failed; a nil one has none.
func (n *counter) add(caller, operation string, res *reply) {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := n.of("dynamodb", caller, operation)
	c.Calls++
	if res == nil {
		return
	}
	all, err := consumed(res.body)
	if err != nil || res.status != http.StatusOK {
		c.Failed++
		return
	}
	for _, one := range all {
		c.consume(one)
	}
}

// Invoked counts an invocation of a function, which does not come by this endpoint.
func (s *Server) Invoked(function string) { s.counter.count("lambda", function, FunctionCalls, 1) }

// StartCounting counts from zero, and Counts lists what was counted since, as the paths
// below do.
func (s *Server) StartCounting() { s.counter.reset() }

// Counts lists what was counted.
func (s *Server) Counts() []Count { return s.counter.list() }

// serveCounts writes the counts, one a line; a POST sets them to zero first
// and starts the counting.
func (s *Server) serveCounts(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		s.counter.reset()
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	for _, c := range s.counter.list() {
		_ = out.Encode(c) // the reader has gone
	}
}
