package reconcile

const (
	// fullQueue is how many messages an action's queue may hold before nothing is
	// redelivered to it: they are in front of any copy.
	fullQueue = 1000
	// mostQueue is the same for an action that has shown what it gets done in a minute:
	// each run that filled its queue, and finds it half empty, lets the next one put in
	// twice as many. New events wait behind them, so for two minutes at most.
	mostQueue = 16_000
)

// allowance is how many messages an action's queue may hold. Used: a run put in as many.
type allowance struct {
	Full int  `json:"full"`
	Used bool `json:"used,omitzero"`
}

// next is the allowance of a run that finds so many messages in the queue.
func (a allowance) next(messages int) allowance {
	full := max(a.Full, fullQueue)
	switch {
	case messages*2 >= full, !a.Used:
		full /= 2
	default:
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
	a.places[action] = now.Full - messages
}

// filled notes that this run put in all that it was allowed.
func (a *actions) filled(action string) {
	if a.allowed.At == nil {
		a.allowed.At = map[string]allowance{}
	}
	a.allowed.At[action] = allowance{Full: max(a.allowed.At[action].Full, fullQueue), Used: true}
	a.grew = true
}
