package porttest

import (
	"testing"

	"github.com/payhooks/payhooks/internal/event"
)

var replayTests = map[string]func(*testing.T, Ports){
	"published notes who is owed and clears pending": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"b", "a"}))
		got := get(t, p, e.ID)
		same(t, []string{"a", "b"}, got.Subscribers)
		same(t, false, got.Pending)
	},
	"published for nobody clears pending": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, nil))
		same(t, false, get(t, p, e.ID).Pending)
	},
	"published unites with what was owed before": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a", "b"}))
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"b", "c"}))
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, nil))
		same(t, []string{"a", "b", "c"}, get(t, p, e.ID).Subscribers)
	},
	"published and republish of no event are ErrNotFound and make none": func(t *testing.T, p Ports) {
		for _, id := range []string{unique("evt_"), ""} {
			isError(t, event.ErrNotFound, p.Store.MarkPublished(t.Context(), id, []string{"a"}))
			isError(t, event.ErrNotFound, p.Store.MarkPublished(t.Context(), id, nil))
			isError(t, event.ErrNotFound, p.Store.Republish(t.Context(), id, ""))
			isError(t, event.ErrNotFound, p.Store.Republish(t.Context(), id, "a"))
			_, err := p.Store.Get(t.Context(), id)
			isError(t, event.ErrNotFound, err)
		}
	},
	"republish makes it pending for all or for one": func(t *testing.T, p Ports) {
		for _, only := range []string{"", "a"} {
			e := newEvent()
			put(t, p, e)
			noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a", "b"}))
			noError(t, p.Store.Republish(t.Context(), e.ID, only))
			noError(t, p.Store.Republish(t.Context(), e.ID, only))
			got := get(t, p, e.ID)
			same(t, true, got.Pending)
			same(t, only, got.Only)
			same(t, []string{"a", "b"}, got.Subscribers)
		}
	},
	"republish for one does not forget that all were asked for": func(t *testing.T, p Ports) {
		for _, first := range []string{"", "b"} {
			e := newEvent()
			put(t, p, e)
			noError(t, p.Store.MarkPublished(t.Context(), e.ID, nil))
			noError(t, p.Store.Republish(t.Context(), e.ID, first))
			noError(t, p.Store.Republish(t.Context(), e.ID, "a"))
			got := get(t, p, e.ID)
			same(t, true, got.Pending)
			same(t, "", got.Only)
		}
	},
	"published for one does not clear a replay for another": func(t *testing.T, p Ports) {
		e := newEvent()
		put(t, p, e)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a", "b"}))
		noError(t, p.Store.Republish(t.Context(), e.ID, "b"))
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"a", "c"}))
		got := get(t, p, e.ID)
		same(t, "b", got.Only)
		same(t, []string{"a", "b", "c"}, got.Subscribers)
		noError(t, p.Store.MarkPublished(t.Context(), e.ID, []string{"b"}))
		same(t, false, get(t, p, e.ID).Pending)
	},
}

func get(t *testing.T, p Ports, id string) event.Stored {
	t.Helper()
	s, err := p.Store.Get(t.Context(), id)
	noError(t, err)
	return s
}
