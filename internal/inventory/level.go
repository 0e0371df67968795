package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// Level is how much there is of one item. It has one for each item that was
// ever named by a session, a reservation or SetSupply.
type Level struct {
	Item        string `json:"item"`
	OnHand      int64  `json:"on_hand"`      // supply less committed, never below 0
	Reserved    int64  `json:"reserved"`     // in sessions that are not paid yet
	BackOrdered int64  `json:"back_ordered"` // committed above the supply
	Supply      int64  `json:"supply"`       // as it was set
	Committed   int64  `json:"committed"`    // in sessions that are paid
	Account     string `json:"account,omitempty"`
	Livemode    *bool  `json:"livemode,omitempty"` // nil until a session tells
}

// Scanner reads a state table; dynamo.Tables and memory.Store are Scanners.
type Scanner interface {
	Scan(ctx context.Context, table string, yield func(key string, it event.Row) bool) error
}

// Levels counts all items, in order of their names. It reads the whole table,
// a row per session and one per payment: with 10,000 of each that is 5 MB, so 5
// pages to read and a fifth of a second to count. A shop's page that asks often
// keeps the answer for some seconds. Changes of the last second may be missing.
func Levels(ctx context.Context, s Scanner) ([]Level, error) {
	all := table{map[string]Session{}, map[string]Payment{}, map[string]Reservation{}, map[string]supply{}}
	var bad error
	err := s.Scan(ctx, Table, func(key string, it event.Row) bool {
		bad = all.add(key, it.Data)
		return bad == nil
	})
	if err == nil {
		err = bad
	}
	if err != nil {
		return nil, fmt.Errorf("count the stock: %w", err)
	}
	return all.levels(), nil
}

// table is what it holds, by what follows the prefix of the key.
type table struct {
	sessions     map[string]Session
	payments     map[string]Payment
	reservations map[string]Reservation
	supplies     map[string]supply
}

func (t table) add(key string, data json.RawMessage) error {
	prefix, name, _ := strings.Cut(key, "/")
	var err error
	switch prefix + "/" {
	case ofSession:
		err = put(t.sessions, name, data)
	case ofPayment:
		err = put(t.payments, name, data)
	case ofReservation:
		err = put(t.reservations, name, data)
	case ofSupply:
		err = put(t.supplies, name, data)
	}
	if err != nil {
		return fmt.Errorf("row %s: %w", key, err)
	}
	return nil
}

func put[T any](into map[string]T, name string, data json.RawMessage) error {
	var v T
	err := json.Unmarshal(data, &v)
	into[name] = v
	return err
}

// levels sums the sessions' states up.
func (t table) levels() []Level {
	sum := map[string]*Level{}
	at := func(item string) *Level {
		if sum[item] == nil {
			sum[item] = &Level{Item: item}
		}
		return sum[item]
	}
	for item, s := range t.supplies {
		at(item).Supply = s.Supply
	}
	t.eachSession(func(s Session, state state) {
		for _, line := range s.Lines {
			at(line.Item).count(line.Quantity, state, s)
		}
	})
	list := make([]Level, 0, len(sum))
	for _, item := range slices.Sorted(maps.Keys(sum)) {
		l := *sum[item]
		l.OnHand, l.BackOrdered = max(0, l.Supply-l.Committed), max(0, l.Committed-l.Supply)
		list = append(list, l)
	}
	return list
}

// eachSession joins what is known of each session. Lines that the shop reserved
// count until Stripe's are known.
func (t table) eachSession(yield func(Session, state)) {
	for id, s := range t.sessions {
		held, has := t.reservations[id]
		if !s.Listed {
			s.Lines = held.Lines
		}
		yield(s, s.state(t.payments[event.Scoped(s.Account, s.Payment)], has))
	}
	for id, held := range t.reservations {
		if _, known := t.sessions[id]; !known {
			yield(Session{Session: held.Session, Account: held.Account, Livemode: held.Livemode, Lines: held.Lines}, reserved)
		}
	}
}

func (l *Level) count(n int64, state state, s Session) {
	switch state {
	case reserved:
		l.Reserved += n
	case committed:
		l.Committed += n
	case none, released, restocked:
	}
	l.Account = max(l.Account, s.Account)
	if l.Livemode == nil || s.Livemode {
		l.Livemode = &s.Livemode
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
func (s Session) state(p Payment, held bool) state {
	switch paid := s.Paid || p.Paid; {
	case paid && p.returned():
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
