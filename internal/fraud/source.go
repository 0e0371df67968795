package fraud

import (
	"cmp"
	"maps"
	"slices"

	"github.com/payhooks/payhooks/internal/facts"
)

// most is how many attempts a source remembers, the newest: a row stays small,
// whatever a card is tried for.
const most = 300

// Source is the row of one card or customer.
type Source struct {
	Source   string             `json:"source"`
	Account  string             `json:"account,omitempty"`
	Livemode bool               `json:"livemode"`
	Holds    []Hold             `json:"holds,omitempty"` // of all its orders
	Attempts map[string]Attempt `json:"attempts"`        // by charge
}

// Attempt is one charge. At is its own created, in Unix seconds.
type Attempt struct {
	At     int64  `json:"at"`
	Order  string `json:"order"`
	Failed bool   `json:"failed,omitempty"`
}

// Add returns old, the row of the source, with the event's charge. Like Merge
// it is a union. The event must name the source; see Sources.
func Add(old Source, source string, e facts.Event, r Rule) Source {
	c := e.Charge
	s := Source{Source: source, Account: e.Account, Livemode: e.Livemode}
	s.Attempts = newest(unite(old.Attempts, map[string]Attempt{
		c.ID: {At: began(c.Created, e.Created.Unix()), Order: orderOf(*c), Failed: failed(e)},
	}, Attempt.union))
	held := map[string]int64{}
	for id, since := range r.hot(s.Attempts) {
		order := s.Attempts[id].Order
		held[order] = earliest(held[order], since)
	}
	for _, order := range slices.Sorted(maps.Keys(held)) {
		s.Holds = append(s.Holds, Hold{Order: order, Why: Failures, Since: at(held[order]), Account: s.Account, Livemode: s.Livemode})
	}
	return s
}

func (a Attempt) union(b Attempt) Attempt {
	return Attempt{earliest(a.At, b.At), max(a.Order, b.Order), a.Failed || b.Failed}
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
