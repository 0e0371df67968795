package webhook

import (
	"slices"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// thinObject is what a thin event calls itself. Its id says nothing of its kind.
const thinObject = "v2.core.event"

// thin is what only thin events have.
type thin struct {
	hasRelated, badRelated bool
	related                struct{ id, kind, url token }
	snapshot               token
	client                 span
}

// span is a part of the body.
type span struct{ from, to int }

var relatedNames = named("id", "type", "url")

// related reads related_object.
func (s *scanner) related(t *thin) {
	if c := s.peek(); c != '{' {
		t.badRelated = s.value().kind != 'n'
		return
	}
	t.hasRelated = true
	for m := (members{names: relatedNames}); s.next(&m); {
		switch string(m.key) {
		case "id":
			t.related.id = s.value()
		case "type":
			t.related.kind = s.value()
		case "url":
			t.related.url = s.value()
		default:
			s.pass()
		}
	}
	for _, v := range []token{t.related.id, t.related.kind, t.related.url} {
		t.badRelated = t.badRelated || v.kind != '"' && !v.empty()
	}
}

// reason notes where reason.request.client is.
func (s *scanner) reason(t *thin) {
	s.inside("request", func() {
		s.inside("client", func() {
			s.peek()
			from := s.i
			if s.value().kind != 'n' {
				t.client = span{from, s.i}
			}
		})
	})
}

// thinFacts is facts for a thin event. With snapshot_event its id is that of the
// snapshot: whichever comes first is stored under it.
func (e *envelope) thinFacts() (event.Facts, event.Reason) {
	f, first, to := event.Facts{}, firstReason(""), texts{}
	e.name(&f, &first, &to)
	if twin := to.read(e.thin.snapshot); !e.thin.snapshot.empty() && first.note(usableID(twin), BadTwin) {
		f.ID = to.keep(twin)
	}
	if kind := to.keep(to.read(e.kind)); first.note(usableType([]byte(kind)), BadType) {
		f.Type, f.SentAs = facts.SnapshotType(kind), kind
	}
	if at, ok := thinTime(e.created.text()); first.note(ok, BadCreated) {
		f.Created = at
	}
	e.mode(&f, &first)
	if account, ok := lastAccount(e.context); first.note(ok, BadAccount) {
		f.Account = account
	}
	if r := e.thin.related; first.note(!e.thin.badRelated, BadRelated) {
		f.Object, f.ObjectType = to.fact(r.id), to.fact(r.kind)
		f.Subject = f.Object
		if f.ObjectType == "customer" {
			f.Customer = f.Object
		}
	}
	return f, event.Reason(first)
}

func thinTime(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339Nano, text)
	return at.UTC(), err == nil && at.Unix() > 0 && at.Unix() <= maxCreated
}

// Thin is what a thin event says, as it was delivered or fetched.
type Thin struct {
	ID       string // its own, also where Facts has that of the snapshot
	Type     string
	Created  time.Time
	Livemode bool
	Context  string
	Related  Related
	Snapshot string // id of the snapshot twin; empty if it does not say
}

// Related is the object that a thin event is about. A singleton has no ID; without any
// object all is empty.
type Related struct{ ID, Type, URL string }

// ReadThin reads a thin event. Whatever else the body is, it returns why Parse refuses
// it, or NotAnEvent.
func ReadThin(body []byte) (Thin, event.Reason) {
	var e envelope
	reason := e.read(body)
	if reason != "" {
		return Thin{}, reason
	}
	f, reason := e.facts()
	if reason == "" && !f.Thin() {
		reason = NotAnEvent
	}
	if reason != "" {
		return Thin{}, reason
	}
	r := e.thin.related
	return Thin{
		ID: e.id.text(), Type: f.SentAs, Created: f.Created, Livemode: f.Livemode, Context: e.context.text(),
		Related: Related{r.id.text(), r.kind.text(), r.url.text()}, Snapshot: e.thin.snapshot.text(),
	}, ""
}

// WithoutClient returns the body with null as its reason.request.client, if it is a
// thin event that has one: it names the person at the dashboard whose action caused
// the event, with address. All else is unchanged.
func WithoutClient(body []byte) []byte {
	s, e := open(body), envelope{}
	defer s.close()
	if s.peek() != '{' {
		return body
	}
	s.envelope(&e)
	if at := e.thin.client; e.object.text() == thinObject && at.to > at.from {
		return slices.Concat(body[:at.from], []byte("null"), body[at.to:])
	}
	return body
}
