package journal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

var noon = time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC)

func sale() journal.Transaction {
	return journal.Transaction{
		ID: "txn_1", Amount: 12050, Fee: 379, Net: 11671, Currency: "eur", Created: noon,
		Category: "charge", Type: "payment", Source: "ch_1", ExchangeRate: "0.92",
	}
}

func TestASaleDebitsTheBalanceAndTheFeesAndCreditsSales(t *testing.T) {
	got := journal.Post(sale(), event.Scope{Account: "acct_1", Livemode: true}, &journal.Seen{Amount: 13098, Currency: "usd"})
	data, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"fact":"txn_1","at":"2026-10-05T12:00:00Z","account":"acct_1","livemode":true,"currency":"eur",` +
		`"entries":[{"account":"stripe_balance","debit":11671,"credit":0},{"account":"sales","debit":0,"credit":12050},{"account":"fees","debit":379,"credit":0}],` +
		`"memo":{"category":"charge","type":"payment","source":"ch_1","exchange_rate":"0.92","seen":{"amount":13098,"currency":"usd"}}}`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Error(diff)
	}
}

func TestEveryCategoryHasItsAccountAndAnUnknownOneItsOwn(t *testing.T) {
	for category, account := range map[string]string{
		"charge": "sales", "charge_failure": "sales", "partial_capture_reversal": "sales", "refund": "refunds", "refund_failure": "refunds",
		"dispute": "disputes", "dispute_reversal": "disputes", "payout": "bank", "payout_reversal": "bank", "topup": "bank",
		"tax": "taxes", "transfer": "transfers", "transfer_reversal": "transfers", "connect_reserved_funds": "reserves", "risk_reserved_funds": "reserves",
		"platform_earning": "platform_earnings", "other_adjustment": "adjustments",
		"climate_order_purchase": "other:climate_order_purchase", "something_of_2031": "other:something_of_2031", "": "other:odd_type",
	} {
		p := journal.Post(journal.Transaction{ID: "txn_1", Amount: -700, Net: -700, Currency: "usd", Category: category, Type: "odd_type"}, event.Scope{}, nil)
		want := []journal.Entry{{Account: "stripe_balance", Credit: 700}, {Account: account, Debit: 700}}
		if diff := cmp.Diff(want, p.Entries); diff != "" {
			t.Errorf("%s: %s", category, diff)
		}
	}
}

func TestAFeeOfItsOwnIsOneLine(t *testing.T) {
	p := journal.Post(journal.Transaction{ID: "txn_1", Amount: -500, Fee: 20, Net: -520, Category: "fee"}, event.Scope{}, nil)
	want := []journal.Entry{{Account: "stripe_balance", Credit: 520}, {Account: "fees", Debit: 520}}
	if diff := cmp.Diff(want, p.Entries); diff != "" {
		t.Error(diff)
	}
}

func TestATransactionOfNothingIsPostedWithoutLines(t *testing.T) {
	p := journal.Post(journal.Transaction{ID: "txn_1", Category: "charge"}, event.Scope{}, nil)
	if p.Entries == nil || len(p.Entries) != 0 {
		t.Errorf("entries are %v, want an empty list", p.Entries)
	}
}

// anyTransaction draws what Stripe may send, and what it says it never sends.
func anyTransaction(id string) *rapid.Generator[journal.Transaction] {
	return rapid.Custom(func(t *rapid.T) journal.Transaction {
		amount := rapid.Int64Range(-1e12, 1e12).Draw(t, "amount")
		fee := rapid.Int64Range(-1e6, 1e6).Draw(t, "fee")
		net := amount - fee
		if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
			net = rapid.Int64Range(-1e12, 1e12).Draw(t, "net")
		}
		category := rapid.SampledFrom([]string{"charge", "refund", "dispute", "dispute_reversal", "payout", "payout_reversal", "fee", "tax", "other_adjustment", "new"}).Draw(t, "category")
		return journal.Transaction{
			ID: id, Amount: amount, Fee: fee, Net: net, Currency: rapid.SampledFrom([]string{"eur", "usd", "jpy", "kwd"}).Draw(t, "currency"),
			Created: noon.Add(time.Duration(rapid.Int64Range(-90*24*3600, 90*24*3600).Draw(t, "at")) * time.Second), Category: category, Type: category,
		}
	})
}

func TestEveryPostingBalancesAndNoLineIsNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tx := anyTransaction("txn_1").Draw(t, "transaction")
		p := journal.Post(tx, event.Scope{}, nil)
		var debit, credit int64
		for _, e := range p.Entries {
			if e.Debit < 0 || e.Credit < 0 || (e.Debit == 0) == (e.Credit == 0) {
				t.Fatalf("line %+v: want one side above 0", e)
			}
			debit, credit = debit+e.Debit, credit+e.Credit
		}
		if debit != credit {
			t.Fatalf("debit %d, credit %d: %+v", debit, credit, p.Entries)
		}
		if got := p.Balance(journal.StripeBalance); got != tx.Net {
			t.Fatalf("the balance moves by %d, want the net %d", got, tx.Net)
		}
	})
}

// Posting the same facts in any order, any number of times, by events (which
// know what the customer saw) and by the pull (which does not) makes one journal.
func TestAnyOrderAndRepetitionMakesOneJournalThatBalancesAllTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []journal.Posting
		for i := range rapid.IntRange(1, 8).Draw(t, "n") {
			tx := anyTransaction(fmt.Sprintf("txn_%d", i)).Draw(t, "transaction")
			all = append(all,
				journal.Post(tx, event.Scope{}, nil),
				journal.Post(tx, event.Scope{}, &journal.Seen{Amount: 1, Currency: "usd"}),
				journal.Post(tx, event.Scope{}, &journal.Seen{Amount: 2, Currency: "usd"}))
		}
		first := posted(t, all)
		again := rapid.Permutation(append(slices.Clone(all), rapid.SliceOfN(rapid.SampledFrom(all), 0, 10).Draw(t, "repeats")...)).Draw(t, "order")
		if diff := cmp.Diff(first, posted(t, again)); diff != "" {
			t.Fatal(diff)
		}
	})
}

// posted is the journal after all postings; after each it must balance.
func posted(t *rapid.T, ps []journal.Posting) map[string]string {
	store := memory.New()
	book := journal.Book{Rows: store}
	for _, p := range ps {
		if _, differ, err := book.Post(t.Context(), []journal.Posting{p}); err != nil || len(differ) > 0 {
			t.Fatal(err, differ)
		}
	}
	rows, sums := map[string]string{}, map[string]int64{}
	for _, p := range ps {
		it, err := store.Load(t.Context(), journal.Table, p.Key(journal.Kind, p.Fact))
		if err != nil {
			t.Fatal(err)
		}
		rows[p.Fact] = string(it.Data)
	}
	for _, row := range rows {
		var p journal.Posting
		if err := json.Unmarshal([]byte(row), &p); err != nil {
			t.Fatal(err)
		}
		for _, e := range p.Entries {
			sums[p.Currency] += e.Debit - e.Credit
		}
		for currency, sum := range sums {
			if sum != 0 {
				t.Fatalf("the books are %d off in %s", sum, currency)
			}
		}
	}
	return rows
}

func TestATransactionThatChangedIsNotPostedOverAndIsReported(t *testing.T) {
	book := journal.Book{Rows: memory.New()}
	other := sale()
	other.Fee, other.Net = 400, 11650
	if n, differ, err := book.Post(t.Context(), []journal.Posting{journal.Post(sale(), event.Scope{}, nil)}); n != 1 || len(differ) != 0 || err != nil {
		t.Fatal(n, differ, err)
	}
	n, differ, err := book.Post(t.Context(), []journal.Posting{
		journal.Post(other, event.Scope{}, nil),
		journal.Post(journal.Transaction{ID: "txn_2", Category: "fee", Amount: -1, Net: -1}, event.Scope{}, nil),
	})
	if n != 1 || len(differ) != 1 || !errors.Is(differ[0], journal.ErrDiffers) || err != nil {
		t.Fatalf("posted %d, differ %v, %v; want the other one posted and one difference", n, differ, err)
	}
}

func TestAPostingThatLosesAgainstAnotherIsTriedAgain(t *testing.T) {
	rows, lost := memory.New(), false
	rows.Fault = func(op memory.Op) memory.Fault {
		if op.Name == "Write" && !lost {
			lost = true
			return memory.Refuse(event.ErrConflict)
		}
		return memory.Fault{}
	}
	n, differ, err := journal.Book{Rows: rows}.Post(t.Context(), []journal.Posting{journal.Post(sale(), event.Scope{}, nil)})
	if !lost || n != 1 || len(differ) != 0 || err != nil {
		t.Errorf("posted %d, differ %v, %v; want it posted", n, differ, err)
	}
}

func TestWhatAPayoutIsMadeOfStaysKnownWhateverComesLater(t *testing.T) {
	e := facts.Event{Payout: &facts.Payout{ID: "po_1", Amount: 100, Currency: "eur", Status: "paid"}}
	row := journal.MergePayout(journal.Payout{}, e, &journal.Settled{Transactions: 2, Net: 100})
	e.Type = "payout.failed"
	row = journal.MergePayout(row, e, nil)
	if row.Settles == nil || row.Settles.Transactions != 2 || row.Status != "failed" {
		t.Errorf("%+v, want it failed and still made of two transactions", row)
	}
}

func TestOneTransactionIDInThreeScopesIsThreePostings(t *testing.T) {
	book := journal.Book{Rows: memory.New()}
	changed := sale()
	changed.Fee, changed.Net = 0, changed.Amount
	n, differ, err := book.Post(t.Context(), []journal.Posting{
		journal.Post(sale(), event.Scope{}, nil),
		journal.Post(changed, event.Scope{Livemode: true}, nil),
		journal.Post(changed, event.Scope{Account: "acct_1"}, nil),
	})
	if n != 3 || len(differ) != 0 || err != nil {
		t.Errorf("posted %d, differ %v, %v; want three postings", n, differ, err)
	}
}
