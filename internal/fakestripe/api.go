// Package fakestripe is a fake of Stripe's API over objects that were put into
// it. It pages, filters and fails as Stripe does. Over HTTP it serves the local
// stack and tests; as an event.Lister it serves the simulation, by the same
// listing. Below /v2/ it serves thin events and keeps event destinations; it keeps classic
// webhook endpoints, too, and makes a few kinds of objects with the events about them.
//
// Objects are put with PUT /_stand-in/objects and PUT /_stand-in/events, a JSON
// array each, for the account in the header Stripe-Account. Events are listed
// for 30 days, and the newest data.object of each object's events is served.
// Record stores less of an event, one that another party sent. A member whose
// name begins with an underscore is never served: it only answers a filter that
// Stripe's objects have no member for, such as _payout of a balance transaction,
// _customer of an entitlement, _session of a line item and _delivery_success of
// an event. An object without livemode is of the mode of the object it belongs to.
//
// A snapshot event has a thin twin, see ThinID; a thin event can be put like a
// snapshot, as Stripe's API returns it, and belongs to the account of its context.
// What was never put under an id is answered from the samples of package events, in
// test mode and to a request for that object only.
//
// Some objects that were not put are derived from others: the line item of a
// checkout session, and the balance transaction of a charge, refund or payout.
// See generate.go for their numbers.
package fakestripe

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	published "github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/event"
)

// API is the fake. The zero value is ready and empty. Safe for concurrent use;
// its fields must not change while a request is served.
type API struct {
	// Key is the password that a PUT below /_stand-in/ needs; empty asks for none.
	Key string
	// Save makes objects durable before a PUT is answered; nil keeps them in
	// memory only.
	Save func([]Object) error
	// Fault may answer a request itself and return true.
	Fault func(w http.ResponseWriter, r *http.Request) bool
	// Now decides which events are older than 30 days and not returned any more;
	// nil returns all.
	Now func() time.Time
	// PageSize is the most events that one page of Events has; 0 is 100.
	PageSize int
	// Clock is the time of what is created here, destinations and pings; nil is Now.
	Clock func() time.Time
	// Deliver gets what is sent to endpoints and destinations: events of objects that
	// were made over the API, and pings. It must not block; nil delivers nothing.
	Deliver func(Delivery)
	// HasBus reports whether a bus is associated with a partner event source.
	HasBus func(source string) bool

	mu      sync.RWMutex
	objects map[string]map[string]*entry // by account, then by id
	made    map[string]map[string]*entry // derived from them, or recorded
	twins   map[string]map[string]*entry // thin events of the snapshots among them
	named   map[[2]string]bool           // account and id of the snapshots of thin events that were put
	seq     uint64
	calls   int

	generation int        // of the pages of thin events
	posting    sync.Mutex // one request that changes something
}

// Object is one object as it is kept.
type Object struct {
	Account  string          `json:"account,omitempty"`
	Seq      uint64          `json:"seq"`                // order of putting
	At       int64           `json:"at,omitempty"`       // created of the event that contained it; 0: put by itself
	Recorded bool            `json:"recorded,omitempty"` // see Record; an object that was put precedes it
	Data     json.RawMessage `json:"data"`
}

// entry is an object with its members.
type entry struct {
	Object
	id, kind string
	created  int64
	millis   int64  // the same in milliseconds
	of       *entry // of a twin: its snapshot
	members  map[string]json.RawMessage

	undelivered bool // of an event: an endpoint has not acknowledged it
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_stand-in/") {
		a.put(w, r)
		return
	}
	a.mu.Lock()
	a.calls++
	w.Header().Set("Request-Id", fmt.Sprintf("req_fake%d", a.calls))
	a.mu.Unlock()
	if a.Fault != nil && a.Fault(w, r) {
		return
	}
	if r.URL.Path == published.Path { // of Stripe's site: no key is needed
		_, _ = io.WriteString(w, `{"WEBHOOKS": ["127.0.0.1", "::1"]}`)
		return
	}
	live, err := authorize(r)
	if err == nil {
		err = a.serve(w, r, live)
	}
	if err != nil {
		err.write(w)
	}
}

