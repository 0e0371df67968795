// Package event is the domain of payhooks: what an event is, its
// deliveries, and the ports through which everything else reaches the outside.
//
// It imports the standard library only. Adapters import it, never each other.
package event

import "time"

// Facts is what is known of an event without its payload. It travels on the
// bus and in indexes; the payload never does.
//
// Empty means "does not apply". A fact is only ever a plain value that Stripe
// sent: an expanded object is represented by its id.
type Facts struct {
	ID      string    `json:"id"` // of a thin event that is of its snapshot twin, once that is known
	Type    string    `json:"type"`
	Created time.Time `json:"created"`
	Scope
	// SentAs is the type as Stripe sent it, of a thin event only. Type is that of the
	// snapshot twin, if there is one.
	SentAs     string    `json:"sent_as,omitempty"`
	APIVersion string    `json:"api_version,omitempty"` // version the payload is rendered in
	Endpoint   string    `json:"endpoint,omitempty"`    // the {endpoint} it was posted to
	Object     string    `json:"object,omitempty"`      // id of data.object
	ObjectType string    `json:"object_type,omitempty"` // data.object.object
	Subject    string    `json:"subject,omitempty"`     // what the event is about, see Subject in package webhook
	Customer   string    `json:"customer,omitempty"`
	Amount     *int64    `json:"amount,omitempty"` // minor unit of Currency
	Currency   string    `json:"currency,omitempty"`
	Status     string    `json:"status,omitempty"`
	Received   time.Time `json:"received"`
}

// Thin reports whether the event came without its object.
func (f Facts) Thin() bool { return f.SentAs != "" }

// SameOccurrence reports whether f and o describe one event: a second delivery
// of it may be rendered in another API version, but never differs in these. A thin
// event and its twin may be created at other times, and a thin one need not name the
// object.
func (f Facts) SameOccurrence(o Facts) bool {
	if f.ID != o.ID || f.Type != o.Type || f.Scope != o.Scope {
		return false
	}
	if f.Thin() || o.Thin() {
		return f.Object == o.Object || f.Object == "" || o.Object == ""
	}
	return f.Created.Equal(o.Created) && f.Object == o.Object
}

// Event is a verified event with the bytes that Stripe signed.
type Event struct {
	Facts
	Body []byte // unchanged; compressed only inside a store
	// Fetched is what was fetched of a thin event, as a snapshot event; nil before.
	Fetched []byte
}

// Payload is what actions read: the body, or what was fetched of a thin event.
func (e Event) Payload() []byte {
	if e.Thin() {
		return e.Fetched
	}
	return e.Body
}

// Stored is an event as the store keeps it, with what became of its fan-out.
type Stored struct {
	Event
	// Subscribers lists the actions whose rules selected the event. It is
	// meaningful only once Pending is false.
	Subscribers []string
	// Pending is true until the bus has taken the event. It is set once, by Put.
	Pending bool
	// OnBus: the bus has the event, but its subscribers could not be listed. It
	// stays Pending until they are recorded, and is not published again.
	OnBus bool
	// ByFetch: a pending thin event. The bus gets it from function fetch, which has not
	// fetched what it refers to yet if it is ToFetch, too.
	ByFetch, ToFetch bool
	// FetchedAt is when the object of a thin event was fetched; zero before. Listings
	// leave it out.
	FetchedAt time.Time
	// Occurrence is the id of the event that this thin event is a rendering of, if it was
	// stored under another id. It is then in no listing and has no subscribers.
	Occurrence string
	// Erased is when the event was erased; zero if it was not. Nothing of it is left but
	// its id, type, scope and times.
	Erased time.Time
	// Expires is when the store may delete the event; zero is never.
	Expires time.Time
}

// Expired reports whether the event is past its time, whether or not the store
// has deleted it yet. It is not replayed, listed or restored any more.
func (s Stored) Expired(now time.Time) bool { return !s.Expires.IsZero() && !s.Expires.After(now) }

// Unfetched reports whether actions cannot read the event yet.
func (s Stored) Unfetched() bool { return s.Thin() && s.FetchedAt.IsZero() }

// Envelope is what the bus carries: the facts, never the payload.
type Envelope struct {
	Facts
	// Only names the single action that a redelivery or replay is for.
	Only string `json:"only,omitempty"`
}

// Source and the detail-type (the event type) are how bus rules select.
const Source = "payhooks"

// Quarantined is a request that was correctly signed but must not reach any
// action as it is. It is kept apart from events so that a later good delivery
// of the same id is stored normally.
type Quarantined struct {
	Endpoint string    `json:"endpoint"`
	ID       string    `json:"id"` // event id, or sha256:<body> where none can be used
	Reason   string    `json:"reason"`
	Type     string    `json:"type,omitempty"`
	Received time.Time `json:"received"`
	Expires  time.Time `json:"-"`
	Body     []byte    `json:"-"`
}
