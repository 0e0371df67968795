// Package standin is a small server with the shape of Stripe's API: it pages,
// filters and fails like Stripe's, over objects that were put into it. The
// local stack runs it, and tests do.
//
// Objects are put with PUT /_stand-in/objects and PUT /_stand-in/events, a JSON
// array each, for the account in the header Stripe-Account. Events are listed
// for 30 days, and each teaches the stand-in its data.object, of which the
// newest is kept. Learn takes less from an event that somebody else sent. A
// member whose name begins with an underscore is never
// served: it only answers a filter that Stripe's objects have no member for,
// such as _payout of a balance transaction, _customer of an entitlement,
// _session of a line item and _delivery_success of an event. An object without
// livemode is of the mode of what it belongs to.
//
// Some things that nobody put are made up from what is known: the line item of
// a checkout session, and the balance transaction of a charge, refund or
// payout. See generate.go for their numbers.
package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// API is the stand-in. The zero value is ready and empty. Safe for concurrent
// use; its fields must not change while a request is served.
type API struct {
	// Save makes objects durable before a PUT is answered; nil keeps them in
	// memory only.
	Save func([]Object) error
	// Fault may answer a request itself and return true.
	Fault func(w http.ResponseWriter, r *http.Request) bool
	// Now decides which events are older than 30 days and not returned any more;
	// nil returns all.
	Now func() time.Time

	mu      sync.RWMutex
	objects map[string]map[string]*entry // by account, then by id
	made    map[string]map[string]*entry // what was made up from them, or learned
	seq     uint64
	calls   int
}

// Object is one object as it is kept.
type Object struct {
	Account string          `json:"account,omitempty"`
	Seq     uint64          `json:"seq"`               // order of putting
	At      int64           `json:"at,omitempty"`      // created of the event that taught it; 0: put by hand
	Learned bool            `json:"learned,omitempty"` // see Learn; anything that was put goes before it
	Data    json.RawMessage `json:"data"`
}

// entry is an object with its members.
type entry struct {
	Object
	id, kind string
	created  int64
	members  map[string]json.RawMessage
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/_stand-in/") {
		a.put(w, r)
		return
	}
	a.mu.Lock()
	a.calls++
	w.Header().Set("Request-Id", fmt.Sprintf("req_standin%d", a.calls))
	a.mu.Unlock()
	if a.Fault != nil && a.Fault(w, r) {
		return
	}
	live, err := authorize(r)
	if err == nil {
		err = a.get(w, r, live)
	}
	if err != nil {
		err.write(w)
	}
}

// Calls returns how many requests to the API came so far.
func (a *API) Calls() int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.calls
}

// authorize takes any key of Stripe's form and tells its mode.
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

// view is what one key sees of one account.
type view struct {
	api     *API
	account string
	live    bool
}

// get answers a request for one object or a list.
func (a *API) get(w http.ResponseWriter, r *http.Request, live bool) *failure {
	if r.Method != http.MethodGet {
		return &failure{status: http.StatusMethodNotAllowed, Type: invalid, Message: "The stand-in of Stripe's API only reads."}
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	v := view{a, r.Header.Get("Stripe-Account"), live}
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
	if !ok {
		return &failure{status: http.StatusNotFound, Type: invalid, Message: fmt.Sprintf("Unrecognized request URL (GET: %s).", r.URL.Path)}
	}
	e := v.find(id)
	if e == nil || e.kind != kind {
		return missing(kind, id, http.StatusNotFound, "id")
	}
	return v.write(w, r, e)
}

// kinds says what each path holds.
var kinds = map[string]string{
	"payment_intents": "payment_intent", "charges": "charge", "refunds": "refund", "invoices": "invoice",
	"subscriptions": "subscription", "subscription_items": "subscription_item", "customers": "customer",
	"checkout/sessions": "checkout.session", "balance_transactions": "balance_transaction", "payouts": "payout",
	"disputes": "dispute", "radar/early_fraud_warnings": "radar.early_fraud_warning", "reviews": "review",
	"events": "event", "entitlements/active_entitlements": "entitlements.active_entitlement",
	"products": "product", "prices": "price", "setup_intents": "setup_intent", "payment_methods": "payment_method",
	"transfers": "transfer", "topups": "topup", "invoiceitems": "invoiceitem",
}

// find returns an object that the key may see, or nil.
func (v view) find(id string) *entry {
	e := v.api.objects[v.account][id]
	if e == nil {
		e = v.api.made[v.account][id]
	}
	if e == nil || !v.sees(e) {
		return nil
	}
	return e
}

// sees compares modes, and forgets old events as Stripe does.
func (v view) sees(e *entry) bool {
	if live, known := v.mode(e, 3); known && live != v.live {
		return false
	}
	return e.kind != "event" || !v.api.tooOld(e.created)
}

// owners are the members by which an object without a mode belongs to another.
var owners = []string{"source", "charge", "payment_intent", "subscription", "payout", "_session", "_customer", "_payout"}

// mode is the object's own, else that of the one it belongs to, else unknown.
func (v view) mode(e *entry, steps int) (live, known bool) {
	for _, name := range []string{"livemode", "_livemode"} {
		if own, ok := e.members[name]; ok && string(own) != "null" {
			return string(own) == "true", true
		}
	}
	for _, name := range owners {
		id := text(e.members[name])
		owner := v.api.objects[v.account][id]
		if id == "" || owner == nil || steps == 0 {
			continue
		}
		if live, known := v.mode(owner, steps-1); known {
			return live, true
		}
	}
	return false, false
}

// keep is how long Stripe keeps events.
const keep = 30 * 24 * time.Hour

// tooOld reports whether Stripe does not return an event any more.
func (a *API) tooOld(created int64) bool {
	return a.Now != nil && created < a.Now().Add(-keep).Unix()
}

func (v view) write(w http.ResponseWriter, r *http.Request, e *entry) *failure {
	body := v.expand(e, expansions(r.URL.Query(), ""))
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
	return nil
}
