package simtest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/memory"
)

// pageSize is how many events one page of the list has. Few, so that a handful
// of events is a list of several pages.
const pageSize = 3

// Events implements event.Lister: fake Stripe's list, over a network with faults.
func (s *stripe) Events(ctx context.Context, l event.Listing) (bodies [][]byte, more bool, err error) {
	failed := s.world.io(memory.Op{Name: "List", Key: l.Newer + l.Older}, func() {
		if s.refuses(l.Account, &err) {
			return
		}
		s.publish()
		bodies, more, err = s.api.Events(ctx, l)
	})
	if failed != nil {
		return nil, false, failed
	}
	return bodies, more, err
}

// ThinEvents implements event.ThinLister in the same way. A page's address expires now
// and then.
func (s *stripe) ThinEvents(ctx context.Context, l event.ThinListing) (bodies [][]byte, next string, err error) {
	failed := s.world.io(memory.Op{Name: "ListThin", Key: l.Page}, func() {
		if s.refuses(l.Account, &err) {
			return
		}
		s.publish()
		if !s.world.calm && s.world.chance(s.world.odds.lose) {
			s.world.met("page expired", l.Page)
			s.api.ExpirePages()
		}
		bodies, next, err = s.api.ThinEvents(ctx, l)
		bodies = slices.DeleteFunc(bodies, func(b []byte) bool { return bytes.Contains(b, []byte(`"evt_odd"`)) }) // it has no twin
	})
	if failed != nil {
		return nil, "", failed
	}
	return bodies, next, err
}

// ServeHTTP is Stripe's API as it is at this time.
func (s *stripe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if one, ok := s.strangers[r.Header.Get("Stripe-Account")]; ok {
		s.world.met("account answers "+http.StatusText(one.status), r.URL.Path)
		w.Header().Set("Stripe-Should-Retry", "false") // the client would wait in real time
		fakestripe.Fail(w, one.status, "invalid_request_error", "", one.err.Error())
		return
	}
	s.catchUp()
	s.api.ServeHTTP(w, r)
}

// catchUp gives the API the objects of all that has happened by now.
func (s *stripe) catchUp() {
	for ; s.refunded < len(s.refunds) && !s.refunds[s.refunded].from.After(s.world.now); s.refunded++ {
		if err := s.api.Put("", s.refunds[s.refunded].object); err != nil {
			panic(err) // the simulation's own objects
		}
	}
	for ; s.recorded < len(s.posts) && !s.posts[s.recorded].created.After(s.world.now); s.recorded++ {
		if p := s.posts[s.recorded]; !p.odd {
			if err := s.api.Record(p.body); err != nil {
				panic(err)
			}
		}
	}
}

// publish brings the list to the present: an event appears some time after its
// creation, and is undelivered until Stripe has an acknowledgement.
func (s *stripe) publish() {
	for _, p := range s.posts {
		if p.listed.After(s.world.now) {
			continue
		}
		if err := s.put(p); err != nil {
			panic(err) // the simulation's own events are objects with an id
		}
	}
}

// present gives the API the events that have happened by now, whether they are listed
// yet or not.
func (s *stripe) present() {
	for _, p := range s.posts {
		if p.created.After(s.world.now) {
			return
		}
		if err := s.put(p); err != nil {
			panic(err) // as above
		}
	}
}

func (s *stripe) put(p *posted) error {
	if !s.published[p.id] {
		s.published[p.id] = true
		if err := s.api.PutEvents("", json.RawMessage(p.body)); err != nil {
			return err
		}
	}
	return s.api.Delivered("", p.id, p.acknowledged())
}
