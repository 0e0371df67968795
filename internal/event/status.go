package event

import "slices"

// Status is the state of an event over all its actions.
type Status string

// The statuses; the first that applies counts.
const (
	StatusQuarantined Status = "quarantined"
	StatusUnknown     Status = "unknown"
	StatusParked      Status = "parked"
	StatusWaiting     Status = "waiting"
	StatusPending     Status = "pending" // not published, or subscribed without a record
	StatusDone        Status = "done"    // by every subscriber; discarded counts
	StatusIgnored     Status = "ignored" // no subscriber
)

// StatusOf returns the status of a stored event with these deliveries.
func StatusOf(s Stored, ds []Delivery) Status {
	has := func(st State) bool {
		return slices.ContainsFunc(ds, func(d Delivery) bool { return d.State == st })
	}
	if !s.ByFetch { // nothing is left to fetch, whatever became of that
		ds = slices.DeleteFunc(slices.Clone(ds), func(d Delivery) bool { return d.Action == Fetch })
	}
	given := slices.ContainsFunc(ds, func(d Delivery) bool { return d.Action == Fetch && d.State == Discarded })
	unrecorded := slices.ContainsFunc(s.Subscribers, func(action string) bool {
		return !slices.ContainsFunc(ds, func(d Delivery) bool { return d.Action == action })
	})
	switch {
	case has(Unknown):
		return StatusUnknown
	case has(Parked):
		return StatusParked
	case has(Waiting):
		return StatusWaiting
	case s.Pending && !given || unrecorded: // what a person gave up to fetch is never published
		return StatusPending
	case len(ds) > 0:
		return StatusDone
	}
	return StatusIgnored
}
