package fetch_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// Acceptance row 54.
func TestTwinsInEveryOrderAreOneEvent(t *testing.T) {
	for _, named := range []bool{true, false} {
		for _, order := range []string{"thin, snapshot", "snapshot, thin", "thin, run, snapshot", "snapshot, run, thin", "thin, dispatch, snapshot"} {
			t.Run(fmt.Sprint(order, " named ", named), func(t *testing.T) {
				r := newRig(t, seven...)
				thin := r.twins([]byte(charge), named)
				for step := range strings.SplitSeq(order, ", ") {
					switch step {
					case "thin":
						r.post(thin)
					case "snapshot":
						r.post([]byte(charge))
					case "run":
						r.run()
					case "dispatch":
						r.dispatch()
					}
				}
				r.run()
				r.want(chargeID)
				oneEvent(t, r, thin)
			})
		}
	}
}

func TestTwentyCopiesOfBothTwinsAtOnceAreOneEvent(t *testing.T) {
	for round := range 50 {
		r := newRig(t, seven...)
		bodies := [][]byte{[]byte(charge), r.twins([]byte(charge), true), r.twins([]byte(charge), false)}
		if round%3 > 0 {
			bodies = bodies[:2+round%2]
		}
		var all [][]byte
		for range 20 {
			all = append(all, bodies...)
		}
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var wg sync.WaitGroup
		for _, body := range all {
			wg.Go(func() { r.post(body) })
		}
		wg.Wait()
		r.run()
		r.want(chargeID)
		oneEvent(t, r, bodies[1:]...)
	}
}

// oneEvent: lists have one, which actions can read, under the id of the snapshot.
func oneEvent(t *testing.T, r *rig, thin ...[]byte) {
	t.Helper()
	var listed []string
	for s, err := range event.ReceivedBetween(t.Context(), r.store, r.now.Add(-time.Hour), r.now.Add(time.Hour)) {
		if err != nil {
			t.Fatal(err)
		}
		listed = append(listed, s.ID)
	}
	if !slices.Equal(listed, []string{chargeID}) {
		t.Errorf("listed are %v", listed)
	}
	s := r.get(chargeID)
	if string(s.Payload()) != charge {
		t.Errorf("actions read %s", s.Payload())
	}
	if known := append(thin, []byte(charge)); !slices.ContainsFunc(known, func(b []byte) bool { return bytes.Equal(b, s.Body) }) {
		t.Errorf("it is stored as %s", s.Body)
	}
}

func TestThinEventThatIsStoredUnderBothIdsIsPublishedWhenItIsFetched(t *testing.T) {
	r := newRig(t, seven...)
	f, _ := r.post(r.twins([]byte(charge), false))
	named, err := fakestripe.Thin([]byte(charge), true)
	if err != nil {
		t.Fatal(err)
	}
	r.post(named)
	r.dispatch()
	if d := r.deliver(f.ID); d.State != event.Done {
		t.Errorf("fetched as %+v", d)
	}
	r.want() // nothing is fetched for the other id yet
	r.run()
	r.want(chargeID)
	oneEvent(t, r, named)
}

func TestSnapshotCompletesItsThinEventWhateverBecameOfTheFetch(t *testing.T) {
	refused := func(string, []byte, error) ([]byte, error) { return nil, event.Permanent(event.ErrNotConfigured) }
	for name, before := range map[string]func(*testing.T, *rig){
		"not begun":      func(*testing.T, *rig) {},
		"not dispatched": func(_ *testing.T, r *rig) { r.at = 0 },
		"parked":         func(_ *testing.T, r *rig) { r.run() },
		"discarded": func(t *testing.T, r *rig) {
			r.run()
			if err := r.store.Discard(t.Context(), event.DeliveryRef{Action: event.Fetch, Event: chargeID}, r.now, "ada: by hand"); err != nil {
				t.Fatal(err)
			}
		},
		"waiting": func(_ *testing.T, r *rig) {
			r.source.answer = func(string, []byte, error) ([]byte, error) {
				return nil, event.RetryAfter(errors.New("429"), time.Hour)
			}
			r.run()
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, seven...)
			r.source.answer = refused
			thin := r.twins([]byte(charge), true)
			r.post(thin)
			before(t, r)
			r.want()
			if _, result := r.post([]byte(charge)); result != event.ResultDuplicate {
				t.Errorf("the snapshot is %s", result)
			}
			r.run()
			r.want(chargeID)
			oneEvent(t, r, thin)
			if s := r.get(chargeID); s.Pending || s.SentAs == "" || !bytes.Equal(s.Body, thin) {
				t.Errorf("pending %t, %+v", s.Pending, s.Facts)
			}
		})
	}
}

func TestSnapshotsOfAThinEventInTwoVersionsAreBothKept(t *testing.T) {
	r := newRig(t, seven...)
	r.post(r.twins([]byte(charge), true))
	old := strings.Replace(charge, "2026-08-26.dahlia", "2023-10-16", 1)
	r.post([]byte(charge))
	r.post([]byte(old))
	if s := r.get(event.RenderingID(chargeID, "2023-10-16")); string(s.Body) != old {
		t.Errorf("kept is %s", s.Body)
	}
}

func TestObjectIsFetchedForTypedActionsWhereTheSnapshotCameFirst(t *testing.T) {
	r := newRig(t, seven...)
	r.fetcher.Versions = []facts.Version{"2023-10-16"}
	r.post(r.twins([]byte(charge), true))
	r.dispatch()
	r.post([]byte(charge))
	r.run()
	r.want(chargeID)
	if s := r.get(event.RenderingID(chargeID, "2023-10-16")); s.APIVersion != "2023-10-16" || !strings.Contains(string(s.Body), `"ch_1"`) {
		t.Errorf("kept is %s", s.Body)
	}
}

func TestThinEventOfAnErasedOccurrenceIsErased(t *testing.T) {
	for _, named := range []bool{true, false} {
		r := newRig(t, seven...)
		thin := r.twins([]byte(charge), named)
		r.post([]byte(charge))
		r.dispatch()
		if err := r.store.EraseItem(t.Context(), r.get(chargeID), time.Now()); err != nil {
			t.Fatal(err)
		}
		published := len(r.bus.Published())
		f, _ := r.post(thin)
		r.run()
		if _, err := r.store.Get(t.Context(), f.ID); !errors.Is(err, event.ErrErased) {
			t.Errorf("named %t: the thin event is kept: %v", named, err)
		}
		for _, e := range r.bus.Published()[published:] {
			if e.Only != event.Fetch {
				t.Errorf("named %t: published %+v", named, e)
			}
		}
	}
}
