package simtest

import (
	"context"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
)

// page is how many events one page of the listing has. Few, so that a handful
// of events is a listing of several pages.
const page = 3

// Events implements event.Origin: Stripe's list of events.
func (s *stripe) Events(_ context.Context, l event.Listing) (bodies [][]byte, more bool, err error) {
	err = s.world.io(memory.Op{Name: "List", Key: l.Newer + l.Older}, func() {
		var all []*posted
		all, more = turn(s.pick(l))
		for _, p := range all {
			bodies = append(bodies, p.body)
		}
	})
	return bodies, more, err
}

// pick lists what matches, newest first, and where the listing's position
// is among it.
func (s *stripe) pick(l event.Listing) (all []*posted, at int, newer bool) {
	seen := false
	for _, p := range slices.Backward(s.posts) {
		if p.id == l.Newer+l.Older {
			seen, at = true, len(all)
			continue
		}
		if p.matches(l) && !p.listed.After(s.world.now) {
			all = append(all, p)
		}
	}
	if !seen && l.Newer != "" {
		at = len(all)
	}
	return all, at, l.Newer != ""
}

func (p *posted) matches(l event.Listing) bool {
	return l.Account == "" && p.live == l.Livemode && !p.created.Before(l.From) && p.created.Before(l.To) &&
		(len(l.Types) == 0 || slices.Contains(l.Types, p.kind)) && (!l.Undelivered || !p.acked)
}

// turn is the page next to the position, in the direction of the listing.
func turn(all []*posted, at int, newer bool) (part []*posted, more bool) {
	if newer {
		from := max(0, at-page)
		return all[from:at], from > 0
	}
	to := min(len(all), at+page)
	return all[at:to], to < len(all)
}
