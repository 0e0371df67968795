package webhook

import (
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/safetext"
)

// Parse reads the facts of an event out of a signed body, in one pass and
// without decoding the payload. Every byte is validated as encoding/json does.
//
// An empty reason means that the event may be stored: its ID, Type and Created
// are usable and are what any JSON decoder sees. With a reason the event must
// be quarantined, and only the facts that could be trusted are set. Endpoint
// and Received are the caller's to set.
func Parse(body []byte) (event.Facts, event.Reason) {
	if !utf8.Valid(body) {
		return event.Facts{}, InvalidUTF8
	}
	keys := keyLists.Get().(*[][]byte) //nolint:forcetypeassert // nothing else is put
	s := scanner{b: body, keys: (*keys)[:0]}
	defer func() {
		clear(s.keys[:cap(s.keys)]) // else the list holds the body
		*keys = s.keys
		keyLists.Put(keys)
	}()
	if s.peek() != '{' {
		return event.Facts{}, s.end(NotAnEvent)
	}
	var e envelope
	s.envelope(&e)
	if r := s.end(""); r != "" {
		return event.Facts{}, r
	}
	return e.facts()
}

// keyLists are used again: one has the keys of an object and of those in it.
var keyLists = sync.Pool{New: func() any {
	list := make([][]byte, 0, 2*maxKeys)
	return &list
}}

// end reads the rest of the text and returns what is wrong with all of it,
// else r.
func (s *scanner) end(r event.Reason) event.Reason {
	if r != "" {
		s.value()
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

const envelopeNames = " id object type created livemode account user_id context api_version data" +
	" related_object snapshot_event reason "

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
			s.value()
		}
	}
}

func (s *scanner) data(e *envelope) {
	if s.peek() != '{' {
		s.value()
		return
	}
	for m := (members{names: " object previous_attributes "}); s.next(&m); {
		if string(m.key) == "object" && s.peek() == '{' {
			e.hasObject = true
			s.object(&e.data)
			continue
		}
		s.value()
	}
}

// facts checks the envelope and turns it into facts. The order of the checks
// is that of a reader who asks "what is this?", "which one?", "is it whole?".
func (e *envelope) facts() (event.Facts, event.Reason) {
	kind := e.object.text()
	if kind == thinObject {
		return e.thinFacts()
	}
	f, first := event.Facts{APIVersion: fact(e.version)}, firstReason("")
	first.note(!strings.HasPrefix(kind, "v2."), UnknownObject)
	first.note(kind == "event", NotAnEvent)
	e.name(&f, &first)
	if kind := e.kind.text(); first.note(usableType(kind), BadType) {
		f.Type = kind
	}
	if n, ok := e.created.integer(); first.note(ok && n > 0 && n <= maxCreated, BadCreated) {
		f.Created = time.Unix(n, 0).UTC()
	}
	e.mode(&f, &first)
	if account, ok := e.connected(); first.note(ok, BadAccount) {
		f.Account = account
	}
	if first.note(e.hasObject, NoData) {
		e.data.facts(&f)
	}
	return f, event.Reason(first)
}

// firstReason keeps the first thing that is wrong.
type firstReason event.Reason

func (f *firstReason) note(ok bool, r event.Reason) bool {
	if !ok && *f == "" {
		*f = firstReason(r)
	}
	return ok
}

func (e *envelope) name(f *event.Facts, first *firstReason) {
	id := e.id.text()
	first.note(!e.id.empty(), NoID)
	if first.note(usableID(id), BadID) {
		f.ID = id
	}
}

func (e *envelope) mode(f *event.Facts, first *firstReason) {
	f.Livemode = e.livemode.kind == 't'
	first.note(f.Livemode || e.livemode.kind == 'f' || e.livemode.kind == 0, BadLivemode)
}

// usableID reports whether an event id can be a key everywhere: it cannot be
// confused with the keys that stores make themselves, such as sha256:… or
// effect#….
func usableID(id string) bool {
	return id != "" && len(id) <= MaxID && only(id, "_-")
}

// usableType reports whether a type is a dotted name. Some of thin events have brackets.
func usableType(kind string) bool {
	return kind != "" && len(kind) <= MaxType && only(kind, "._-[]")
}

// only reports whether s is ASCII letters, digits and the others.
func only(s, others string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return true
}

// fact returns t's text if it can be an index key and travel anywhere: a
// string, not empty, under MaxFact bytes, without hidden characters and
// neither an address nor what could be a card's number: merchants choose some
// ids themselves, and facts are logged and sent around. Else "".
func fact(t token) string {
	if t.kind != '"' || len(t.raw) == 0 || len(t.raw) >= 6*MaxFact {
		return ""
	}
	s := t.text()
	if len(s) >= MaxFact || strings.Contains(s, "@") || safetext.Hides(s) || cardLike(s) {
		return ""
	}
	return s
}

// cardLike reports whether s is a card's number, grouped or not.
func cardLike(s string) bool {
	digits := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c != ' ' && c != '-':
			return false
		}
	}
	return digits >= 12 && digits <= 19
}
