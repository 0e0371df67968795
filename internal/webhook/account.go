package webhook

import (
	"strings"

	"github.com/payhooks/payhooks/internal/event"
)

// ContextAccount returns the account in the context of an event: the last acct_…
// of its segments, or empty if it has none. Since 2025-04-30 an event destination
// of an organization gets the events of all its accounts, and the context alone
// distinguishes them. It means nothing on other endpoints, where Stripe may put the
// stack's own account there, nor beside an account, where it is the platform.
//
// The body must be one that Parse accepts.
func ContextAccount(body []byte) (string, event.Reason) {
	s, e := open(body), envelope{}
	defer s.close()
	s.envelope(&e)
	account, ok := lastAccount(e.context)
	if !ok {
		return "", BadAccount
	}
	return account, ""
}

// lastAccount is the last account in the path of a context, empty without one. ok is
// false for what is no path of ids.
func lastAccount(context token) (account string, ok bool) {
	text := context.text()
	if context.kind != '"' && !context.empty() || len(text) >= MaxFact || !only(text, "_-/") {
		return "", false
	}
	for segment := range strings.SplitSeq(text, "/") {
		if strings.HasPrefix(segment, "acct_") {
			account = segment
		}
	}
	return account, account == "" || event.IsAccount(account)
}

// connected is the connected account that the event names: its account, which
// versions before 2017-05-25 call user_id. ok is false if it is not an account.
func (e *envelope) connected() (account string, ok bool) {
	for _, t := range []token{e.account, e.userID} {
		if t.kind != 'n' && t.kind != 0 {
			account = t.text()
			return account, event.IsAccount(account)
		}
	}
	return "", true
}
