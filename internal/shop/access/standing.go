package access

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// standing is what one subscription, or the summaries, mean for one product or
// feature at a time.
type standing struct {
	granted bool      // by what Stripe says
	allowed bool      // also if Stripe went silent; see Check
	until   time.Time // when it ends, ended, or is paid until
	lapses  time.Time // when allowed turns false without a further event; zero for never
	rank    int       // how close it is to granting
	why     string
}

// better orders standings: the one that lets the customer do more is greater.
func (s standing) better(o standing) int {
	return cmp.Or(boolean(s.allowed)-boolean(o.allowed), boolean(s.granted)-boolean(o.granted), cmp.Compare(s.rank, o.rank), s.until.Compare(o.until), strings.Compare(s.why, o.why))
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// in says what the subscription means for the product.
func (l life) in(product string, grace time.Duration, now time.Time) standing {
	if l.Ended != (end{}) {
		at := at(l.Ended.At)
		return standing{until: at, rank: 1, why: l.id + " is " + l.Ended.Why + " since " + at.UTC().Format(time.DateTime)}
	}
	item, ok := find(l.listed, product)
	switch {
	case !ok:
		return standing{rank: 2, why: "no longer in " + l.id + noted(l.tie)}
	case item.None:
		return standing{rank: 2, why: "in " + l.id + " with quantity 0" + noted(l.tie)}
	}
	s := l.status(grace, now)
	if good[l.head.Status] {
		s = current(s, l.head, item, grace, now)
	}
	s.why += noted(l.tie)
	return s
}

// status says what the subscription's status means.
func (l life) status(grace time.Duration, now time.Time) standing {
	s := standing{why: l.id + " is " + strings.ReplaceAll(cmp.Or(l.head.Status, "without a status"), "_", " ")}
	switch l.head.Status {
	case "active", "trialing":
		s.rank, s.granted = 7, true
	case "past_due":
		since := at(l.since)
		s.until = since.Add(grace)
		s.rank, s.granted = 6, now.Before(s.until)
		s.allowed, s.lapses = s.granted, s.until
		s.why += " since " + since.UTC().Format(time.DateTime) + ", grace " + tense(s.granted) + " at " + s.until.UTC().Format(time.DateTime)
	case "unpaid":
		s.rank = 5
	case "paused":
		s.rank = 4
	default:
		s.rank = 3
	}
	return s
}

// current adds how long a subscription in good standing goes on.
func current(s standing, head Fact, item Item, grace time.Duration, now time.Time) standing {
	s.allowed = true
	if item.Until != 0 {
		s.until = at(item.Until)
	}
	if head.Paused {
		s.why += ", collection paused"
	}
	switch ends := head.Cancel != 0 && (item.Until == 0 || head.Cancel <= item.Until); {
	case ends:
		s.until = at(head.Cancel)
		s.why += ", cancels then"
	case head.Ends:
		s.why += ", cancels then"
	}
	if s.until.IsZero() {
		return s
	}
	s.lapses = s.until.Add(grace)
	s.allowed = now.Before(s.lapses)
	if !now.Before(s.until) {
		s.why += ", nothing heard since its period ended"
	}
	return s
}

func tense(granted bool) string {
	if granted {
		return "ends"
	}
	return "ended"
}

func noted(tie bool) string {
	if tie {
		return " (order of events within one second unknown, by event id)"
	}
	return ""
}

// listing says what the summaries mean for the feature.
func (t present) listing(feature string) standing {
	when := at(t.head.At).UTC().Format(time.DateTime) + noted(t.tie)
	switch _, ok := find(t.head.Items, feature); {
	case ok:
		return standing{granted: true, allowed: true, rank: 3, why: "listed in the entitlements of " + when}
	case !t.head.Partial:
		return standing{rank: 1, why: "not in the entitlements of " + when}
	}
	if _, ok := find(t.listed, feature); ok {
		return standing{granted: true, allowed: true, rank: 2, why: "not taken away by the incomplete entitlements of " + when}
	}
	return standing{rank: 1, why: "not in the entitlements before those of " + when + ", which are incomplete"}
}

func find(items []Item, name string) (Item, bool) {
	n := slices.IndexFunc(items, func(i Item) bool { return i.Name == name })
	if n < 0 {
		return Item{}, false
	}
	return items[n], true
}

func at(seconds int64) time.Time { return time.Unix(seconds, 0).UTC() }
