package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/payhooks/payhooks/infra/story"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/order"
	"github.com/spf13/cobra"
)

// report is what came of the stories.
type report struct {
	Customers  int            `json:"customers"`
	Requests   int            `json:"requests"`
	Events     int            `json:"events"`
	Seconds    float64        `json:"seconds"`
	Rate       float64        `json:"events_per_second"`
	Deliveries map[string]int `json:"deliveries"` // by action and state
	Mails      map[string]int `json:"mails"`      // by kind
	Orders     map[string]int `json:"orders"`     // by status
	Broken     []string       `json:"broken"`

	lines []orderLine
}

// orderLine sums the customers of one story.
type orderLine struct {
	title           string
	customers, good int
	status          string
	receipts, other int
}

// judge compares what the stack shows with what the stories say.
func judge(cmd *cobra.Command, c *connection, stories []story.Story) (*report, error) {
	r := &report{Customers: len(stories), Deliveries: map[string]int{}, Mails: map[string]int{}, Orders: map[string]int{}, Broken: []string{}}
	orders, err := readOrders(cmd.Context(), c)
	if err != nil {
		return nil, err
	}
	mails, err := readMails(cmd, c)
	if err != nil {
		return nil, err
	}
	if err := r.ledger(cmd, c, stories); err != nil {
		return nil, err
	}
	r.orders(stories, orders)
	r.mails(stories, mails)
	return r, nil
}

func (r *report) broken(format string, args ...any) {
	r.Broken = append(r.Broken, fmt.Sprintf(format, args...))
}

// ledger: every event is stored as it was signed and done by all who want it.
func (r *report) ledger(cmd *cobra.Command, c *connection, stories []story.Story) error {
	for _, s := range stories {
		for _, e := range s.Events {
			r.Events++
			stored, err := c.Tables.Get(cmd.Context(), e.ID)
			if err != nil {
				return err
			}
			if !slices.Equal(stored.Body, e.Body) {
				r.broken("%s is not stored as it was signed", e.ID)
			}
			ds, err := c.Tables.Deliveries(cmd.Context(), e.ID)
			if err != nil {
				return err
			}
			for _, d := range ds {
				r.Deliveries[d.Action+" "+string(d.State)]++
			}
			if st := event.StatusOf(stored, ds); st != event.StatusDone && st != event.StatusIgnored {
				r.broken("%s %s is %s: %+v", e.Type, e.ID, st, ds)
			}
		}
	}
	return nil
}

// orders: one row per story, with the status and amounts that it ends with.
func (r *report) orders(stories []story.Story, rows []order.Order) {
	got := map[string]story.Order{}
	for _, o := range rows {
		r.Orders[o.Status]++
		got[o.Order] = story.Order{ID: o.Order, Reference: o.Reference, Status: o.Status, Currency: o.Currency, Amount: o.Amount, Paid: o.Paid, Refunded: o.Refunded, Disputed: o.Disputed, Lost: o.Lost}
	}
	if len(got) != len(stories) {
		r.broken("%d orders, want %d", len(got), len(stories))
	}
	for _, s := range stories {
		l := r.line(s.Title)
		l.customers++
		l.status = s.Order.Status
		if got[s.Order.ID] == s.Order {
			l.good++
			continue
		}
		r.broken("%s: order is %+v, want %+v", s.Title, got[s.Order.ID], s.Order)
	}
}

// line returns the sum for one story.
func (r *report) line(title string) *orderLine {
	for i := range r.lines {
		if r.lines[i].title == title {
			return &r.lines[i]
		}
	}
	r.lines = append(r.lines, orderLine{title: title})
	return &r.lines[len(r.lines)-1]
}

// mails: as many of each kind as the story calls for, and no key twice.
func (r *report) mails(stories []story.Story, mails []mail) {
	tells := map[string]string{} // event to order
	for _, s := range stories {
		for _, e := range s.Events {
			tells[e.ID] = s.Order.ID
		}
	}
	byOrder := map[string]map[string]int{}
	keys := map[string]bool{}
	for _, m := range mails {
		r.Mails[m.Kind]++
		if keys[m.Key] {
			r.broken("mail %s went out twice", m.Key)
		}
		keys[m.Key] = true
		order := tells[m.Event]
		if byOrder[order] == nil {
			byOrder[order] = map[string]int{}
		}
		byOrder[order][m.Kind]++
	}
	for _, s := range stories {
		got := byOrder[s.Order.ID]
		for _, kind := range []string{"receipt", "failed", "refund", "dispute"} {
			if n, want := got[kind], s.Mails[kind]; n < want[0] || n > want[1] {
				r.broken("%s, %s: %d %s mails, want %d to %d", s.Title, s.Order.Reference, n, kind, want[0], want[1])
			}
			if kind == "receipt" {
				r.line(s.Title).receipts += got[kind]
			} else {
				r.line(s.Title).other += got[kind]
			}
		}
	}
}

func (r *report) print(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		if err := printJSON(out, r); err != nil {
			return err
		}
		return r.verdict()
	}
	table := newRows(cmd, "STORY", "CUSTOMERS", "ORDER", "AS TOLD", "RECEIPTS", "OTHER MAILS")
	slices.SortFunc(r.lines, func(a, b orderLine) int { return cmp.Compare(a.title, b.title) })
	for _, l := range r.lines {
		if err := table.add(nil, l.title, l.customers, l.status, l.good, l.receipts, l.other); err != nil {
			return err
		}
	}
	fmt.Fprintln(out)
	if err := table.flush("no stories"); err != nil {
		return err
	}
	fmt.Fprintln(out)
	deliveries := newRows(cmd, "ACTION AND STATE", "DELIVERIES")
	for _, k := range sortedKeys(r.Deliveries) {
		if err := deliveries.add(nil, k, r.Deliveries[k]); err != nil {
			return err
		}
	}
	if err := deliveries.flush("no deliveries"); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%d events in %d requests, all done in %s (%.0f/s)\n", r.Events, r.Requests, time.Duration(r.Seconds*float64(time.Second)).Round(100*time.Millisecond), r.Rate)
	for _, b := range r.Broken {
		fmt.Fprintln(out, "BROKEN", b)
	}
	if len(r.Broken) == 0 {
		fmt.Fprintln(out, "every promise held")
	}
	return r.verdict()
}

func (r *report) verdict() error {
	if len(r.Broken) > 0 {
		return fmt.Errorf("%w: %s", errBroken, r.Broken[0])
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
