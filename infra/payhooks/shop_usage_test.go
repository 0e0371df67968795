package main

import (
	"strings"
	"testing"
)

func TestUnreadableFlagsOfTheShopEndWith2(t *testing.T) {
	t.Setenv("DATA_DIR", t.TempDir())
	for line, says := range map[string]string{
		"stock set price_1 2 --mode dev":   "expected live or test",
		"stock set price_1 many":           "expected a number",
		"report --month 10/2026":           "expected a year and a month",
		"import subscriptions --mode dev":  "expected live or test",
		"import subscriptions --account x": "expected acct_",
		"import subscriptions --rate 0":    "between 0.001",
		"import":                           "needs a subcommand",
		"demo --customers 1":               "must be 2 or more",
	} {
		if r := run(t, strings.Fields(line)...); r.code != 2 || !strings.Contains(r.err, says) || r.out != "" {
			t.Errorf("payhooks %s: exit %d, %q %q; want 2 and %q", line, r.code, r.out, r.err, says)
		}
	}
}
