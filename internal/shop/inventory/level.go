package inventory

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"github.com/payhooks/payhooks/internal/event"
)

// Level is how much there is of one item in one scope. There is one for each item
// that a session, a reservation or SetSupply ever named.
type Level struct {
	Item        string `json:"item"`
	OnHand      int64  `json:"on_hand"`      // supply less committed, never below 0
	Reserved    int64  `json:"reserved"`     // in sessions that are not paid yet
	BackOrdered int64  `json:"back_ordered"` // committed above the supply
	Supply      int64  `json:"supply"`       // as it was set
	Committed   int64  `json:"committed"`    // in sessions that are paid
	event.Scope
}

// Scanner reads a state table; dynamo.Tables and memory.Store are Scanners.
type Scanner interface {
	Scan(ctx context.Context, table string) iter.Seq2[event.Row, error]
}

// Levels counts all items, in order of their names and scopes. It reads the whole
// table, a row per session and one per payment: with 10,000 of each that is 5 MB,
// so 5 pages to read and a fifth of a second to count. A shop's page that asks
// often keeps the answer for some seconds. Changes of the last second may be
// missing. A row that cannot be read is an error, since levels without it would
// be wrong.
func Levels(ctx context.Context, s Scanner, settings Settings) ([]Level, error) {
	all, err := read(ctx, s, settings)
	if err != nil {
		return nil, err
	}
	return all.levels(), nil
}

// Use is what one session holds, or held, of one item.
type Use struct {
	Item     string `json:"item"`
	Session  string `json:"session"`
	Payment  string `json:"payment,omitempty"`
	Quantity int64  `json:"quantity"`
	State    string `json:"state"` // reserved, committed, released or restocked
	event.Scope
}

// Uses lists what sessions hold or held of all items, by item and session. It reads as
// much as Levels.
func Uses(ctx context.Context, s Scanner, settings Settings) (list []Use, err error) {
	all, err := read(ctx, s, settings)
	if err != nil {
		return nil, err
	}
	all.eachSession(func(s Session, state state) {
		for _, line := range s.Lines {
			if state != none {
				list = append(list, Use{line.Item, s.Session, s.Payment, line.Quantity, string(state), s.Scope})
			}
		}
	})
	slices.SortFunc(list, func(a, b Use) int {
		return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Session, b.Session), cmp.Compare(a.Text(), b.Text()))
	})
	return list, nil
}

func read(ctx context.Context, s Scanner, settings Settings) (table, error) {
	all := table{settings, map[ref]Session{}, map[ref]Payment{}, map[ref]Reservation{}, map[ref]supply{}}
	for row, err := range s.Scan(ctx, Table) {
		if err == nil {
			err = all.add(row)
		}
		if err != nil {
			return all, fmt.Errorf("count the stock: %w", err)
		}
	}
	return all, nil
}

// ref names a session, a payment or an item.
type ref struct {
	event.Scope
	id string
}

// table has the rows by kind.
type table struct {
	Settings
	sessions     map[ref]Session
	payments     map[ref]Payment
	reservations map[ref]Reservation
	supplies     map[ref]supply
}

func (t table) add(row event.Row) error {
	scope, kind, id, err := event.ParseKey(row.Key)
	if err != nil {
		return err
	}
	name := ref{scope, id}
	switch kind {
	case ofSession:
		err = put(t.sessions, name, row.Data)
	case ofPayment:
		err = put(t.payments, name, row.Data)
	case ofReservation:
		err = put(t.reservations, name, row.Data)
	case ofItem:
		err = put(t.supplies, name, row.Data)
	}
	if err != nil {
		return fmt.Errorf("row %s: %w", row.Key, err)
	}
	return nil
}

func put[T any](into map[ref]T, name ref, data json.RawMessage) error {
	var v T
	err := json.Unmarshal(data, &v)
	into[name] = v
	return err
}

// levels sums the sessions' states up.
func (t table) levels() []Level {
	sum := map[ref]*Level{}
	at := func(s event.Scope, item string) *Level {
		name := ref{s, item}
		if sum[name] == nil {
			sum[name] = &Level{Item: item, Scope: s}
		}
		return sum[name]
	}
	for name, s := range t.supplies {
		at(name.Scope, name.id).Supply = s.Supply
	}
	t.eachSession(func(s Session, state state) {
		for _, line := range s.Lines {
			at(s.Scope, line.Item).count(line.Quantity, state)
		}
	})
	list := make([]Level, 0, len(sum))
	for _, l := range sum {
		l.OnHand, l.BackOrdered = max(0, l.Supply-l.Committed), max(0, l.Committed-l.Supply)
		list = append(list, *l)
	}
	slices.SortFunc(list, func(a, b Level) int {
		return cmp.Or(cmp.Compare(a.Item, b.Item), cmp.Compare(a.Text(), b.Text()))
	})
	return list
}

// eachSession joins what is known of each session. Lines that the shop reserved
// count until Stripe's are known.
func (t table) eachSession(yield func(Session, state)) {
	for name, s := range t.sessions {
		held, has := t.reservations[name]
		if !s.Listed {
			s.Lines = held.Lines
		}
		yield(s, s.state(t.payments[ref{s.Scope, s.Payment}], has, t.Restock))
	}
	for name, held := range t.reservations {
		if _, known := t.sessions[name]; !known {
			yield(Session{Session: held.Session, Scope: held.Scope, Lines: held.Lines}, reserved)
		}
	}
}

func (l *Level) count(n int64, state state) {
	switch state {
	case reserved:
		l.Reserved += n
	case committed:
		l.Committed += n
	case none, released, restocked:
	}
}

// state is what a session holds.
type state string

const (
	none      state = ""
	reserved  state = "reserved"
	committed state = "committed"
	released  state = "released"
	restocked state = "restocked"
)

// state decides by rank alone: what is over beats what is not, and what was
// paid beats what failed.
func (s Session) state(p Payment, held, restock bool) state {
	switch paid := s.Paid || p.Paid; {
	case paid && restock && p.returned():
		return restocked
	case paid:
		return committed
	case s.Failed, s.Expired, p.Canceled:
		return released
	case s.Completed, held:
		return reserved
	default:
		return none
	}
}
