package fakestripe_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/internal/event"
)

// listed are the ids on one page of Events.
func (s *server) listed(l event.Listing) (ids []string, more bool) {
	s.t.Helper()
	bodies, more, err := s.api.Events(s.t.Context(), l)
	if err != nil {
		s.t.Fatal(err)
	}
	ids = []string{}
	for _, body := range bodies {
		var e struct{ ID string }
		if err := json.Unmarshal(body, &e); err != nil {
			s.t.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	return ids, more
}

func TestListerPagesInBothDirections(t *testing.T) {
	s := start(t)
	s.api.PageSize = 2
	for i := range 6 {
		s.event(fmt.Sprintf("evt_%d", i), "charge.succeeded", s.now.Add(time.Duration(i-60)*time.Second), `{"id":"ch_1","object":"charge"}`)
	}
	for _, c := range []struct {
		listing event.Listing
		want    []string
		more    bool
	}{
		{event.Listing{}, []string{"evt_5", "evt_4"}, true},
		{event.Listing{Older: "evt_2"}, []string{"evt_1", "evt_0"}, false},
		{event.Listing{Newer: "evt_1"}, []string{"evt_3", "evt_2"}, true},
		{event.Listing{Newer: "evt_3"}, []string{"evt_5", "evt_4"}, false},
		{event.Listing{Types: []string{"x.y"}}, []string{}, false},
		{event.Listing{Livemode: true}, []string{}, false},
		{event.Listing{Account: "acct_1"}, []string{}, false},
		{event.Listing{From: s.now.Add(-58 * time.Second), To: s.now.Add(-57 * time.Second)}, []string{"evt_2"}, false},
	} {
		if c.listing.To.IsZero() {
			c.listing.To = s.now
		}
		got, more := s.listed(c.listing)
		if diff := cmp.Diff(c.want, got); diff != "" || more != c.more {
			t.Errorf("%+v: more is %t, %s", c.listing, more, diff)
		}
	}
	if _, _, err := s.api.Events(t.Context(), event.Listing{Older: "evt_9"}); !errors.Is(err, event.ErrNotFound) {
		t.Errorf("an unknown cursor: %v, want ErrNotFound", err)
	}
}

func TestUndeliveredEventsAreListedUntilDelivered(t *testing.T) {
	s := start(t)
	s.event("evt_1", "charge.succeeded", s.now, `{"id":"ch_1","object":"charge"}`)
	l := event.Listing{To: s.now.Add(time.Second), Undelivered: true}
	for _, c := range []struct {
		delivered bool
		want      int
	}{{false, 1}, {true, 0}} {
		if err := s.api.Delivered("", "evt_1", c.delivered); err != nil {
			t.Fatal(err)
		}
		if got, _ := s.listed(l); len(got) != c.want {
			t.Errorf("delivered %t: listed %v", c.delivered, got)
		}
	}
	if err := s.api.Delivered("", "evt_2", true); !errors.Is(err, event.ErrNotFound) {
		t.Errorf("an unknown event: %v, want ErrNotFound", err)
	}
}
