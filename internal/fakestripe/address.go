package fakestripe

import (
	"encoding/json"
	"slices"
	"strings"
)

// addresses are the paths of kinds of objects that are not under the plural of
// their name. A name in braces stands for that member of the object.
var addresses = map[string]string{
	"person": "/v1/accounts/{account}/persons/{id}", "v2.core.account_person": "/v2/core/accounts/{account}/persons/{id}",
	"capability": "/v1/accounts/{account}/capabilities/{id}", "fee_refund": "/v1/application_fees/{fee}/refunds/{id}",
	"customer_cash_balance_transaction": "/v1/customers/{customer}/cash_balance_transactions/{id}",
	"scheduled_query_run":               "/v1/sigma/scheduled_query_runs/{id}",
	"billing.alert_triggered":           "/v1/billing/alerts/{alert}",
	"balance":                           "/v1/balance", "balance_settings": "/v1/balance_settings", "tax.settings": "/v1/tax/settings",
	"discount": "/v1/customers/{customer}/discount", "cash_balance": "/v1/customers/{customer}/cash_balance",
}

// singletons are the kinds that have no id in their path.
var singletons = []string{"balance", "balance_settings", "tax.settings", "discount", "cash_balance"}

// address is the path of an object: empty if it lacks a member of its path.
func address(kind string, members map[string]json.RawMessage) string {
	path, ok := addresses[kind]
	if !ok {
		name, v2 := strings.CutPrefix(kind, "v2.")
		path = "/v1/" + strings.ReplaceAll(name, ".", "/") + "s/{id}"
		if v2 {
			path = "/v2/" + strings.TrimPrefix(path, "/v1/")
		}
	}
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if name, ok := strings.CutPrefix(s, "{"); ok {
			segments[i] = text(members[strings.TrimSuffix(name, "}")])
		}
	}
	if slices.Contains(segments[1:], "") {
		return ""
	}
	return strings.Join(segments, "/")
}

func (e *entry) address() string { return address(e.kind, e.members) }

// object returns what Stripe has at a path, in the API version where there is a
// choice, or nil.
func (v view) object(path, version string) *entry {
	if e := v.find(path[strings.LastIndexByte(path, '/')+1:]); e != nil && e.address() == path {
		return e
	}
	for _, kind := range singletons {
		if name := kind[strings.LastIndexByte(kind, '.')+1:]; !strings.HasSuffix(path, "/"+name) {
			continue
		}
		for _, e := range v.all(kind) { // the newest is the present one
			if e.address() == path {
				return e
			}
		}
	}
	return v.sample(path, version)
}
