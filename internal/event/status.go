package event

import "slices"

// Status is what became of an event over all its actions.
type Status string

// The statuses, in the order in which the first that applies is told.
const (
	StatusQuarantined Status = "quarantined"
	StatusUnknown     Status = "unknown"
	StatusParked      Status = "parked"
	StatusWaiting     Status = "waiting"
	StatusPending     Status = "pending" // not published, or owed without a record
	StatusDone        Status = "done"    // by every action that wants it
	StatusIgnored     Status = "ignored" // nobody wants it
)

// StatusOf tells the status of a stored event from its deliveries.
func StatusOf(s Stored, ds []Delivery) Status {
	has := func(st State) bool {
		return slices.ContainsFunc(ds, func(d Delivery) bool { return d.State == st })
	}
	owed := slices.ContainsFunc(s.Subscribers, func(action string) bool {
		return !slices.ContainsFunc(ds, func(d Delivery) bool { return d.Action == action })
	})
	switch {
	case has(Unknown):
		return StatusUnknown
	case has(Parked):
		return StatusParked
	case has(Waiting):
		return StatusWaiting
	case s.Pending || owed:
		return StatusPending
	case len(ds) > 0:
		return StatusDone
	}
	return StatusIgnored
}
