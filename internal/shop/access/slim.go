package access

import (
	"maps"
	"slices"
)

// slim is a Customer without repetitions, to be compressed: names once per row, and
// facts by what they change.
type slim struct {
	plain
	Names         []string            `json:"names,omitempty"` // ordered
	Subscriptions map[string]slimLife `json:"subscriptions,omitempty"`
	Features      slimLife            `json:"features,omitzero"`
}

type slimLife struct {
	Life
	Facts []slimFact `json:"facts,omitempty"`
	Seen  []int      `json:"seen,omitempty"` // places in Names
}

type slimFact struct {
	Fact
	// Follows: Is has only what differs from the fact before, and Was is what that one had.
	Follows bool `json:"follows,omitempty"`
	// Until has the ends of the periods where the items are all that the life ever
	// had; one, if all are the same.
	Until []int64 `json:"until,omitempty"`
}

func (c plain) slim() slim {
	s := slim{plain: c, Subscriptions: map[string]slimLife{}, Names: slices.Clone(c.Features.Seen)}
	for _, l := range c.Subscriptions {
		s.Names = append(s.Names, l.Seen...)
	}
	slices.Sort(s.Names)
	s.Names = slices.Compact(s.Names)
	for id, l := range c.Subscriptions {
		s.Subscriptions[id] = l.slim(s.Names)
	}
	s.Features = c.Features.slim(s.Names)
	return s
}

func (l Life) slim(names []string) slimLife {
	s := slimLife{Life: l}
	for i, f := range l.Facts {
		short := slimFact{Fact: f}
		if i > 0 {
			short.follow(l.Facts[i-1])
		}
		short.list(l.Seen)
		s.Facts = append(s.Facts, short)
	}
	for _, name := range l.Seen {
		at, _ := slices.BinarySearch(names, name)
		s.Seen = append(s.Seen, at)
	}
	s.Life.Facts, s.Life.Seen = nil, nil
	return s
}

// follow leaves out what the fact before has.
func (f *slimFact) follow(before Fact) {
	was := map[string]string{}
	is := map[string]string{}
	for name, value := range f.Is {
		if known, ok := before.Is[name]; !ok {
			return
		} else if known != value {
			is[name], was[name] = value, known
		}
	}
	if f.Chained && len(f.Is) == len(before.Is) && maps.Equal(was, f.Was) {
		f.Follows, f.Is, f.Was = true, is, nil
	}
}

// list leaves out the items where they are all that was seen.
func (f *slimFact) list(seen []string) {
	if len(f.Items) == 0 || !slices.Equal(names(f.Items), seen) || slices.ContainsFunc(f.Items, func(i Item) bool { return i.None }) {
		return
	}
	for _, i := range f.Items {
		f.Until = append(f.Until, i.Until)
	}
	if one := slices.Compact(slices.Clone(f.Until)); len(one) == 1 {
		f.Until = one
	}
	f.Items = nil
}

// whole is the customer that was slimmed.
func (s slim) whole() Customer {
	c := Customer(s.plain)
	if len(s.Subscriptions) > 0 {
		c.Subscriptions = map[string]Life{}
	}
	for id, l := range s.Subscriptions {
		c.Subscriptions[id] = l.whole(s.Names)
	}
	c.Features = s.Features.whole(s.Names)
	return c
}

func (s slimLife) whole(names []string) Life {
	l := s.Life
	for _, at := range s.Seen {
		if at < len(names) {
			l.Seen = append(l.Seen, names[at])
		}
	}
	for i, short := range s.Facts {
		f := short.Fact
		if short.Follows && i > 0 {
			f.Was, f.Is = map[string]string{}, maps.Clone(l.Facts[i-1].Is)
			for name, value := range short.Is {
				f.Was[name], f.Is[name] = f.Is[name], value
			}
			if len(f.Was) == 0 {
				f.Was = nil
			}
		}
		if len(short.Until) > 0 {
			f.Items = l.periods(short.Until)
		}
		l.Facts = append(l.Facts, f)
	}
	return l
}

// periods are the items of all that was seen.
func (l Life) periods(until []int64) (items []Item) {
	for n, name := range l.Seen {
		items = append(items, Item{Name: name, Until: until[min(n, len(until)-1)]})
	}
	return items
}
