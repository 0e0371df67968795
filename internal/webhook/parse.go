package webhook

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/event"
)

// Parse reads the facts of an event out of a signed body, in one pass and
// without decoding the payload. Every byte is validated as encoding/json does.
//
// An empty reason means that the event may be stored: its ID, Type and Created
// are usable and are what any JSON decoder sees. With a reason the event must
// be quarantined, and only the facts that could be trusted are set. Endpoint
// and Received are the caller's to set.
func Parse(body []byte) (event.Facts, event.Reason) {
	var e envelope
	if r := e.read(body); r != "" {
		return event.Facts{}, r
	}
	return e.facts()
}

// read reads the envelope out of a body. After a reason none of it is to be trusted.
func (e *envelope) read(body []byte) event.Reason {
	if !utf8.Valid(body) {
		return InvalidUTF8
	}
	s := open(body)
	defer s.close()
	if s.peek() != '{' {
		return s.end(NotAnEvent)
	}
	s.envelope(e)
	return s.end("")
}

// end reads the rest of the text and returns what is wrong with all of it,
// else r.
func (s *scanner) end(r event.Reason) event.Reason {
	if r != "" {
		s.pass()
	}
	if s.peek(); s.bad == "" && s.i < len(s.b) {
		s.fail(NotJSON)
	}
	switch {
	case s.bad != "":
		return s.bad
	case s.twice:
		return AmbiguousKey
	}
	return r
}

// envelope is the top level of an event.
type envelope struct {
	id, object, kind, created, livemode, version token
	account, userID, context                     token
	hasObject                                    bool
	data                                         object
	thin                                         thin
}

var envelopeNames = named("id", "object", "type", "created", "livemode", "account", "user_id", "context", "api_version", "data",
	"related_object", "snapshot_event", "reason")

func (s *scanner) envelope(e *envelope) {
	for m := (members{names: envelopeNames}); s.next(&m); {
		switch string(m.key) {
		case "id":
			e.id = s.value()
		case "object":
			e.object = s.value()
		case "type":
			e.kind = s.value()
		case "created":
			e.created = s.value()
		case "livemode":
			e.livemode = s.value()
		case "account":
			e.account = s.value()
		case "user_id":
			e.userID = s.value()
		case "context":
			e.context = s.value()
		case "api_version":
			e.version = s.value()
		case "data":
			s.data(e)
		case "related_object":
			s.related(&e.thin)
		case "snapshot_event":
			e.thin.snapshot = s.value()
		case "reason":
			s.reason(&e.thin)
		default:
			s.pass()
		}
	}
}

var dataNames = named("object", "previous_attributes")

func (s *scanner) data(e *envelope) {
	if s.peek() != '{' {
		s.pass()
		return
	}
	for m := (members{names: dataNames}); s.next(&m); {
		if string(m.key) == "object" && s.peek() == '{' {
			e.hasObject = true
			s.object(&e.data)
			continue
		}
		s.pass()
	}
}

// facts checks the envelope and turns it into facts. The order of the checks
// is that of a reader who asks "what is this?", "which one?", "is it whole?".
func (e *envelope) facts() (event.Facts, event.Reason) {
	var to texts
	kind := to.read(e.object)
	if string(kind) == thinObject {
		return e.thinFacts()
	}
	first := firstReason("")
	first.note(!bytes.HasPrefix(kind, []byte("v2.")), UnknownObject)
	first.note(string(kind) == "event", NotAnEvent)
	to.kept.Grow(e.room())
	f := event.Facts{APIVersion: to.fact(e.version)}
	e.name(&f, &first, &to)
	if kind := to.read(e.kind); first.note(usableType(kind), BadType) {
		f.Type = to.keep(kind)
	}
	if n, ok := e.created.integer(); first.note(ok && n > 0 && n <= maxCreated, BadCreated) {
		f.Created = time.Unix(n, 0).UTC()
	}
	e.mode(&f, &first)
	if account, ok := e.connected(); first.note(ok, BadAccount) {
		f.Account = account
	}
	if first.note(e.hasObject, NoData) {
		e.data.facts(&f, &to)
	}
	return f, event.Reason(first)
}

// room is about what the texts of the facts take.
func (e *envelope) room() int {
	o := &e.data
	return min(MaxFact, len(e.id.raw)+len(e.kind.raw)+len(e.version.raw)+len(e.account.raw)+len(o.id.raw)+len(o.kind.raw)+
		len(o.customer.raw)+len(o.currency.raw)+len(o.status.raw)+len(o.intent.raw)+len(o.charge.raw)+len(o.subscription.raw)+len(o.invoice.raw))
}

// firstReason keeps the first thing that is wrong.
type firstReason event.Reason

func (f *firstReason) note(ok bool, r event.Reason) bool {
	if !ok && *f == "" {
		*f = firstReason(r)
	}
	return ok
}

func (e *envelope) name(f *event.Facts, first *firstReason, to *texts) {
	id := to.read(e.id)
	first.note(!e.id.empty(), NoID)
	if first.note(usableID(id), BadID) {
		f.ID = to.keep(id)
	}
}

func (e *envelope) mode(f *event.Facts, first *firstReason) {
	f.Livemode = e.livemode.kind == 't'
	first.note(f.Livemode || e.livemode.kind == 'f' || e.livemode.kind == 0, BadLivemode)
}

// usableID reports whether an event id can be a key everywhere: it cannot be
// confused with the keys that stores make themselves, such as sha256:… or
// effect#….
func usableID(id []byte) bool {
	return len(id) > 0 && len(id) <= MaxID && only(id, "_-")
}

// usableType reports whether a type is a dotted name. Some of thin events have brackets.
func usableType(kind []byte) bool {
	return len(kind) > 0 && len(kind) <= MaxType && only(kind, "._-[]")
}

// only reports whether s is ASCII letters, digits and the others.
func only[T string | []byte](s T, others string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return true
}
