package cli

import (
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// ScopeFlags are --account and --mode; without them every scope matches.
type ScopeFlags struct{ Account, Mode string }

// ownAccount is the value of --account for the stack's own account.
const ownAccount = "own"

// Add adds the flags; what begins their help: "only events".
func (f *ScopeFlags) Add(cmd *cobra.Command, what string) {
	cmd.Flags().StringVar(&f.Account, "account", "", what+" of this account: acct_…, or own for the stack's own")
	cmd.Flags().StringVar(&f.Mode, "mode", "", what+" of this mode: live or test")
}

// Set reports whether any of them is given.
func (f *ScopeFlags) Set() bool { return f.Account+f.Mode != "" }

// Check returns a UsageError for values that name no scope.
func (f *ScopeFlags) Check() error {
	if f.Mode != "" && f.Mode != "live" && f.Mode != "test" {
		return Usage("--mode %q: expected live or test", f.Mode)
	}
	if f.Account != "" && f.Account != ownAccount && !event.IsAccount(f.Account) {
		return Usage("--account %q: expected acct_… or own", f.Account)
	}
	return nil
}

// Matches reports whether the flags leave the scope in.
func (f *ScopeFlags) Matches(s event.Scope) bool {
	return (f.Mode == "" || f.Mode == s.Mode()) &&
		(f.Account == "" || f.Account == s.Account || f.Account == ownAccount && s.Account == "")
}

// All are the scopes that match, nil if the flags do not name an account.
func (f *ScopeFlags) All() (all []event.Scope) {
	if f.Account == "" {
		return nil
	}
	for _, live := range []bool{true, false} {
		s := f.Named()
		if s.Livemode = live; f.Matches(s) {
			all = append(all, s)
		}
	}
	return all
}

// Named is the scope that the flags alone name; without --account it is the
// stack's own.
func (f *ScopeFlags) Named() event.Scope {
	s := event.Scope{Account: f.Account, Livemode: f.Mode == "live"}
	if s.Account == ownAccount {
		s.Account = ""
	}
	return s
}
