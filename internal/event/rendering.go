package event

// RenderingID is the id of the item that keeps an event as it was delivered in
// another API version than at first. release is the version's name, or its date if it
// has none. No event has such an id. See Store.PutRendering.
func RenderingID(id, release string) string { return id + "#" + release }
