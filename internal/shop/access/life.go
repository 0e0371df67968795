package access

import (
	"cmp"
	"slices"
	"strings"
)

// Life is the set of what is known of one subscription, or of a customer's
// entitlement summaries. Times are Unix seconds.
type Life struct {
	Ended end      `json:"ended,omitzero"`
	Facts []Fact   `json:"facts,omitempty"` // of the newest seconds, ordered; none once it ended
	Seen  []string `json:"seen,omitempty"`  // every product or feature it ever had, ordered
	Past  past     `json:"past,omitzero"`   // what else rules need; none once it ended
}

// end is the end that nothing comes after.
type end struct {
	At  int64  `json:"at,omitempty"`
	Why string `json:"why,omitempty"` // canceled, incomplete_expired
}

// Fact is what one event said.
type Fact struct {
	At     int64  `json:"at"`
	Rank   int    `json:"rank,omitempty"`
	Event  string `json:"event,omitempty"`  // of the newest second only, where it may break a tie
	Status string `json:"status,omitempty"` // of the subscription; listed for a summary
	Items  []Item `json:"items,omitempty"`  // ordered by name
	// Partial: the event did not list all items, and so takes none away.
	Partial bool  `json:"partial,omitempty"`
	Paused  bool  `json:"paused,omitempty"` // no payment is collected for now
	Ends    bool  `json:"ends,omitempty"`   // with its period
	Cancel  int64 `json:"cancel,omitempty"` // when it is going to end
	// Is holds the values by which the next change recognises this one. Was
	// holds those that this event changed, as they were before, if Chained.
	Is      map[string]string `json:"is,omitempty"`
	Was     map[string]string `json:"was,omitempty"`
	Chained bool              `json:"chained,omitempty"`
}

// Item is a product or feature; Until is the end of its period, 0 without one.
type Item struct {
	Name  string `json:"name"`
	Until int64  `json:"until,omitempty"`
	// None: its quantity is 0. It is kept, since it also ends what an earlier list
	// granted if its own list is incomplete.
	None bool `json:"none,omitempty"`
}

// listed is the status of an entitlement summary.
const listed = "listed"

var (
	// over are the statuses that nothing comes after.
	over = map[string]bool{"canceled": true, "incomplete_expired": true}
	// good are the statuses that grant without any doubt.
	good = map[string]bool{"active": true, "trialing": true, listed: true}
)

// changed keeps the values that were others before.
func (f *Fact) changed(was map[string]string) {
	f.Chained = true
	for k, v := range was {
		if v == f.Is[k] {
			continue
		}
		if f.Was == nil {
			f.Was = map[string]string{}
		}
		f.Was[k] = v
	}
}

// union is the set of what either says, without what no rule can need.
func (l Life) union(m Life) Life {
	u := Life{
		Ended: l.Ended.earlier(m.Ended),
		Facts: unite(l.Facts, m.Facts),
		Seen:  slices.Concat(l.Seen, m.Seen),
		Past:  l.Past.union(m.Past),
	}
	slices.Sort(u.Seen)
	u.Seen = slices.Compact(u.Seen)
	u.prune()
	return u
}

func (e end) earlier(o end) end {
	if e == (end{}) || o != (end{}) && cmp.Or(cmp.Compare(o.At, e.At), strings.Compare(o.Why, e.Why)) < 0 {
		return o
	}
	return e
}
