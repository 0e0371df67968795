package porttest

import (
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

func get(t *testing.T, p Ports, id string) event.Stored {
	t.Helper()
	s, err := p.Store.Get(t.Context(), id)
	noError(t, err)
	return s
}

var publishTests = map[string]func(*testing.T, Ports){
	"subscribers are recorded and pending is cleared": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		want := get(t, p, e.ID)
		same(t, true, want.Pending)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"b", "a", "b"}))
		want.Pending, want.Subscribers = false, []string{"a", "b"}
		same(t, want, get(t, p, e.ID))
	},
	"event without subscribers is published too": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, nil))
		got := get(t, p, e.ID)
		same(t, false, got.Pending)
		same(t, 0, len(got.Subscribers))
	},
	"subscribers are only ever added": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		for _, subscribers := range [][]string{{"a", "b"}, {"b", "c"}, nil} {
			noError(t, p.Store.MarkPublished(t.Context(), e.ID, subscribers))
		}
		same(t, []string{"a", "b", "c"}, get(t, p, e.ID).Subscribers)
	},
	"second put leaves a published event as it is": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a"}))
		want := get(t, p, e.ID)
		res, err := p.Store.Put(t.Context(), e, now)
		noError(t, err)
		same(t, event.ResultDuplicate, res)
		same(t, want, get(t, p, e.ID))
	},
	"imported event has its subscribers and is not pending": func(t *testing.T, p Ports) {
		e := newEvent()
		for _, want := range []event.Result{event.ResultStored, event.ResultDuplicate} {
			res, err := p.Store.Import(t.Context(), e, []string{"a"}, now)
			noError(t, err)
			same(t, want, res)
		}
		got := get(t, p, e.ID)
		same(t, false, got.Pending)
		same(t, []string{"a"}, got.Subscribers)
		res, err := p.Store.Put(t.Context(), e, now)
		noError(t, err)
		same(t, event.ResultDuplicate, res)
		same(t, got, get(t, p, e.ID))
	},
	"missing event is ErrNotFound and stays missing": func(t *testing.T, p Ports) {
		for _, id := range []string{unique("evt_"), ""} {
			isError(t, event.ErrNotFound, p.Store.MarkPublished(t.Context(), id, []string{"a"}))
			isError(t, event.ErrNotFound, p.Store.MarkPublished(t.Context(), id, nil))
			_, err := p.Store.Get(t.Context(), id)
			isError(t, event.ErrNotFound, err)
		}
	},
	"event on the bus stays pending until its subscribers are recorded": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkOnBus(t.Context(), e.ID))
		got := get(t, p, e.ID)
		same(t, []bool{true, true}, []bool{got.Pending, got.OnBus})
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a"}))
		noError(t, p.Store.MarkOnBus(t.Context(), e.ID))
		got = get(t, p, e.ID)
		same(t, []bool{false, false}, []bool{got.Pending, got.OnBus})
		missing := unique("evt_")
		noError(t, p.Store.MarkOnBus(t.Context(), missing))
		_, err := p.Store.Get(t.Context(), missing)
		isError(t, event.ErrNotFound, err)
	},
	"what the bus does not have yet is still pending": func(t *testing.T, p Ports) {
		var ids []string
		want := map[string]bool{}
		for i := range 120 {
			e := newEvent()
			put(t, p, e)
			switch i % 3 {
			case 0:
				want[e.ID] = true
			case 1:
				noError(t, p.Store.MarkOnBus(t.Context(), e.ID))
			default:
				noError(t, p.Store.MarkPublished(t.Context(), e.ID, nil))
			}
			ids = append(ids, e.ID)
		}
		found, err := p.Store.Events(t.Context(), append(ids, unique("evt_"), ids[0]))
		noError(t, err)
		same(t, len(ids), len(found))
		for _, id := range ids {
			s := found[id]
			same(t, want[id], s.Pending && !s.OnBus)
			same(t, 0, len(s.Body))
		}
	},
}
