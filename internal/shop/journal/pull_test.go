package journal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/fakestripe"
	"github.com/payhooks/payhooks/internal/memory"
	"github.com/payhooks/payhooks/internal/reconcile"
	"github.com/payhooks/payhooks/internal/shop/journal"
	"github.com/payhooks/payhooks/internal/shop/lookup"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// sweeps are a ledger, Stripe, and the time between them.
type sweeps struct {
	t      *testing.T
	now    time.Time
	stripe *fakestripe.API
	client *stripeapi.Client
	key    string
	page   time.Duration // that Stripe takes for a page
	store  *memory.Store
	log    *slog.Logger
	logged bytes.Buffer
}

// newSweeps has the stack's own account as a scope of the sweep missing, and the
// connected ones.
func newSweeps(t *testing.T, connected ...string) *sweeps {
	s := &sweeps{t: t, now: start, store: memory.New(), key: "rk_test_1"}
	s.stripe = &fakestripe.API{Now: s.clock}
	srv := httptest.NewServer(s.stripe)
	t.Cleanup(srv.Close)
	s.log = slog.New(slog.NewTextHandler(&s.logged, nil))
	s.client = &stripeapi.Client{Base: srv.URL, Now: s.clock, Secret: func(context.Context) (string, error) {
		if s.key == "" {
			return "", event.ErrNotConfigured
		}
		return s.key, nil
	}}
	missing := &reconcile.Missing{
		Lister: s.client, Types: &memory.Bus{}, Ledger: s.store, Now: s.clock, Log: s.log,
		Endpoints: webhook.Endpoints{"default": {Expect: webhook.ExpectTest}, "connect": {Expect: webhook.ExpectTest, Connect: true}},
	}
	for _, account := range connected {
		missing.Note(event.Facts{Scope: event.Scope{Account: account}, Received: s.now})
	}
	if _, err := s.sweeps(missing).Run(t.Context(), reconcile.Request{}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *sweeps) clock() time.Time { return s.now }

// slow is Stripe with pages that take their time.
type slow struct {
	journal.Source
	s *sweeps
}

func (l slow) Transactions(ctx context.Context, of event.Scope, q journal.Query) ([]journal.Transaction, bool, error) {
	l.s.now = l.s.now.Add(l.s.page)
	return l.Source.Transactions(ctx, of, q)
}

// pull is one run of the sweep.
func (s *sweeps) pull() (reconcile.Counts, error) {
	p := &journal.Pull{Source: slow{lookup.Stripe{Client: s.client}, s}, Ledger: s.store, Now: s.clock, Log: s.log}
	r, err := s.sweeps(nil, p).Run(s.t.Context(), reconcile.Request{})
	return r.Added, err
}

// sweeps is the function with these sweeps alone.
func (s *sweeps) sweeps(m *reconcile.Missing, added ...reconcile.Sweep) reconcile.Sweeps {
	return reconcile.Sweeps{Ledger: s.store, Missing: m, Added: added, Now: s.clock, Log: s.log}
}

// pulled is a pull that must succeed.
func (s *sweeps) pulled() reconcile.Counts {
	s.t.Helper()
	r, err := s.pull()
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// moves puts n balance transactions of a category into Stripe, a minute apart.
func (s *sweeps) moves(account, category string, n int, first time.Time) {
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
func (s *sweeps) books() map[string]int {
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
	s := newSweeps(t)
	s.moves("", "fee", 2345, start.AddDate(-2, 0, 0))
	s.page = 2500 * time.Millisecond
	if got := s.pulled(); got["posted"] != 2000 {
		t.Fatalf("the first run posted %+v, want the 20 pages that fit into 50 seconds", got)
	}
	s.now = s.now.Add(time.Minute)
	if got := s.pulled(); got["posted"] != 345 || s.books()["fee"] != 2345 {
		t.Fatalf("the second run posted %+v of %v, want the rest", got, s.books())
	}
	s.now = s.now.Add(time.Minute)
	if got := s.pulled(); got["transactions"] != 0 {
		t.Fatalf("a third run listed %d again before its time", got["transactions"])
	}
}

func TestWhatNoEventAnnouncesIsPulledFromThenOn(t *testing.T) {
	s := newSweeps(t)
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
	if got := s.pulled(); got["posted"] != 0 || got["transactions"] == 0 || len(s.books()) != before {
		t.Errorf("another run: %+v, want the overlap listed and nothing posted twice", got)
	}
}

func TestConnectedAccountsArePulledIntoTheirOwnBooks(t *testing.T) {
	s := newSweeps(t, "acct_1")
	s.moves("", "fee", 2, start.Add(-time.Hour))
	s.moves("acct_1", "fee", 3, start.Add(-time.Hour))
	s.pulled()
	if got := s.books(); got["fee"] != 2 || got["acct_1 fee"] != 3 {
		t.Errorf("posted %v", got)
	}
}

func TestWithoutAKeyNothingIsPulledAndWithOneEverythingIs(t *testing.T) {
	s := newSweeps(t)
	s.key = ""
	s.moves("", "fee", 2, start.Add(-time.Hour))
	if got := s.pulled(); got["transactions"] != 0 {
		t.Fatalf("pulled %+v without a key", got)
	}
	s.key = "rk_test_1"
	if s.pulled(); s.books()["fee"] != 2 {
		t.Errorf("posted %v, want both", s.books())
	}
}

func TestAnEmptyHistoryIsPulledFromItsBeginningUntilSomethingIsThere(t *testing.T) {
	s := newSweeps(t)
	s.pulled()
	s.moves("", "fee", 2, start.AddDate(0, -1, 0))
	s.now = s.now.Add(16 * time.Minute)
	if s.pulled(); s.books()["fee"] != 2 {
		t.Errorf("posted %v, want both", s.books())
	}
}

func TestAnOutageLeavesThePullWhereItWas(t *testing.T) {
	s := newSweeps(t)
	s.moves("", "fee", 250, start.AddDate(0, -1, 0))
	calls := 0
	s.stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
		if calls++; calls < 2 {
			return false
		}
		fakestripe.Fail(w, http.StatusTooManyRequests, "invalid_request_error", "rate_limit", "slow down")
		return true
	}
	if got, err := s.pull(); err == nil || got["posted"] != 100 {
		t.Fatalf("pulled %+v, %v; want the first page and an error", got, err)
	}
	s.stripe.Fault = nil
	s.now = s.now.Add(time.Minute)
	if got := s.pulled(); got["transactions"] != 150 || s.books()["fee"] != 250 {
		t.Errorf("then %+v, books %v; want the other pages only", got, s.books())
	}
}

// A listing never comes back to a page that it moved behind.
func TestPullStaysBeforePageThatIsNotPosted(t *testing.T) {
	s := newSweeps(t)
	s.moves("", "fee", 250, start.AddDate(0, -1, 0))
	var writes atomic.Int64
	s.store.Fault = func(op memory.Op) memory.Fault {
		if op.Name != "Write" || !strings.Contains(op.Key, "txn_") {
			return memory.Fault{}
		}
		if writes.Add(1) == 120 {
			return memory.Refuse(memory.ErrUnavailable)
		}
		return memory.Fault{}
	}
	if got, err := s.pull(); err == nil {
		t.Fatalf("pulled %+v, expected the error of the second page", got)
	}
	s.now = s.now.Add(time.Minute)
	if s.pulled(); s.books()["fee"] != 250 {
		t.Errorf("books %v, expected 250 fees", s.books())
	}
}

func TestAKeyThatMayNotIsAnErrorThatNamesThePermission(t *testing.T) {
	s := newSweeps(t)
	s.stripe.Fault = func(w http.ResponseWriter, _ *http.Request) bool {
		fakestripe.Fail(w, http.StatusForbidden, "invalid_request_error", "", "needs the permission rak_balance_read")
		return true
	}
	if _, err := s.pull(); err == nil || !strings.Contains(err.Error(), "rak_balance_read") {
		t.Errorf("error is %v, want the missing permission", err)
	}
}

func TestATransactionThatChangedIsLoggedAndHoldsUpNothing(t *testing.T) {
	s := newSweeps(t)
	s.moves("", "fee", 3, start.Add(-time.Hour))
	other := journal.Post(journal.Transaction{ID: fmt.Sprintf("txn_fee%d_1", start.Add(-time.Hour).Unix()), Amount: 7, Net: 7, Currency: "eur", Category: "charge"}, event.Scope{}, nil)
	if _, _, err := (journal.Book{Rows: s.store}).Post(t.Context(), []journal.Posting{other}); err != nil {
		t.Fatal(err)
	}
	if got := s.pulled(); got["differ"] != 1 || got["posted"] != 2 {
		t.Errorf("pulled %+v, want two posted and one that differs", got)
	}
	if !strings.Contains(s.logged.String(), "books differ") {
		t.Error("nothing is logged about it")
	}
}
