package aws

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
)

// Count is the calls of one DynamoDB operation by one caller, with the
// capacity that the engine reports for them.
type Count struct {
	Caller    string `json:"caller"` // a function's name, operator, or Own
	Operation string `json:"operation"`
	Calls     int    `json:"calls"`
	// Failed calls are among Calls. DynamoDB charges for a failed condition and
	// reports no capacity for it, so their units are missing below.
	Failed int     `json:"failed,omitempty"`
	Write  float64 `json:"write_units"`           // tables and indexes
	Index  float64 `json:"index_units,omitempty"` // the indexes' part of Write or Read
	Read   float64 `json:"read_units"`
}

// Own is the caller of what the endpoint itself asks the engine, to capture the
// stream: AWS has no such calls. They are counted without their capacity.
const Own = "the local endpoint"

// counter counts calls. The zero value is usable and counts nothing until reset. It is safe
// for concurrent use.
type counter struct {
	on  atomic.Bool
	mu  sync.Mutex
	all map[[2]string]*Count

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
	n.all, n.granted = map[[2]string]*Count{}, map[Granted]bool{}
	n.on.Store(true)
}

// list returns the counts, sorted by caller and operation.
func (n *counter) list() []Count {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := make([]Count, 0, len(n.all))
	for _, c := range slices.Collect(maps.Values(n.all)) {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Operation, b.Operation))
	})
	return out
}

// consumes are the operations that use capacity, and whether they write.
var consumes = map[string]bool{
	"GetItem": false, "BatchGetItem": false, "TransactGetItems": false, "Query": false, "Scan": false,
	"PutItem": true, "UpdateItem": true, "DeleteItem": true, "BatchWriteItem": true, "TransactWriteItems": true,
}

// asking returns the request with the question what it consumes.
func asking(operation string, body []byte) []byte {
	const field = `"ReturnConsumedCapacity"`
	if _, ok := consumes[operation]; !ok || bytes.Contains(body, []byte(field)) {
		return body
	}
	_, rest, ok := bytes.Cut(body, []byte("{"))
	if !ok {
		return body
	}
	return slices.Concat([]byte("{"+field+`:"INDEXES",`), rest)
}

// add counts one call. An answer without a capacity that can be read counts as
// failed; a nil one has none.
func (n *counter) add(caller, operation string, res *reply) {
	n.mu.Lock()
	defer n.mu.Unlock()
	key := [2]string{caller, operation}
	c := n.all[key]
	if c == nil {
		c = &Count{Caller: caller, Operation: operation}
		n.all[key] = c
	}
	c.Calls++
	if res == nil {
		return
	}
	total, indexes, err := consumed(res.body)
	if err != nil || res.status != http.StatusOK {
		c.Failed++
		return
	}
	c.Index += indexes
	if consumes[operation] {
		c.Write += total
	} else {
		c.Read += total
	}
}

// capacity is one table's part of a call.
type capacity struct {
	CapacityUnits          float64
	GlobalSecondaryIndexes map[string]struct{ CapacityUnits float64 }
}

// consumed reads the capacity out of an answer: one table's, or a list of them.
func consumed(answer []byte) (total, indexes float64, err error) {
	var said struct{ ConsumedCapacity json.RawMessage }
	if err := json.Unmarshal(answer, &said); err != nil || len(said.ConsumedCapacity) == 0 {
		return 0, 0, err
	}
	all := make([]capacity, 1)
	if said.ConsumedCapacity[0] == '[' {
		err = json.Unmarshal(said.ConsumedCapacity, &all)
	} else {
		err = json.Unmarshal(said.ConsumedCapacity, &all[0])
	}
	if err != nil {
		return 0, 0, fmt.Errorf("read ConsumedCapacity: %w", err)
	}
	for _, c := range all {
		total += c.CapacityUnits
		for _, index := range c.GlobalSecondaryIndexes {
			indexes += index.CapacityUnits
		}
	}
	return total, indexes, nil
}

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
