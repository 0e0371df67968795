package judge

import (
	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/shop/story"
	"github.com/payhooks/payhooks/internal/fakestripe"
)

// posts are the events as Stripe posts them, with the customer of each. Those of the
// month of thin events come as such, if their type has a thin form: every second one
// names its snapshot, and a repeat is the snapshot, which another destination may get.
func (ms months) posts(es []story.Event) []demo.Event {
	customer, thin := map[string]string{}, map[string]bool{}
	ms.each(func(m month, _ int, s story.Story) {
		for _, e := range s.Events {
			customer[e.ID], thin[e.ID] = s.Customer, m.version == story.Thin
		}
	})
	all, before := make([]demo.Event, len(es)), map[string]bool{}
	for i, e := range es {
		all[i] = demo.Event{ID: e.ID, Type: e.Type, Body: e.Body, Party: customer[e.ID]}
		sent, listed, ok := thinForms(e)
		switch {
		case !ok:
		case !thin[e.ID]:
			all[i].Others = [][]byte{listed}
		case before[e.ID]:
			all[i].Others = [][]byte{listed, sent}
		default:
			all[i].Body, all[i].Others = sent, [][]byte{listed, e.Body}
		}
		before[e.ID] = true
	}
	return all
}

// thinForms are an event's thin forms, as it is delivered and as Stripe's API lists
// it, if its type has any.
func thinForms(e story.Event) (sent, listed []byte, ok bool) {
	// The id, unlike the place in the list, is the same in every list.
	sent, err := fakestripe.Thin(e.Body, e.ID[len(e.ID)-5]%2 == 0)
	if err != nil {
		return nil, nil, false
	}
	listed, err = fakestripe.Fetched(e.Body)
	return sent, listed, err == nil
}
