package operator

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Group is the items of one action, state and reason.
type Group struct {
	Action string    `json:"action"`
	State  string    `json:"state"`
	Reason string    `json:"reason"` // as ReasonGroup has it
	Count  int       `json:"count"`
	First  time.Time `json:"first"` // Since of the oldest item
	Last   time.Time `json:"last"`  // Since of the newest
	Event  string    `json:"event"` // of the oldest item
}

// GroupName names one group.
type GroupName struct{ Action, State, Reason string }

// Name names the group.
func (g Group) Name() GroupName { return GroupName{g.Action, g.State, g.Reason} }

// GroupOf names the group of an item.
func GroupOf(i Item) GroupName { return GroupName{i.Action, i.State, ReasonGroup(i.Reason)} }

// Groups counts items by action, state and reason, the largest group first.
func Groups(items []Item) []Group {
	at := map[GroupName]int{}
	var all []Group
	for _, item := range items {
		n := GroupOf(item)
		i, ok := at[n]
		if !ok {
			i = len(all)
			at[n], all = i, append(all, Group{n.Action, n.State, n.Reason, 0, item.Since, item.Since, item.Event})
		}
		g := &all[i]
		g.Count++
		if item.Since.Before(g.First) {
			g.First, g.Event = item.Since, item.Event
		}
		if item.Since.After(g.Last) {
			g.Last = item.Since
		}
	}
	slices.SortStableFunc(all, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), a.First.Compare(b.First))
	})
	return all
}

// masked stands for a part of a reason that differs from event to event.
const masked = "…"

// words finds what may be an id or a number: what begins with a digit may go on behind
// a point or a colon, as times and addresses do.
var words = regexp.MustCompile(`\pN[\pL\pN_-]*(?:[.,:][\pL\pN_-]*\pN[\pL\pN_-]*)*|[\pL_][\pL\pN_-]*`)

// telling are numbers that tell one cause from another: an HTTP status, an API version.
var telling = regexp.MustCompile(`^(?:[1-5][0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2})$`)

// ReasonGroup is the reason with its ids, times and numbers masked, so that events
// that failed alike have the same. That of its result is the result.
func ReasonGroup(reason string) string {
	return words.ReplaceAllStringFunc(reason, func(word string) string {
		switch prefix, id, ok := cutLast(word, "_"); {
		case telling.MatchString(word):
			return word
		case strings.IndexFunc(word, unicode.IsNumber) == 0:
			return masked
		case ok && isID(id):
			return prefix + "_" + masked
		case !ok && len(word) >= 8 && digits(word) >= 3:
			return masked
		}
		return word
	})
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// isID tells the end of an id of Stripe's from the last word of a code such as
// card_declined.
func isID(s string) bool {
	lower, upper := strings.ToUpper(s) != s, strings.ToLower(s) != s
	return digits(s) > 0 || len(s) >= 8 && lower && upper
}

func digits(s string) (n int) {
	for _, r := range s {
		if unicode.IsNumber(r) {
			n++
		}
	}
	return n
}

// saysSo reports whether a reason is of a group that the text names: a reason as it is
// listed, clipped or whole, or a part of one. An empty text names all.
func saysSo(reason, text string) bool {
	return text == "" || strings.Contains(ReasonGroup(reason), strings.TrimRight(ReasonGroup(text), masked+" "))
}
