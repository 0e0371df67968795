package reconcile

const (
	// fullQueue is how many messages an action's queue may hold before nothing is
	// redelivered to it: they are in front of any copy.
	fullQueue = 1000
	// mostQueue is what one run redelivers at most. A run begins with fullQueue; after each
	// that used its allowance, the next gets twice as many if the queue is nearly empty
	// again. So new events wait behind at most two minutes of the action's work.
	mostQueue = 16_000
)

// allowance is up to how many messages a run fills an action's queue. Used: it did.
type allowance struct {
	Full int  `json:"full"`
	Used bool `json:"used,omitzero"`
}

// next is the allowance of a run that finds so many messages in the queue.
func (a allowance) next(messages int) allowance {
	full := max(a.Full, fullQueue)
	switch {
	case !a.Used, messages >= fullQueue:
		full /= 2
	case messages*2 < fullQueue:
		full *= 2
	}
	return allowance{Full: min(max(full, fullQueue), mostQueue)}
}

// allow says how many redeliveries the action takes in this run, with so many messages in
// its queue.
func (a *actions) allow(action string, messages int) {
	was, now := a.allowed.At[action], a.allowed.At[action].next(messages)
	if a.allowed.At == nil {
		a.allowed.At = map[string]allowance{}
	}
	if a.allowed.At[action] = now; now.Full == fullQueue {
		delete(a.allowed.At, action)
	}
	a.grew = a.grew || was != a.allowed.At[action]
	if a.places[action] = 0; messages < fullQueue {
		a.places[action] = now.Full - messages
	}
}

// filled notes that this run put in all that it was allowed.
func (a *actions) filled(action string) {
	if a.allowed.At == nil {
		a.allowed.At = map[string]allowance{}
	}
	a.allowed.At[action] = allowance{Full: max(a.allowed.At[action].Full, fullQueue), Used: true}
	a.grew = true
}
