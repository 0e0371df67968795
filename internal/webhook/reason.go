package webhook

// Reason is why a signed request is quarantined. Empty means that it is not.
// The words are stable: they are stored, logged and counted.
type Reason string

// The reasons. After the ones marked with a star no field of the body is
// trusted, and Parse returns no facts.
const (
	InvalidUTF8       Reason = "invalid_utf8"       // * bytes that are no text
	NotJSON           Reason = "not_json"           // * syntax, NUL bytes, anything after the end
	TooDeep           Reason = "too_deep"           // * more than MaxDepth levels
	AmbiguousKey      Reason = "ambiguous_key"      // * a key twice, or in two spellings that decoders take for one
	NotAnEvent        Reason = "not_an_event"       // not an object with "object": "event"
	ThinEvent         Reason = "thin_event"         // of Stripe's v2 API: no snapshot in it
	NoID              Reason = "no_id"              // missing, null or empty
	BadID             Reason = "bad_id"             // not a string of up to MaxID letters, digits, _ and -
	BadType           Reason = "bad_type"           // not a dotted name of up to MaxType
	BadCreated        Reason = "bad_created"        // not a positive integer
	BadLivemode       Reason = "bad_livemode"       // not a boolean
	BadAccount        Reason = "bad_account"        // neither absent nor an id
	NoData            Reason = "no_data"            // data or data.object is not an object
	WrongMode         Reason = "wrong_mode"         // test event at a live endpoint or the reverse
	UnexpectedAccount Reason = "unexpected_account" // account at an endpoint that is not Connect
)
