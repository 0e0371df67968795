package command

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/shop/inventory"
)

// tables are the stack's tables in memory.
type tables struct{ *memory.Store }

func (tables) Since(context.Context) (time.Time, error) { return time.Time{}, nil }

func (tables) Copies() event.Copies { return nil }

func TestItemScopeComesFromRowsElseFromFlags(t *testing.T) {
	store := memory.New()
	target := &cli.Target{Tables: tables{store}}
	live, connected := event.Scope{Livemode: true}, event.Scope{Account: "acct_1", Livemode: true}
	for _, row := range []struct {
		scope event.Scope
		item  string
	}{{live, "price_own"}, {live, "price_both"}, {connected, "price_both"}} {
		if err := inventory.SetSupply(t.Context(), store, row.scope, row.item, 1); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		item  string
		flags ItemFlags
		want  event.Scope
		says  string
	}{
		{"price_own", ItemFlags{}, live, ""},
		{"price_both", ItemFlags{}, event.Scope{}, "several scopes (live/acct_1, live/own)"},
		{"price_both", ItemFlags{ScopeFlags: cli.ScopeFlags{Account: "acct_1"}}, connected, ""},
		{"price_both", ItemFlags{ScopeFlags: cli.ScopeFlags{Account: "own"}}, live, ""},
		{"price_both", ItemFlags{ScopeFlags: cli.ScopeFlags{Mode: "live"}}, event.Scope{}, "--account"},
		{"price_both", ItemFlags{ScopeFlags: cli.ScopeFlags{Account: "own"}, IsNew: true}, live, ""},
		{"price_wn", ItemFlags{}, event.Scope{}, "did you mean price_own?; a new one needs --new"},
		{"price_own", ItemFlags{ScopeFlags: cli.ScopeFlags{Mode: "test"}}, event.Scope{}, "in the scope of --account and --mode"},
		{"price_of_nothing", ItemFlags{ScopeFlags: cli.ScopeFlags{Mode: "test"}}, event.Scope{}, "no row names item price_of_nothing"},
		{"price_own", ItemFlags{ScopeFlags: cli.ScopeFlags{Mode: "test"}, IsNew: true}, event.Scope{}, ""},
		{"price_new", ItemFlags{IsNew: true}, event.Scope{}, "needs --mode"},
		{"price_new", ItemFlags{ScopeFlags: cli.ScopeFlags{Account: "acct_2"}, IsNew: true}, event.Scope{}, "needs --mode"},
		{"price_new", ItemFlags{ScopeFlags: cli.ScopeFlags{Mode: "live", Account: "acct_2"}, IsNew: true}, event.Scope{Account: "acct_2", Livemode: true}, ""},
	} {
		got, err := ItemScope(t.Context(), target, c.item, c.flags)
		if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s with %+v: %s, %v; want %s, %q", c.item, c.flags, got.Text(), err, c.want.Text(), c.says)
		}
	}
}
