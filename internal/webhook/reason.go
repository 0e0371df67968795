package webhook

import "github.com/payhooks/payhooks/internal/event"

// Why a signed request is quarantined. The words are stable: they are stored,
// logged and counted. After those marked with a star no field of the body is
// trusted, and Parse returns no facts.
const (
	InvalidUTF8       event.Reason = "invalid_utf8"       // * bytes that are no text
	NotJSON           event.Reason = "not_json"           // * syntax, NUL bytes, anything after the end
	TooDeep           event.Reason = "too_deep"           // * more than MaxDepth levels
	AmbiguousKey      event.Reason = "ambiguous_key"      // * a key twice, or in two spellings that decoders take for one
	NotAnEvent        event.Reason = "not_an_event"       // not an object with "object": "event" or "v2.core.event"
	UnknownObject     event.Reason = "unknown_object"     // another object of Stripe's v2 API
	NoID              event.Reason = "no_id"              // missing, null or empty
	BadID             event.Reason = "bad_id"             // not a string of up to MaxID letters, digits, _ and -
	BadType           event.Reason = "bad_type"           // not a dotted name of up to MaxType
	BadCreated        event.Reason = "bad_created"        // not a positive integer; of a thin event, not a time as text
	BadRelated        event.Reason = "bad_related_object" // of a thin event: not an object with an id, type and url as texts
	BadTwin           event.Reason = "bad_snapshot_event" // of a thin event: not the id of an event
	BadLivemode       event.Reason = "bad_livemode"       // not a boolean
	BadAccount        event.Reason = "bad_account"        // neither absent nor an id
	NoData            event.Reason = "no_data"            // data or data.object is not an object
	WrongMode         event.Reason = "wrong_mode"         // test event at a live endpoint or the reverse
	UnexpectedAccount event.Reason = "unexpected_account" // account at an endpoint that is not Connect
)
