package judge

import (
	"strings"

	"github.com/payhooks/payhooks/infra/demo"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/infra/shop/story"
)

// mails: as many of each kind as the story requires, and none twice. A deployed
// stack keeps none.
func (ms months) mails(r *demo.Review) error {
	if r.Stack.Local == nil {
		return nil
	}
	mails, err := command.ReadMails(r.Cmd.Context(), r.Stack)
	if err != nil {
		return err
	}
	customer := map[string]string{} // by event
	for _, e := range r.Plan.Events {
		customer[e.ID] = e.Party
	}
	type mail struct{ customer, kind string }
	a, keys, got := r.Area("mails"), map[string]bool{}, map[mail][]string{} // their texts
	for _, m := range mails {
		a.Counts[m.Kind]++
		if keys[m.Key] {
			r.Doubled++
			r.Break("mail %s was sent twice", m.Key)
		}
		keys[m.Key] = true
		of := mail{customer[m.Event], m.Kind}
		got[of] = append(got[of], m.Text)
	}
	for _, s := range ms.stories() {
		for _, kind := range []string{"receipt", "failed", "refund", "trial_ending", "dispute"} {
			texts := got[mail{s.Customer, kind}]
			mailed(r, a, s, kind, len(texts))
			said(r, s, kind, texts)
		}
	}
	return nil
}

// mailed compares the number of mails of one kind to a customer.
func mailed(r *demo.Review, a *demo.Area, s story.Story, kind string, n int) {
	want := s.Mails[kind]
	if r.Uncertain[s.Customer] {
		want[0] = 0
	}
	if want[1] == 0 && n == 0 {
		return
	}
	a.Expected++
	if n >= want[0] && n <= want[1] {
		a.Matched++
		return
	}
	r.Break("%s of %s: %d %s mails, expected %d to %d", s.Title, s.Order.Reference, n, kind, want[0], want[1])
}

// said compares the texts of the mails of one kind.
func said(r *demo.Review, s story.Story, kind string, texts []string) {
	for _, text := range texts {
		if piece := s.Says[kind]; !strings.Contains(text, piece) {
			r.Break("%s of %s: the %s mail does not contain %q", s.Title, s.Order.Reference, kind, piece)
		}
	}
}

// notices: one for every hold that is not over, two where a card and its customer
// tried too often, and none twice. A deployed stack keeps none.
func (ms months) notices(r *demo.Review) error {
	if r.Stack.Local == nil {
		return nil
	}
	notices, err := command.ReadNotices(r.Cmd.Context(), r.Stack)
	if err != nil {
		return err
	}
	a, seen := r.Area("notices"), map[string]bool{}
	for _, n := range notices {
		a.Counts["sent"]++
		if seen[n.Message] {
			r.Doubled++
			r.Break("notice was sent twice: %s", n.Message)
		}
		seen[n.Message] = true
	}
	least, most := ms.noticesOf(r.Uncertain)
	a.Expected, a.Matched = least, min(len(notices), least)
	if n := len(notices); n < least || n > most {
		r.Break("%d notices, expected %d to %d", n, least, most)
	}
	return nil
}

// noticesOf returns how many notices the holds require.
func (ms months) noticesOf(uncertain map[string]bool) (least, most int) {
	for _, s := range ms.stories() {
		for _, h := range s.Holds {
			n := 1
			if h.Why == "failures" {
				n = 2 // for the card and for the customer
			}
			most += n
			// A hold may be over before its event is delivered: no notice then.
			if h.Released.IsZero() && !uncertain[s.Customer] {
				least += n
			}
		}
	}
	return least, most
}