// Calls returns the number of requests to the API so far.
func (a *API) Calls() int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.calls
}

// authorize accepts any key of Stripe's form and returns its mode.
func authorize(r *http.Request) (live bool, err *failure) {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || key == "" {
		return false, &failure{status: http.StatusUnauthorized, Type: invalid, Message: "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth."}
	}
	for _, kind := range []string{"sk_", "rk_"} {
		if strings.HasPrefix(key, kind+"test_") {
			return false, nil
		}
		if strings.HasPrefix(key, kind+"live_") {
			return true, nil
		}
	}
	return false, &failure{status: http.StatusUnauthorized, Type: invalid, Message: "Invalid API Key provided: " + key[:min(4, len(key))] + "****"}
}

// serve answers a request with a usable key.
func (a *API) serve(w http.ResponseWriter, r *http.Request, live bool) *failure {
	account := r.Header.Get("Stripe-Account")
	if context := r.Header.Get("Stripe-Context"); context != "" {
		if account != "" {
			return bad("", "Only one of the headers Stripe-Account and Stripe-Context can be sent.")
		}
		account = contextAccount(context)
	}
	v := view{a, event.Scope{Account: account, Livemode: live}}
	if strings.HasPrefix(r.URL.Path, "/v2/") {
		return a.v2(w, r, v)
	}
	if fail, known := a.write1(w, r, v); known {
		return fail
	}
	if r.Method == http.MethodGet && r.URL.Path == "/v1/account" {
		return answer(w, map[string]any{"id": OwnAccount, "object": "account"})
	}
	return a.get(w, r, v)
}

// OwnAccount is the account that every key belongs to.
const OwnAccount = "acct_fake"

// get answers a request for one object or a list.
func (a *API) get(w http.ResponseWriter, r *http.Request, v view) *failure {
	if r.Method != http.MethodGet {
		return &failure{status: http.StatusMethodNotAllowed, Type: invalid, Message: "The fake of Stripe's API makes products, customers, payment intents and endpoints only."}
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	if session, ok := strings.CutSuffix(path, "/line_items"); ok && strings.HasPrefix(session, "checkout/sessions/") {
		return v.lineItems(w, r, strings.TrimPrefix(session, "checkout/sessions/"))
	}
	if kind, ok := kinds[path]; ok {
		return v.list(w, r, v.all(kind), r.URL.Query())
	}
	folder, id := "", path
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		folder, id = path[:i], path[i+1:]
	}
	kind, ok := kinds[folder]
	e := v.find(id)
	if !ok || e == nil || e.kind != kind {
		if e := v.object(r.URL.Path, r.Header.Get("Stripe-Version")); e != nil {
			return v.write(w, r, e)
		}
	}
	if !ok {
		return &failure{status: http.StatusNotFound, Type: invalid, Message: fmt.Sprintf("Unrecognized request URL (GET: %s).", r.URL.Path)}
	}
	if e == nil || e.kind != kind {
		return missing(kind, id, http.StatusNotFound, "id")
	}
	return v.write(w, r, e)
}

// kinds are the types of objects under each path.
var kinds = map[string]string{
	"payment_intents": "payment_intent", "charges": "charge", "refunds": "refund", "invoices": "invoice",
	"subscriptions": "subscription", "subscription_items": "subscription_item", "customers": "customer",
	"checkout/sessions": "checkout.session", "balance_transactions": "balance_transaction", "payouts": "payout",
	"disputes": "dispute", "radar/early_fraud_warnings": "radar.early_fraud_warning", "reviews": "review",
	"events": "event", "entitlements/active_entitlements": "entitlements.active_entitlement",
	"webhook_endpoints": endpointKind, "products": "product", "prices": "price", "setup_intents": "setup_intent", "payment_methods": "payment_method",
	"transfers": "transfer", "topups": "topup", "invoiceitems": "invoiceitem", "invoice_payments": "invoice_payment",
}

func (v view) write(w http.ResponseWriter, r *http.Request, e *entry) *failure {
	body := v.expand(e, expansions(r.URL.Query(), ""))
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) //nolint:gosec // JSON that was put here, for programs
	return nil
}
