package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/internal/event"
)

// scopeFilter is --account and --mode; without them it matches every scope.
type scopeFilter struct{ account, mode string }

// ownAccount is how people name the stack's own account.
const ownAccount = "own"

func (f *scopeFilter) flags(cmd *cobra.Command, what string) {
	cmd.Flags().StringVar(&f.account, "account", "", what+" of this account: acct_…, or own for the stack's own")
	cmd.Flags().StringVar(&f.mode, "mode", "", what+" of this mode: live or test")
}

func (f *scopeFilter) set() bool { return f.account+f.mode != "" }

// check finds mistakes of the command line.
func (f *scopeFilter) check() error {
	if f.mode != "" && f.mode != "live" && f.mode != "test" {
		return usage("--mode %q: expected live or test", f.mode)
	}
	if f.account != "" && f.account != ownAccount && !strings.HasPrefix(f.account, "acct_") {
		return usage("--account %q: expected acct_… or own", f.account)
	}
	return nil
}

func (f *scopeFilter) matches(s event.Scope) bool {
	return (f.mode == "" || f.mode == s.Mode()) &&
		(f.account == "" || f.account == s.Account || f.account == ownAccount && s.Account == "")
}

// named is the scope that the flags alone name; without an account it is the
// stack's own.
func (f *scopeFilter) named() event.Scope {
	s := event.Scope{Account: f.account, Livemode: f.mode == "live"}
	if s.Account == ownAccount {
		s.Account = ""
	}
	return s
}
