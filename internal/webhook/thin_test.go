package webhook_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/webhook"
)

const thinEvent = `{"id":"evt_test_65Q","object":"v2.core.event","type":"v1.charge.succeeded","created":"2025-06-15T15:41:40.468Z","livemode":false,` +
	`"context":null,"related_object":{"id":"ch_1","type":"charge","url":"/v1/charges/ch_1"},"reason":null,"snapshot_event":"evt_1"}`

// thinSeen is what encoding/json reads of a thin event.
type thinSeen struct {
	ID, Type, Object, Created string
	Livemode                  bool
	Context                   *string
	Snapshot                  *string                          `json:"snapshot_event"`
	Related                   *struct{ ID, Type, URL *string } `json:"related_object"`
}

// agreeThin holds the facts of a thin event to what encoding/json sees.
func agreeThin(t *testing.T, body []byte, f event.Facts) {
	t.Helper()
	var seen thinSeen
	if err := json.Unmarshal(body, &seen); err != nil {
		t.Errorf("stored, but encoding/json says %v", err)
		return
	}
	id := seen.ID
	if seen.Snapshot != nil && *seen.Snapshot != "" {
		id = *seen.Snapshot
	}
	at, err := time.Parse(time.RFC3339, seen.Created)
	if err != nil || f.ID != id || f.SentAs != seen.Type || f.Type != facts.SnapshotType(seen.Type) || !f.Created.Equal(at) || f.Livemode != seen.Livemode || seen.Object != "v2.core.event" {
		t.Errorf("facts %+v, encoding/json sees %+v, %v", f, seen, err)
	}
	if f.Object != "" && (seen.Related == nil || seen.Related.ID == nil || *seen.Related.ID != f.Object) {
		t.Errorf("object %q, encoding/json sees %+v", f.Object, seen.Related)
	}
	thin, reason := webhook.ReadThin(body)
	if reason != "" || thin.ID != seen.ID || thin.Type != seen.Type {
		t.Errorf("read as %+v, %s", thin, reason)
	}
	agreeWithoutClient(t, body)
}

// agreeWithoutClient: what is removed is the client and nothing else.
func agreeWithoutClient(t *testing.T, body []byte) {
	t.Helper()
	before, after := map[string]any{}, map[string]any{}
	if err := json.Unmarshal(webhook.WithoutClient(body), &after); err != nil {
		t.Errorf("without the client it is not JSON: %v", err)
	}
	_ = json.Unmarshal(body, &before)
	for _, m := range []map[string]any{before, after} {
		reason, _ := m["reason"].(map[string]any)
		if request, ok := reason["request"].(map[string]any); ok {
			if at, ok := request["client"]; ok && at != nil && fmt.Sprint(m) == fmt.Sprint(after) {
				t.Errorf("the client is left: %v", at)
			}
			delete(request, "client")
		}
	}
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("%v became %v", before, after)
	}
}

func TestEveryThinSampleIsReadAsItIs(t *testing.T) {
	for _, kind := range events.ThinTypes() {
		body, err := events.ThinSample(kind)
		if err != nil {
			t.Fatal(err)
		}
		f, reason := webhook.Parse(body)
		if reason != "" || !f.Thin() {
			t.Errorf("%s: %s", kind, reason)
		}
		agreeThin(t, body, f)
	}
}

