package main

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/addresses"
	"github.com/payhooks/payhooks/internal/event"
)

// With the parameter, reconcile keeps Stripe's list and ingest may read it, each with the
// rights that the template then gives it.
func TestOnlyStripesAddressesAreLetInIfACompanyWantsThat(t *testing.T) {
	c := startStack(t, withParameter(t, "StripeAddresses: 'on'"))
	if r := run(t, "reconcile"); r.code != 0 {
		t.Fatalf("%+v", r)
	}
	row, err := c.Tables.Load(t.Context(), addresses.Table, addresses.Key)
	if err != nil {
		t.Fatal(err)
	}
	var list addresses.List
	if err := json.Unmarshal(row.Data, &list); err != nil || !slices.Contains(list.Addresses, netip.MustParseAddr("127.0.0.1")) {
		t.Fatalf("reconcile keeps %s, %v", row.Data, err)
	}
	list.Addresses, list.Since = []netip.Addr{netip.MustParseAddr("198.51.100.1")}, list.Since.Add(-8*24*time.Hour)
	data, err := json.Marshal(list)
	if err == nil {
		err = c.Tables.Write(t.Context(), event.Write{Table: addresses.Table, Key: addresses.Key, Version: row.Version, Data: data})
	}
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"id":"evt_elsewhere","object":"event","type":"charge.succeeded","livemode":false,"created":%d,"data":{"object":{"id":"ch_1","object":"charge"}}}`, time.Now().Unix())
	err = postSigned(t.Context(), c.Local.API+"/webhooks/default", demoSecret, []byte(body))
	if err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a request from elsewhere: %v", err)
	}
}
