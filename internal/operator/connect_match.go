package operator

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// What Stripe keeps with a destination for us.
const (
	noteOwner    = "payhooks"          // whose it is
	noteSecret   = "payhooks_secret"   // fingerprint of its secret, once that is stored
	noteReplaces = "payhooks_replaces" // id of the one that it replaces
	noteReplaced = "payhooks_replaced" // id of the one that replaced it: it is history
)

// fingerprint tells secrets apart without holding them: half of a hash of what is
// too long to be guessed.
func fingerprint(secret string) string {
	sum := sha256.Sum256([]byte("payhooks " + secret))
	return hex.EncodeToString(sum[:16])
}

// registered is a destination that is, or was meant to be, this connection's.
type registered struct{ event.Destination }

// unfinished: created by us, and its secret was not stored.
func (r registered) unfinished() bool {
	return r.Notes[noteOwner] != "" && r.Notes[noteSecret] == "" && r.AWSAccount == ""
}

// current are the destinations of the connection, without those that were replaced
// and those that cannot work any more.
func (c Connection) current(all []event.Destination) (found []registered) {
	for _, d := range all {
		if c.matches(d) && d.Notes[noteReplaced] == "" && !d.SourceGone() {
			found = append(found, registered{d})
		}
	}
	return found
}

func (c Connection) matches(d event.Destination) bool {
	owned := d.Notes[noteOwner] == c.Owner
	switch {
	case c.bridge():
		return d.AWSAccount != "" && (owned || c.Source != "" && d.PartnerSource() == c.Source)
	case d.Thin != c.Thin || d.AWSAccount != "":
		return false
	}
	return sameURL(d.URL, c.URL) || c.Anywhere && owned
}

// moved are the owner's destinations that lead elsewhere.
func (c Connection) moved(all []event.Destination) (found []event.Destination) {
	for _, d := range all {
		if d.Notes[noteOwner] == c.Owner && d.Thin == c.Thin && d.AWSAccount == "" && d.Notes[noteReplaced] == "" && !c.matches(d) {
			found = append(found, d)
		}
	}
	return found
}

func sameURL(a, b string) bool {
	return strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}

func registeredIDs(all []registered) string {
	var names []string
	for _, d := range all {
		names = append(names, d.ID)
	}
	return strings.Join(names, ", ")
}

// disabled names destinations that deliver nothing.
func disabled(all []event.Destination) string {
	var names []string
	for _, d := range all {
		if !d.Enabled {
			names = append(names, d.ID)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " (disabled: " + strings.Join(names, ", ") + ")"
}

// without returns a and not b, sorted.
func without(a, b []string) []string {
	left := slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
	slices.Sort(left)
	return left
}
