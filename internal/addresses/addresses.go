// Package addresses knows from which addresses Stripe posts webhooks. Reconcile reads
// Stripe's list once a day and keeps it; ingest compares each request with it. The
// signature decides who Stripe is; this only keeps others from asking.
package addresses

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Path of Stripe's list, and where it is kept.
const (
	Path  = "/files/ips/ips_webhooks.json"
	Table = "cursors"
	Key   = "addresses"
)

const (
	daily   = 24 * time.Hour
	again   = time.Hour          // after a list that could not be read
	counted = 7 * 24 * time.Hour // how long others are let in and counted
	// stale is the age of a list that decides nothing any more: Stripe may have new
	// addresses, of which it tells a week before.
	stale = 3 * 24 * time.Hour
)

// List is Stripe's list as it is kept.
type List struct {
	Addresses []netip.Addr `json:"addresses"`
	Since     time.Time    `json:"since"` // since when it has been fresh
	Read      time.Time    `json:"read"`
	Next      time.Time    `json:"next"` // when it is read again
}

// Verdict is what the list says of a request.
type Verdict string

// The verdicts. Undecided: there is no list, or none to rely on.
const (
	Undecided Verdict = ""
	Listed    Verdict = "listed"
	Counted   Verdict = "unlisted" // let in, and counted
	Refused   Verdict = "refused"
)

// Of judges the address that a request came from.
func (l List) Of(ip string, now time.Time) Verdict {
	from, err := netip.ParseAddr(ip)
	switch {
	case err != nil, len(l.Addresses) == 0, now.Sub(l.Read) > stale:
		return Undecided
	case slices.Contains(l.Addresses, from.Unmap().WithZone("")):
		return Listed
	case now.Sub(l.Since) < counted:
		return Counted
	}
	return Refused
}

// Due reports whether it is time to read Stripe's list.
func (l List) Due(now time.Time) bool { return !now.Before(l.Next) }

// Renewed is the list after Stripe's was read. After a gap others are counted anew before
// they are refused.
func (l List) Renewed(found []netip.Addr, now time.Time) List {
	since := l.Since
	if now.Sub(l.Read) > stale {
		since = now
	}
	return List{Addresses: found, Since: since, Read: now, Next: now.Add(daily)}
}

// Later is the list after Stripe's could not be read.
func (l List) Later(now time.Time) List {
	l.Next = now.Add(again)
	return l
}

// Parse reads Stripe's file.
func Parse(data []byte) ([]netip.Addr, error) {
	var file struct{ Webhooks []netip.Addr }
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("Stripe's list of addresses: %w", err) //nolint:staticcheck // a name
	}
	if len(file.Webhooks) == 0 {
		return nil, errors.New("Stripe's list of addresses has none") //nolint:staticcheck // a name
	}
	for i, a := range file.Webhooks {
		file.Webhooks[i] = a.Unmap()
	}
	return file.Webhooks, nil
}
