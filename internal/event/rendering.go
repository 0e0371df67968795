package event

import "time"

// RenderingID is the id of the item that keeps an event as it was delivered in
// another API version than at first. release is the version's name, or its date if it
// has none. No event has such an id. See Store.PutRendering.
func RenderingID(id, release string) string { return id + "#" + release }

// Payload is the release, in RenderingID, of what was fetched of a thin event.
const Payload = "payload"

// Link makes one event of a thin one and of what was fetched for it.
type Link struct {
	Thin Stored // as it was read
	// Event has the facts that were learnt, under the id of the snapshot twin if there
	// is one, and what was fetched as Fetched: nil for a twin that is stored already.
	Event Event
	// Posted: Fetched is the snapshot itself, which came after the thin event. Dispatch
	// publishes it then, and function fetch has nothing left to do.
	Posted bool
	At     time.Time // of the fetch: from then on the event counts as received
}
