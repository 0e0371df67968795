package access

import (
	"slices"

	"github.com/payhooks/payhooks/internal/union"
)

// past is what is kept of seconds that are not kept in full.
type past struct {
	Good    int64   `json:"good,omitempty"`    // the newest second with a good status, or a change from one
	Entered int64   `json:"entered,omitempty"` // the newest in which past_due followed a good status
	Back    int64   `json:"back,omitempty"`    // and a good status another
	Late    []int64 `json:"late,omitempty"`    // with past_due, ordered; see lates
	// The newest complete list that is not in the facts, and what incomplete ones
	// said of each item since.
	Whole int64           `json:"whole,omitempty"`
	Items []Item          `json:"items,omitempty"`
	Named map[string]item `json:"named,omitempty"`
}

// item is what was said of an item at a time.
type item struct {
	At    int64 `json:"at"`
	Until int64 `json:"until,omitempty"`
	None  bool  `json:"none,omitempty"`
}

// count keeps when the status was good, and when past due.
func (p *past) count(f Fact) {
	if f.announcement() {
		return
	}
	if good[f.Status] || f.wasGood() {
		p.Good = max(p.Good, f.At)
	}
	if was, changed := f.Was["status"]; changed && good[f.Status] && !good[was] {
		p.Back = max(p.Back, f.At)
	}
	if f.Status == "past_due" {
		p.Late = append(p.Late, f.At)
		if f.wasGood() {
			p.Entered = max(p.Entered, f.At)
		}
	}
}

// wasGood reports whether the fact is a change from a good status.
func (f Fact) wasGood() bool { return f.Chained && good[f.Was["status"]] }

// since is when it became past due after it was last good. An event that says that
// it was good before shows that too, if the good state's event is missing.
func (p past) since(history []Fact) int64 {
	first := p.Good + 1
	if p.endedPastDue(history) {
		first = p.Good
	}
	for _, at := range p.Late {
		if at >= first {
			return at
		}
	}
	return history[len(history)-1].At
}

// endedPastDue reports whether the second with the last good state may have ended past
// due. If that second is not kept, it did not where the status turned good and not from
// good to past due.
func (p past) endedPastDue(history []Fact) bool {
	ended := p.Entered == p.Good || p.Back < p.Good
	for _, f := range history {
		switch {
		case f.At != p.Good:
		case f.Status == "past_due":
			ended = true
		case good[f.Status] || f.wasGood():
			ended = false
		}
	}
	return ended
}

// list folds what a second's events listed.
func (p *past) list(facts []Fact) {
	for _, f := range slices.DeleteFunc(slices.Clone(facts), Fact.announcement) {
		q := past{}
		if f.Partial {
			q.Named = map[string]item{}
			for _, i := range f.Items {
				q.Named[i.Name] = item{f.At, i.Until, i.None}
			}
		} else {
			q.Whole, q.Items = f.At, f.Items
		}
		*p = p.union(q)
	}
}

func (p past) union(q past) past {
	if q.Whole > p.Whole || q.Whole == p.Whole && compareItems(q.Items, p.Items) > 0 {
		p.Whole, p.Items = q.Whole, q.Items
	}
	p.Good, p.Entered, p.Back = max(p.Good, q.Good), max(p.Entered, q.Entered), max(p.Back, q.Back)
	p.Late = slices.Concat(p.Late, q.Late)
	p.Named = union.Maps(p.Named, q.Named, item.newer)
	return p
}

// prune drops what a later good status or complete list has replaced. whole is the
// time of the newest complete list in the facts.
func (p *past) prune(whole int64) {
	p.Late = lates(p.Late, p.Good)
	if whole > 0 {
		p.Whole, p.Items, p.Named = 0, nil, nil
		return
	}
	named := map[string]item{}
	for name, i := range p.Named {
		if i.At >= p.Whole {
			named[name] = i
		}
	}
	p.Named = named
}

// lates are the newest times of past_due after the last good state and, of more than
// are kept, the first of each day: a good state that is reported later may make any of
// them the first.
func lates(all []int64, lastGood int64) []int64 {
	const day = 24 * 60 * 60
	all = slices.Compact(slices.Sorted(slices.Values(all)))
	after := slices.DeleteFunc(slices.Clone(all), func(at int64) bool { return at < lastGood })
	kept := after[max(0, len(after)-late):]
	var first []int64
	for i, at := range all {
		if at/day >= lastGood/day && (i == 0 || all[i-1]/day != at/day) {
			first = append(first, at)
		}
	}
	kept = slices.Concat(first[max(0, len(first)-late):], kept)
	slices.Sort(kept)
	return slices.Compact(kept)
}

func (i item) newer(j item) item {
	if j.At > i.At || j.At == i.At && (boolean(j.None) < boolean(i.None) || j.None == i.None && j.Until > i.Until) {
		return j
	}
	return i
}

func compareItems(a, b []Item) int {
	return slices.CompareFunc(a, b, func(a, b Item) int { return compareItem(a, b) })
}

// items are those of the last complete list, and of all incomplete ones since.
func (l Life) items(history []Fact) []Item {
	all := slices.Clone(l.Past.Items)
	for name, i := range l.Past.Named {
		all = replaced(all, Item{name, i.Until, i.None})
	}
	for _, f := range history {
		if !f.Partial {
			all = nil
		}
		for _, i := range f.Items {
			all = replaced(all, i)
		}
	}
	return all
}

func replaced(all []Item, i Item) []Item {
	if n := slices.IndexFunc(all, func(o Item) bool { return o.Name == i.Name }); n >= 0 {
		all[n] = i
		return all
	}
	return append(all, i)
}