func TestThinEvents(t *testing.T) {
	for _, tc := range []struct {
		name, old, with string
		reason          event.Reason
		check           func(event.Facts) bool
	}{
		{"is kept under the id of its twin and the name of its type", "", "", "", func(f event.Facts) bool {
			return f.ID == "evt_1" && f.Type == "charge.succeeded" && f.SentAs == "v1.charge.succeeded" && f.Object == "ch_1" && f.ObjectType == "charge" && f.Subject == "ch_1" && f.Created.UnixMilli() == 1750002100468
		}},
		{"without a twin under its own id", `"evt_1"`, `null`, "", func(f event.Facts) bool { return f.ID == "evt_test_65Q" }},
		{"a type without a twin keeps its name", "v1.charge.succeeded", "v1.customer.subscription.past_due", "", func(f event.Facts) bool { return f.Type == "v1.customer.subscription.past_due" }},
		{"a type with brackets", "v1.charge.succeeded", "v2.core.account[configuration.merchant].updated", "", func(f event.Facts) bool { return strings.HasSuffix(f.Type, "].updated") }},
		{"of the last account in its context", `"context":null`, `"context":"acct_2/acct_3"`, "", func(f event.Facts) bool { return f.Account == "acct_3" }},
		{"a context without an account", `"context":null`, `"context":"org_1"`, "", func(f event.Facts) bool { return f.Account == "" }},
		{"a singleton", `"id":"ch_1",`, ``, "", func(f event.Facts) bool { return f.Object == "" && f.ObjectType == "charge" }},
		{"about nothing", `{"id":"ch_1","type":"charge","url":"/v1/charges/ch_1"}`, `null`, "", func(f event.Facts) bool { return f.Object == "" && f.ObjectType == "" }},
		{"about a customer", `{"id":"ch_1","type":"charge"`, `{"id":"cus_1","type":"customer"`, "", func(f event.Facts) bool { return f.Customer == "cus_1" }},
		{"related object is text", `{"id":"ch_1","type":"charge","url":"/v1/charges/ch_1"}`, `"ch_1"`, webhook.BadRelated, nil},
		{"related object has a number as id", `"ch_1"`, `17`, webhook.BadRelated, nil},
		{"url is an object", `"/v1/charges/ch_1"`, `{}`, webhook.BadRelated, nil},
		{"an unusable twin", `"evt_1"`, `"../charges"`, webhook.BadTwin, nil},
		{"a number as twin", `"evt_1"`, `17`, webhook.BadTwin, nil},
		{"an unusable id", `evt_test_65Q`, `evt test`, webhook.BadID, nil},
		{"created in seconds", `"2025-06-15T15:41:40.468Z"`, `1750002100`, webhook.BadCreated, nil},
		{"created in the year 10000", `2025-06`, `10000-06`, webhook.BadCreated, nil},
		{"created before 1970", `2025-06`, `1960-06`, webhook.BadCreated, nil},
		{"a context of another kind", `"context":null`, `"context":{}`, webhook.BadAccount, nil},
		{"an account that is none", `"context":null`, `"context":"acct_1#x"`, webhook.BadAccount, nil},
		{"a context that ends a header", `"context":null`, `"context":"org_1\r\nHost: x/acct_1"`, webhook.BadAccount, nil},
		{"a context without end", `"context":null`, `"context":"` + strings.Repeat("o", webhook.MaxFact) + `/acct_1"`, webhook.BadAccount, nil},
		{"a type with a space", `v1.charge`, `v1 charge`, webhook.BadType, nil},
		{"a twin named twice", `"reason":null`, `"snapshot_event":"evt_2"`, webhook.AmbiguousKey, nil},
		{"a second object in capitals", `"id":"ch_1"`, `"id":"ch_1","ID":"ch_2"`, webhook.AmbiguousKey, nil},
	} {
		body := strings.ReplaceAll(thinEvent, tc.old, tc.with)
		if tc.old == "" {
			body = thinEvent
		}
		f, reason := webhook.Parse([]byte(body))
		if reason != tc.reason || tc.check != nil && !tc.check(f) {
			t.Errorf("%s: %s, %+v", tc.name, reason, f)
		}
	}
}

func TestTheClientOfAThinEventIsRemoved(t *testing.T) {
	reason := `{"type":"request","request":{"id":"req_1","client":{"type":"dashboard_user","dashboard_user":{"email":"a@example.com","ip_address":"192.0.2.1"}},"idempotency_key":"k"}}`
	body := strings.Replace(thinEvent, `"reason":null`, `"reason":`+reason, 1)
	got := string(webhook.WithoutClient([]byte(body)))
	want := strings.Replace(body, `{"type":"dashboard_user","dashboard_user":{"email":"a@example.com","ip_address":"192.0.2.1"}}`, `null`, 1)
	if got != want {
		t.Errorf("got %s", got)
	}
	agreeWithoutClient(t, []byte(body))
	escaped := strings.Replace(body, `"v2.core.event"`, `"v2\u002ecore.event"`, 1)
	if got := string(webhook.WithoutClient([]byte(escaped))); strings.Contains(got, "a@example.com") {
		t.Errorf("another spelling is left: %s", got)
	}
	if got := string(webhook.WithoutClient([]byte(body + "}"))); strings.Contains(got, "a@example.com") {
		t.Errorf("left before a syntax error: %s", got)
	}
	snapshot := strings.Replace(minimal, `"livemode":true`, `"livemode":true,"reason":`+reason+`,"about":"v2.core.event"`, 1)
	for _, same := range []string{snapshot, thinEvent, minimal, want, "", "[]", `"v2.core.event"`, `{"object":"v2.core.event","reason":{"request":{"client":`} {
		if got := string(webhook.WithoutClient([]byte(same))); got != same {
			t.Errorf("%s became %s", same, got)
		}
	}
}

func TestOnlyAThinEventIsReadAsOne(t *testing.T) {
	for body, want := range map[string]event.Reason{minimal: webhook.NotAnEvent, "{": webhook.NotJSON, `{"object":"v2.core.event"}`: webhook.NoID} {
		if _, reason := webhook.ReadThin([]byte(body)); reason != want {
			t.Errorf("%s: %s, expected %s", body, reason, want)
		}
	}
}
