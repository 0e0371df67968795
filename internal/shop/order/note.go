package order

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/payhooks/payhooks/internal/chain"
	"github.com/payhooks/payhooks/internal/facts"
)

// notes are what events said of metadata.order_id, by the rank of the object that
// has it. Of each rank the newest seconds are kept: the newest stands, and what was
// before helps to put the events of one second in order.
type notes map[string][]note

// note is what one event said. Was is what it replaced; nil if the event does not
// say what was before.
type note struct {
	At     int64   `json:"at"`
	Object string  `json:"object,omitempty"`
	Rank   int     `json:"rank,omitempty"`  // of the event's type
	Event  string  `json:"event,omitempty"` // of a change: it may break a tie
	Is     string  `json:"is,omitempty"`
	Was    *string `json:"was,omitempty"`
	First  bool    `json:"first,omitempty"`  // it made the object
	Change bool    `json:"change,omitempty"` // it changed the object
}

const (
	noteSeconds = 4  // of one rank
	noteEvents  = 24 // of one second
)

// noteOf is what the event says of the object; none if that never had a number.
func noteOf(e facts.Event, rank int, object string, own bool, metadata map[string]string) notes {
	n := note{
		At: e.Created.Unix(), Object: object, Rank: typeRank[e.Type], Is: strings.TrimSpace(metadata["order_id"]),
		First: own && strings.HasSuffix(e.Type, ".created"), Change: own && strings.HasSuffix(e.Type, ".updated"),
	}
	if own && len(e.Previous) > 0 {
		was := strings.TrimSpace(before(e.Previous, n.Is))
		n.Was = &was
	}
	if n.Change && (n.Was == nil || *n.Was != n.Is) {
		n.Event = e.ID
	}
	if n.Is == "" && (n.Was == nil || *n.Was == "") {
		return nil
	}
	return notes{strconv.Itoa(rank): {n}}
}

// before is the number before a change. Stripe names the keys of metadata that
// changed, null for one that was not there; all are new if there were none.
func before(p facts.Previous, is string) string {
	if !p.Has("metadata") {
		return is
	}
	var was map[string]*string
	if json.Unmarshal(p["metadata"], &was) != nil {
		return is
	}
	old, changed := was["order_id"]
	switch {
	case old != nil:
		return *old
	case changed, len(was) == 0:
		return ""
	}
	return is
}

// is is the number of the highest ranked object that has one.
func (ns notes) is() string {
	for rank := fromIntent; rank > 0; rank-- {
		if text := lastNumber(ns[strconv.Itoa(rank)]); text != "" {
			return text
		}
	}
	return ""
}

// lastNumber is that of the object that changed last and has one.
func lastNumber(all []note) string {
	objects := map[string][]note{}
	for _, n := range all {
		objects[n.Object] = append(objects[n.Object], n)
	}
	var last note
	for _, notes := range objects {
		if n := lastNote(notes); n.Is != "" && cmp.Or(cmp.Compare(n.At, last.At), strings.Compare(n.Is, last.Is)) > 0 {
			last = n
		}
	}
	return last.Is
}

// lastNote is the last of one object's, which are in order.
func lastNote(all []note) note {
	var seconds [][]chain.Step
	if !slices.ContainsFunc(all, func(n note) bool { return n.At == all[0].At && n.Was == nil }) {
		// An object without a number has no note: before changes alone it had none.
		seconds = [][]chain.Step{{{Is: chain.State{""}}}}
	}
	first := 0
	for i, n := range all {
		if i == 0 || n.At != all[i-1].At {
			seconds, first = append(seconds, nil), i
		}
		step := chain.Step{Is: chain.State{n.Is}, First: n.First, Change: n.Change}
		if n.Was != nil {
			step.Was = chain.State{*n.Was}
		}
		seconds[len(seconds)-1] = append(seconds[len(seconds)-1], step)
	}
	last := all[first:]
	order, _ := chain.Solve(seconds, func(a, b int) bool { return last[a].Is == last[b].Is })
	return last[order[len(order)-1]]
}

func (ns notes) union(ms notes) notes {
	if len(ms) == 0 {
		return ns
	}
	all := notes{}
	for rank := fromCharge; rank <= fromIntent; rank++ {
		name := strconv.Itoa(rank)
		if kept := foldNotes(slices.Concat(ns[name], ms[name])); len(kept) > 0 {
			all[name] = kept
		}
	}
	return all
}

// foldNotes has each occurrence of the newest seconds once, by the first id of the
// events that report it.
func foldNotes(all []note) (kept []note) {
	slices.SortFunc(all, func(a, b note) int {
		return cmp.Or(-cmp.Compare(a.At, b.At), strings.Compare(a.what(), b.what()), strings.Compare(a.Event, b.Event))
	})
	all = slices.CompactFunc(all, func(a, b note) bool { return a.what() == b.what() })
	seconds, events := 0, 0
	for i, n := range all {
		events++
		if i == 0 || n.At != all[i-1].At {
			seconds, events = seconds+1, 1
		}
		if seconds <= noteSeconds && events <= noteEvents {
			kept = append(kept, n)
		}
	}
	slices.SortFunc(kept, func(a, b note) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Rank, b.Rank), strings.Compare(a.Event, b.Event), strings.Compare(a.what(), b.what()))
	})
	return kept
}

// what is the same for events that are equal in all but their id.
func (n note) what() string {
	n.Event = ""
	data, err := json.Marshal(n)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// UnmarshalJSON also reads the one text that rows had before.
func (ns *notes) UnmarshalJSON(data []byte) error {
	var old text
	if json.Unmarshal(data, &old) == nil && old.Rank > 0 {
		*ns = notes{strconv.Itoa(old.Rank): {{At: old.At, Is: old.Is}}}
		return nil
	}
	return json.Unmarshal(data, (*map[string][]note)(ns))
}
