package reconcile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/journal"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/stripeapi/standin"
)

// pull is one run of the function's sweep of the books.
func (s *shop) pull() (reconcile.Pulled, error) {
	m := s.function().Missing
	b := &reconcile.Books{Source: m.Lister.(*stripeapi.Client), Ledger: s.store, Now: m.Now, Log: m.Log}
	return b.Sweep(s.t.Context(), false)
}

// pulled is a pull that must succeed.
func (s *shop) pulled() reconcile.Pulled {
	s.t.Helper()
	r, err := s.pull()
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// moves puts n balance transactions of a category into Stripe, a minute apart.
func (s *shop) moves(account, category string, n int, first time.Time) {
	s.t.Helper()
	for i := range n {
		id := fmt.Sprintf("txn_%s%s%d_%d", account, category, first.Unix(), i)
		err := s.stripe.Put(account, json.RawMessage(fmt.Sprintf(
			`{"id":%q,"object":"balance_transaction","amount":-%d,"fee":0,"net":-%d,"currency":"eur","created":%d,"type":"adjustment","reporting_category":%q}`,
			id, i+1, i+1, first.Add(time.Duration(i)*time.Minute).Unix(), category)))
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// books are the postings by category; they must balance.
func (s *shop) books() map[string]int {
	s.t.Helper()
	n, sum := map[string]int{}, int64(0)
	for row, err := range s.store.Scan(s.t.Context(), journal.Table) {
		var p journal.Posting
		if err = errors.Join(err, json.Unmarshal(row.Data, &p)); err != nil {
			s.t.Fatal(err)
		}
		n[strings.TrimSpace(p.Account+" "+p.Memo.Category)]++
		for _, e := range p.Entries {
			sum += e.Debit - e.Credit
		}
	}
	if sum != 0 {
		s.t.Fatal("the books do not balance: ", sum)
	}
	return n
}

func TestTheWholeHistoryIsPulledOverSeveralRuns(t *testing.T) {
	s := newShop(t)
	s.run() // there is a scope now
	s.moves("", "fee", 2345, start.AddDate(-2, 0, 0))
	if got := s.pulled(); got.Posted != 2000 {
		t.Fatalf("the first run posted %+v, want 20 pages", got)
	}
	s.now = s.now.Add(time.Minute)
	if got := s.pulled(); got.Posted != 345 || s.books()["fee"] != 2345 {
		t.Fatalf("the second run posted %+v of %v, want the rest", got, s.books())
	}
	s.now = s.now.Add(time.Minute)
	if got := s.pulled(); got.Transactions != 0 {
		t.Fatalf("a third run listed %d again before its time", got.Transactions)
	}
}

func TestWhatNoEventAnnouncesIsPulledFromThenOn(t *testing.T) {
	s := newShop(t)
	s.run()
	s.moves("", "tax", 1, start.Add(-time.Hour))
	s.pulled()
	for i, category := range []string{"other_adjustment", "transfer", "connect_reserved_funds", "fee"} {
		s.moves("", category, 3, s.now.Add(-time.Duration(i)*time.Hour)) // listed late
		s.now = s.now.Add(16 * time.Minute)
		s.pulled()
	}
	got := s.books()
	if got["tax"] != 1 || got["other_adjustment"] != 3 || got["transfer"] != 3 || got["connect_reserved_funds"] != 3 || got["fee"] != 3 {
		t.Errorf("posted %v, want everything", got)
	}
	before := len(s.books())
	s.now = s.now.Add(16 * time.Minute)
	if got := s.pulled(); got.Posted != 0 || got.Transactions == 0 || len(s.books()) != before {
		t.Errorf("another run: %+v, want the overlap listed and nothing posted twice", got)
	}
}

func TestConnectedAccountsArePulledIntoTheirOwnBooks(t *testing.T) {
	s := newShop(t)
	s.ends = "default=test,connect=test+connect"
	f := s.function()
	f.Missing.Note(event.Facts{Scope: event.Scope{Account: "acct_1"}, Received: s.now})
	if _, err := f.Missing.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.moves("", "fee", 2, start.Add(-time.Hour))
	s.moves("acct_1", "fee", 3, start.Add(-time.Hour))
	s.pulled()
	if got := s.books(); got["fee"] != 2 || got["acct_1 fee"] != 3 {
		t.Errorf("posted %v", got)
	}
}

func TestWithoutAKeyNothingIsPulledAndWithOneEverythingIs(t *testing.T) {
	s := newShop(t)
	s.key = ""
	s.run()
	s.moves("", "fee", 2, start.Add(-time.Hour))
	if got := s.pulled(); got.Transactions != 0 {
		t.Fatalf("pulled %+v without a key", got)
	}
	s.key = "rk_test_1"
	if s.pulled(); s.books()["fee"] != 2 {
		t.Errorf("posted %v, want both", s.books())
	}
}

func TestAnEmptyHistoryIsPulledFromItsBeginningUntilSomethingIsThere(t *testing.T) {
	s := newShop(t)
	s.run()
	s.pulled()
	s.moves("", "fee", 2, start.AddDate(0, -1, 0))
	s.now = s.now.Add(16 * time.Minute)
	if s.pulled(); s.books()["fee"] != 2 {
		t.Errorf("posted %v, want both", s.books())
	}
}

func TestAnOutageLeavesThePullWhereItWas(t *testing.T) {
	s := newShop(t)
	s.run()
	s.moves("", "fee", 250, start.AddDate(0, -1, 0))
	calls := 0
	s.stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
		if calls++; calls < 2 {
			return false
		}
		standin.Fail(w, http.StatusTooManyRequests, "invalid_request_error", "rate_limit", "slow down")
		return true
	}
	if got, err := s.pull(); err == nil || got.Posted != 100 {
		t.Fatalf("pulled %+v, %v; want the first page and an error", got, err)
	}
	s.stripe.Fault = nil
	if got := s.pulled(); got.Transactions != 150 || s.books()["fee"] != 250 {
		t.Errorf("then %+v, books %v; want the other pages only", got, s.books())
	}
}

func TestAKeyThatMayNotIsAnErrorThatNamesThePermission(t *testing.T) {
	s := newShop(t)
	s.run()
	s.stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
		standin.Fail(w, http.StatusForbidden, "invalid_request_error", "", "needs the permission rak_balance_read")
		return true
	}
	if _, err := s.pull(); err == nil || !strings.Contains(err.Error(), "rak_balance_read") {
		t.Errorf("error is %v, want the missing permission", err)
	}
}

func TestATransactionThatChangedIsLoggedAndHoldsUpNothing(t *testing.T) {
	s := newShop(t)
	s.run()
	s.moves("", "fee", 3, start.Add(-time.Hour))
	other := journal.Post(journal.Transaction{ID: fmt.Sprintf("txn_fee%d_1", start.Add(-time.Hour).Unix()), Amount: 7, Net: 7, Currency: "eur", Category: "charge"}, event.Scope{}, nil)
	if _, _, err := (journal.Book{Rows: s.store}).Post(t.Context(), []journal.Posting{other}); err != nil {
		t.Fatal(err)
	}
	if got := s.pulled(); got.Differ != 1 || got.Posted != 2 {
		t.Errorf("pulled %+v, want two posted and one that differs", got)
	}
	if !strings.Contains(s.logged.String(), "books differ") {
		t.Error("nothing is logged about it")
	}
}
