package fraud

import (
	"strings"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
)

// Source is the row of one card or customer: the failures, of which a rule decides
// when the row is read what they hold.
type Source struct {
	Source string `json:"source"` // card/FINGERPRINT or customer/cus_…
	event.Scope
	Failures tries `json:"failures,omitempty"`
	// Attempts are those of the release before, which kept them here by charge and
	// not with their orders.
	Attempts map[string]Attempt `json:"attempts,omitempty"`
}

// Attempt is one charge. At is its own created, in Unix seconds.
type Attempt struct {
	At     int64  `json:"at"`
	Order  string `json:"order"`
	Failed bool   `json:"failed,omitempty"`
}

// SourceKey is the key, within its scope, of the row of a card or a customer,
// named as Sources does.
func SourceKey(source string) (kind, id string) {
	kind, id, _ = strings.Cut(source, "/")
	return kind, id
}

// Sources names the card and the customer of the event's charge, such as
// card/FINGERPRINT and customer/cus_1, if the event has them and the attempt has
// ended.
func Sources(e facts.Event) []string {
	c := e.Charge
	if c == nil || c.ID == "" || !failed(e) && e.Type != "charge.succeeded" && c.Status != "succeeded" {
		return nil
	}
	var all []string
	if strings.HasPrefix(c.Method, "card") && c.Fingerprint != "" {
		all = append(all, card+"/"+c.Fingerprint)
	}
	if c.Customer != "" {
		all = append(all, customer+"/"+c.Customer)
	}
	return all
}

// Add returns old, the row of the source, with the event's charge. Like Merge
// it is a union. The event must name the source; see Sources.
func Add(old Source, source string, e facts.Event) Source {
	s := Source{Source: source, Scope: e.Scope, Failures: old.Failures, Attempts: old.Attempts}
	if failed(e) {
		s.Failures = s.Failures.union(tries{tryOf(e.Charge.ID, Began(e).Unix())})
	}
	return s
}

// Began is when the event's charge was made.
func Began(e facts.Event) time.Time { return at(began(e.Charge.Created, e.Created.Unix())) }

// Has reports whether the row has the event's charge, or needs not to: a success.
func (s Source) Has(e facts.Event) bool {
	return !failed(e) || s.failures().has(tryOf(e.Charge.ID, Began(e).Unix()))
}

// failures are all that are known.
func (s Source) failures() tries {
	var old tries
	for id, a := range s.Attempts {
		if a.Failed {
			old = append(old, tryOf(id, a.At))
		}
	}
	if old == nil {
		return s.Failures
	}
	return s.Failures.union(old)
}
