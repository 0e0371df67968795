package aws

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Kinds of faults.
const (
	FaultDelay    = "delay"      // answered after DelayMS
	FaultThrottle = "throttle"   // refused with the service's own throttling error
	FaultError    = "error"      // refused with a 5xx
	FaultDeny     = "deny"       // refused as by a policy
	FaultReject   = "reject"     // refused for what is asked, as SES refuses a mail; trying again cannot help
	FaultReset    = "reset"      // the connection breaks before anything was done
	FaultLost     = "lost_reply" // all is done, then the connection breaks
)

// Fault is something that goes wrong with some calls. Deliveries of the bus to
// a queue are the service "events", operation "Deliver", caller the queue's
// name: throttle, error and reset make one fail, to be tried again; deny sends
// it to the dead letters.
type Fault struct {
	Service   string `json:"service,omitempty"`   // as in the signature: dynamodb, sqs, events, ses, sns, secretsmanager; empty is any
	Operation string `json:"operation,omitempty"` // as in PutItem; empty is any
	Caller    string `json:"caller,omitempty"`    // Caller.Name; empty is anyone
	Kind      string `json:"kind"`
	// Probability of 0 is 1.
	Probability float64 `json:"probability,omitempty"`
	Count       int     `json:"count,omitempty"` // at most so often; 0 is without limit
	DelayMS     int     `json:"delay_ms,omitempty"`
	Hits        int     `json:"hits,omitempty"` // how often it struck so far
}

// Faults is the body of POST /_payhooks/faults. It replaces what was set
// before; no faults is none. GET returns it with the hits.
type Faults struct {
	Seed   uint64  `json:"seed,omitempty"`
	Faults []Fault `json:"faults"`
}

type faults struct {
	mu   sync.Mutex
	set  Faults
	dice *rand.Rand
}

// SetFaults replaces the faults. The same seed and the same calls in the same
// order meet the same faults.
func (s *Server) SetFaults(f Faults) error {
	for _, one := range f.Faults {
		if !slices.Contains([]string{FaultDelay, FaultThrottle, FaultError, FaultDeny, FaultReject, FaultReset, FaultLost}, one.Kind) {
			return fmt.Errorf("fault kind %q is not one of delay, throttle, error, deny, reset, lost_reply", one.Kind)
		}
		if one.Probability < 0 || one.Probability > 1 {
			return fmt.Errorf("probability %v is not between 0 and 1", one.Probability)
		}
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	f.Faults = slices.Clone(f.Faults)
	s.faults.set = f
	s.faults.dice = rand.New(rand.NewPCG(f.Seed, 0)) //nolint:gosec // repeatable on purpose
	return nil
}

// strike returns the fault that meets this call, or nil.
func (f *faults) strike(service, operation, caller string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.set.Faults {
		one := &f.set.Faults[i]
		if !matches(one.Service, service) || !matches(one.Operation, operation) || !matches(one.Caller, caller) {
			continue
		}
		if one.Count > 0 && one.Hits >= one.Count {
			continue
		}
		if one.Probability > 0 && f.dice.Float64() >= one.Probability {
			continue
		}
		one.Hits++
		hit := *one
		return &hit
	}
	return nil
}

func matches(want, got string) bool { return want == "" || want == got }

func (s *Server) serveFaults(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		var f Faults
		d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
		d.DisallowUnknownFields()
		err := d.Decode(&f)
		if err == nil {
			err = s.SetFaults(f)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	s.faults.mu.Lock()
	set := Faults{Seed: s.faults.set.Seed, Faults: slices.Clone(s.faults.set.Faults)}
	s.faults.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(set)
}

// pause waits, or returns early when done is closed.
func pause(done <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// breakConnection ends the connection without an answer.
func breakConnection(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
