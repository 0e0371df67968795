// Package story makes up what happens to a shop's customers, as the events
// that Stripe sends about it, and says what must have come of it in the end.
//
// Events are built on Stripe's own samples, so their shapes are real; ids and
// times are new. One seed makes one month.
package story

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/facts"
)

// Event is one event ready to be signed and posted.
type Event struct {
	ID, Type string
	Body     []byte
}

// Order is what `payhooks orders` must show in the end.
type Order struct {
	ID        string
	Reference string
	Status    string
	Currency  string
	Amount    int64
	Paid      int64
	Refunded  int64
	Disputed  int64
	Lost      int64
}

// Story is one customer's.
type Story struct {
	Title    string
	Customer string
	Email    string
	Events   []Event // in the order in which they happened
	Order    Order
	Access   []Access // by subscriptions and entitlements
	Holds    []Hold
	// Sells is how many of each item; in the end they are Reserved, Committed
	// or given back.
	Sells               map[string]int64
	Reserved, Committed bool
	Objects             []Object // what Stripe's API has beside the events' objects
	Books               Books
	// Mails is how many mails of each kind must have been sent, at least
	// and at most: a failure is not mailed any more once it is paid.
	Mails map[string][2]int
	// Says is a piece of the text of each mail of the kind.
	Says map[string]string
}

// scenario is one thing that can happen to a customer.
type scenario struct {
	title  string
	happen func(*author)
}

// write returns n stories of the scenarios in turn, in the given API version.
// The first event happened at begin. One seed has the same customers and money in
// every version, under ids of its own.
func write(scenarios []scenario, seed uint64, n int, version string, begin time.Time) []Story {
	a := &author{version: version, seed: seed}
	stories := make([]Story, n)
	for i := range stories {
		s := scenarios[i%len(scenarios)]
		a.begin(i, begin)
		s.happen(a)
		stories[i], begin = a.end(s.title), a.life.Now
	}
	return stories
}

// Month returns the stories of n customers to whom everything happens that can,
// and of the month's close.
func Month(seed uint64, n int, version string, begin time.Time) []Story {
	stories := write(slices.Concat(payments, bills, sums, subscriptions, suspicions), seed, n, version, begin)
	return append(stories, Close(seed, stories, version, begin.Add(time.Duration(n)*20*time.Second)))
}

// Shop returns n stories of payments and invoices.
func Shop(seed uint64, n int, version string, begin time.Time) []Story {
	return write(slices.Concat(payments, bills, sums), seed, n, version, begin)
}

// Versions are the API versions of stories.
func Versions() []string { return events.Versions() }

// Thin stands for a version: its stories are in the newest API version, under ids of
// their own, for events that are posted as thin ones.
const Thin = "thin"

// Forms are the versions, and Thin.
func Forms() []string { return append(Versions(), Thin) }

// rendered is the API version of a form's events.
func rendered(form string) facts.Version {
	if form == Thin {
		form = events.Latest
	}
	return facts.Version(form)
}

// Disorder returns the events of all stories as a bad week would deliver them:
// interleaved, out of order within a window, and about one in five twice.
func Disorder(seed uint64, stories []Story, window int) []Event {
	rng := rand.New(rand.NewPCG(seed, 2)) //nolint:gosec // made-up data
	var all []Event
	for _, s := range stories {
		for _, e := range s.Events {
			all = append(all, e)
			if rng.IntN(5) == 0 {
				all = append(all, e)
			}
		}
	}
	at := make([]int, len(all))
	order := make([]int, len(all))
	for i := range all {
		at[i], order[i] = i+rng.IntN(window+1), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return at[a] - at[b] })
	mixed := make([]Event, len(all))
	for i, j := range order {
		mixed[i] = all[j]
	}
	return mixed
}
