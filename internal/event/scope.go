package event

import (
	"fmt"
	"strings"
)

// Scope is the account and mode that an event, a row, an effect or a look-up
// belongs to. Nothing of one scope is ever seen from another: a test event never
// changes a live row, and one id in two accounts names two things.
type Scope struct {
	Account  string `json:"account,omitempty"` // connected account, acct_…; empty is the stack's own
	Livemode bool   `json:"livemode"`
}

// own stands for the stack's own account in a scope's text.
const own = "own"

// maxAccount is the length of the longest id of an account.
const maxAccount = 255

// IsAccount reports whether id has the one form of an account's id: acct_, then letters,
// digits and underscores. Whatever else says it is an account is part of no scope: scopes
// are parts of keys, of paths and of what people read.
func IsAccount(id string) bool {
	rest, ok := strings.CutPrefix(id, "acct_")
	return ok && rest != "" && len(id) <= maxAccount && !strings.ContainsFunc(rest, func(r rune) bool {
		return (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z') && r != '_'
	})
}

// Mode is "live" or "test".
func (s Scope) Mode() string {
	if s.Livemode {
		return "live"
	}
	return "test"
}

// Text is the scope as keys and people have it: live/own, test/acct_1.
func (s Scope) Text() string {
	if s.Account == "" {
		return s.Mode() + "/" + own
	}
	return s.Mode() + "/" + s.Account
}

// Key names one thing of the scope: mode, account, kind and id, as in
// live/own/order/pi_1. It is the key of a row of state and of an index.
func (s Scope) Key(kind, id string) string { return s.Text() + "/" + kind + "/" + id }

// ParseScope reads what Text returns; any other text is ErrInvalid.
func ParseScope(text string) (Scope, error) {
	mode, account, _ := strings.Cut(text, "/")
	if mode != "live" && mode != "test" || account != own && !IsAccount(account) {
		return Scope{}, fmt.Errorf("scope %q: expected mode and account, for example live/own or test/acct_1: %w", text, ErrInvalid)
	}
	if account == own {
		account = ""
	}
	return Scope{Account: account, Livemode: mode == "live"}, nil
}

// ParseKey reads what Key returns. The id may contain slashes; any other text is
// ErrInvalid.
func ParseKey(key string) (s Scope, kind, id string, err error) {
	parts := strings.SplitN(key, "/", 4)
	if len(parts) != 4 || parts[2] == "" || parts[3] == "" {
		return s, "", "", fmt.Errorf("key %q: expected mode, account, kind and id, for example live/own/order/pi_1: %w", key, ErrInvalid)
	}
	s, err = ParseScope(parts[0] + "/" + parts[1])
	return s, parts[2], parts[3], err
}
