package fetch

import (
	"fmt"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// learn reads the facts of what was fetched, and refuses it if they are of another
// occurrence than was signed.
func (f *Fetcher) learn(s event.Stored, signed webhook.Thin, id string, body []byte) (event.Event, error) {
	got, reason := webhook.Parse(body)
	if reason != "" || got.Thin() {
		return event.Event{}, event.Permanent(fmt.Errorf("what was fetched for %s is no snapshot event: %s", s.ID, reason))
	}
	if got.Account == "" || got.Account == f.Own {
		got.Account = s.Account
	}
	what := "the event " + id
	switch {
	case got.ID != id:
		return event.Event{}, differs(what, "id")
	case got.Type != s.Type:
		return event.Event{}, differs(what, "type")
	case got.Scope != s.Scope:
		return event.Event{}, differs(what, "account or mode")
	case signed.Related.ID != "" && got.Object != "" && got.Object != s.Object:
		return event.Event{}, differs(what, "object")
	case got.Object != "" && got.Object == s.Object && s.ObjectType != "" && got.ObjectType != s.ObjectType:
		return event.Event{}, differs(what, "object's type")
	}
	got.SentAs, got.Endpoint, got.Received = s.SentAs, s.Endpoint, f.Now()
	return event.Event{Facts: got, Fetched: body}, nil
}
