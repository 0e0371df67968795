package lookup_test

import (
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/stripeapi/stripemock"
)

func TestTheBooksAreAskedForInTheFormThatStripeTakes(t *testing.T) {
	c, of := at(stripemock.Start(t), "sk_test_123"), event.Scope{Account: "acct_1"}
	if tx, err := c.Transaction(t.Context(), of, "txn_123"); err != nil || tx.ID == "" || tx.Currency == "" {
		t.Errorf("transaction %+v, %v", tx, err)
	}
	for name, q := range map[string]journal.Query{
		"all":         {},
		"a window":    {From: time.Now().Add(-time.Hour), To: time.Now()},
		"the next":    {After: "txn_122"},
		"of a payout": {Payout: "po_1", After: "txn_122"},
	} {
		if page, _, err := c.Transactions(t.Context(), of, q); err != nil || len(page) == 0 {
			t.Errorf("%s: %d transactions, %v", name, len(page), err)
		}
	}
}
