package main

import (
	"github.com/payhooks/payhooks/infra/story"
)

// mails: as many of each kind as the story calls for, and none twice.
func (j *judge) mails() error {
	mails, err := readMails(j.cmd, j.c)
	if err != nil {
		return err
	}
	of := map[string]string{} // event to customer
	j.each(func(_ month, _ int, s story.Story) {
		for _, e := range s.Events {
			of[e.ID] = s.Customer
		}
	})
	a, keys, got := j.area("mails"), map[string]bool{}, map[string]map[string]int{}
	for _, m := range mails {
		a.Counts[m.Kind]++
		if keys[m.Key] {
			j.Doubled++
			j.broken("mail %s went out twice", m.Key)
		}
		keys[m.Key] = true
		customer := of[m.Event]
		if got[customer] == nil {
			got[customer] = map[string]int{}
		}
		got[customer][m.Kind]++
	}
	j.each(func(_ month, _ int, s story.Story) {
		for _, kind := range []string{"receipt", "failed", "refund", "trial_ending", "dispute"} {
			j.mailed(a, s, kind, got[s.Customer][kind])
		}
	})
	return nil
}

func (j *judge) mailed(a *area, s story.Story, kind string, n int) {
	want := s.Mails[kind]
	if j.uncertain[s.Customer] {
		want[0] = 0
	}
	if want[1] == 0 && n == 0 {
		return
	}
	a.Told++
	if n >= want[0] && n <= want[1] {
		a.AsTold++
		return
	}
	j.broken("%s of %s: %d %s mails, want %d to %d", s.Title, s.Order.Reference, n, kind, want[0], want[1])
}

// notices: one for every hold that stands, two where a card and its customer
// tried too often, and none twice.
func (j *judge) notices() error {
	notices, err := readKept[keptNotice](j.cmd, j.c, "notices")
	if err != nil {
		return err
	}
	a, seen := j.area("notices"), map[string]bool{}
	for _, n := range notices {
		a.Counts["sent"]++
		if seen[n.Message] {
			j.Doubled++
			j.broken("told twice: %s", n.Message)
		}
		seen[n.Message] = true
	}
	least, most := 0, 0
	j.each(func(_ month, _ int, s story.Story) {
		for _, h := range s.Holds {
			n := 1
			if h.Why == "failures" {
				n = 2 // for the card and for the customer
			}
			most += n
			// What was over before it was heard of is not told.
			if h.Released.IsZero() && !j.uncertain[s.Customer] {
				least += n
			}
		}
	})
	a.Told, a.AsTold = least, min(len(notices), least)
	if n := len(notices); n < least || n > most {
		j.broken("%d notices, want %d to %d", n, least, most)
	}
	return nil
}
