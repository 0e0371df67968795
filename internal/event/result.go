package event

// Reason is why something was not done, in a word or a sentence without
// personal data.
type Reason string

// Result is what the intake did with an event.
type Result int

const (
	ResultStored      Result = iota // new, and durable
	ResultDuplicate                 // the same event was stored before
	ResultConflict                  // another event holds this id; it stays as it was
	ResultQuarantined               // durable in the quarantine, with its Reason
	ResultNotStored                 // accepted and dropped, with its Reason: a test event at a live Connect endpoint
	// ResultRendering: the same event was stored before, in another API version. Only
	// Store.Put returns it; the intake's result is ResultDuplicate.
	ResultRendering
	// ResultUnfetched: this is the snapshot of a thin event that was stored before and
	// whose object is not fetched yet. Only Store.Put returns it, as above.
	ResultUnfetched
)

// String is the result's name in log lines and answers.
func (r Result) String() string {
	return [...]string{"stored", "duplicate", "conflict", "quarantined", "not stored", "rendering", "unfetched"}[r]
}
