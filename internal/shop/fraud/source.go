package fraud

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/union"
)

// most is how many attempts a source keeps, the newest: a row stays small,
// however often a card is tried.
const most = 300

// Source is the row of one card or customer.
type Source struct {
	Source string `json:"source"` // card/FINGERPRINT or customer/cus_…
	event.Scope
	Holds    []Hold             `json:"holds,omitempty"` // of all its orders
	Attempts map[string]Attempt `json:"attempts"`        // by charge
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
func Add(old Source, source string, e facts.Event, r Rule) Source {
	c := e.Charge
	s := Source{Source: source, Scope: e.Scope}
	s.Attempts = newest(union.Maps(old.Attempts, map[string]Attempt{
		c.ID: {At: began(c.Created, e.Created.Unix()), Order: orderOf(*c), Failed: failed(e)},
	}, Attempt.union))
	held := map[string]int64{}
	for id, since := range r.hot(s.Attempts) {
		order := s.Attempts[id].Order
		held[order] = union.Earliest(held[order], since)
	}
	for _, order := range slices.Sorted(maps.Keys(held)) {
		s.Holds = append(s.Holds, Hold{Order: order, Why: Failures, Since: at(held[order]), Scope: s.Scope})
	}
	return s
}

func (a Attempt) union(b Attempt) Attempt {
	return Attempt{union.Earliest(a.At, b.At), max(a.Order, b.Order), a.Failed || b.Failed}
}

// newest keeps the newest attempts. Cutting a union of cut sets gives the same
// as cutting the union of the whole ones.
func newest(all map[string]Attempt) map[string]Attempt {
	if len(all) <= most {
		return all
	}
	ids := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(all[b].At, all[a].At), cmp.Compare(a, b))
	})
	kept := make(map[string]Attempt, most)
	for _, id := range ids[:most] {
		kept[id] = all[id]
	}
	return kept
}
