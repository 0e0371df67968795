package main

import (
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/inventory"
)

func TestItemScopeComesFromRowsElseFromFlags(t *testing.T) {
	d := newDesk(t, 0)
	live, connected := event.Scope{Livemode: true}, event.Scope{Account: "acct_1", Livemode: true}
	for _, row := range []struct {
		scope event.Scope
		item  string
	}{{live, "price_own"}, {live, "price_both"}, {connected, "price_both"}} {
		if err := inventory.SetSupply(t.Context(), d.store, row.scope, row.item, 1); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		item  string
		flags scopeFilter
		want  event.Scope
		says  string
	}{
		{"price_own", scopeFilter{}, live, ""},
		{"price_own", scopeFilter{mode: "test"}, event.Scope{}, ""},
		{"price_both", scopeFilter{}, event.Scope{}, "several scopes (live/acct_1, live/own)"},
		{"price_both", scopeFilter{account: "acct_1"}, connected, ""},
		{"price_both", scopeFilter{account: "own"}, live, ""},
		{"price_both", scopeFilter{mode: "live"}, event.Scope{}, "--account"},
		{"price_new", scopeFilter{}, event.Scope{}, "no row names item price_new yet: add --mode"},
		{"price_new", scopeFilter{account: "acct_2"}, event.Scope{}, "add --mode"},
		{"price_new", scopeFilter{mode: "live", account: "acct_2"}, event.Scope{Account: "acct_2", Livemode: true}, ""},
	} {
		got, err := d.itemScope(t.Context(), c.item, c.flags)
		if got != c.want || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s with %+v: %s, %v; want %s, %q", c.item, c.flags, got.Text(), err, c.want.Text(), c.says)
		}
	}
}
