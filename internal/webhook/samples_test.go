package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestEverySampleParsesToWhatItSays(t *testing.T) {
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range types {
			body, err := events.Sample(kind, version)
			if err != nil {
				t.Fatal(err)
			}
			f, reason := webhook.Parse(body)
			if reason != "" || f.Type != kind || f.APIVersion != version {
				t.Errorf("%s/%s: %q %q %q", version, kind, reason, f.Type, f.APIVersion)
			}
			agree(t, body, f)
			if f.Object != "" && f.Subject == "" || f.ObjectType == "" || f.Created.Year() < 2023 {
				t.Errorf("%s/%s: %+v", version, kind, f)
			}
		}
	}
}

func TestSamplesOfAPaymentHaveItsIntentAsSubject(t *testing.T) {
	for kind, want := range map[string]string{
		"payment_intent.succeeded": "pi_", "charge.succeeded": "ch_", "checkout.session.completed": "pi_",
		"charge.refund.updated": "ch_", "charge.dispute.created": "ch_", "customer.subscription.deleted": "sub_",
		"radar.early_fraud_warning.created": "ch_", "review.opened": "ch_", "setup_intent.succeeded": "seti_",
	} {
		for _, version := range events.Versions() {
			body, err := events.Sample(kind, version)
			if err != nil {
				t.Fatal(err)
			}
			if f, _ := webhook.Parse(body); !strings.HasPrefix(f.Subject, want) {
				t.Errorf("%s/%s: subject %q", version, kind, f.Subject)
			}
		}
	}
}

// agree fails if the facts are not what encoding/json reads.
func agree(t *testing.T, body []byte, f event.Facts) {
	t.Helper()
	if f.Thin() {
		agreeThin(t, body, f)
		return
	}
	var seen struct {
		ID, Type, Object string
		Created          int64
		Livemode         bool
		Account          *string
		UserID           *string `json:"user_id"`
		Data             struct {
			Object struct{ ID, Object, Currency, Status any }
		}
	}
	if err := json.Unmarshal(body, &seen); err != nil {
		t.Errorf("stored, but encoding/json says %v", err)
		return
	}
	if f.ID == "" || f.ID != seen.ID || f.Type != seen.Type || f.Created.Unix() != seen.Created || f.Livemode != seen.Livemode || seen.Object != "event" {
		t.Errorf("facts %+v, encoding/json sees %+v", f, seen)
	}
	if seen.Account == nil {
		seen.Account = seen.UserID
	}
	if account := seen.Account; (account == nil) != (f.Account == "") || account != nil && *account != f.Account {
		t.Errorf("account %q, encoding/json sees %v", f.Account, account)
	}
	for fact, want := range map[*string]any{&f.Object: seen.Data.Object.ID, &f.ObjectType: seen.Data.Object.Object, &f.Currency: seen.Data.Object.Currency, &f.Status: seen.Data.Object.Status} {
		if *fact != "" && *fact != want {
			t.Errorf("fact %q, encoding/json sees %v", *fact, want)
		}
	}
	for _, fact := range []string{f.ID, f.Type, f.Account, f.APIVersion, f.Object, f.ObjectType, f.Subject, f.Customer, f.Currency, f.Status} {
		if len(fact) >= webhook.MaxFact || strings.ContainsRune(fact, 0) {
			t.Errorf("fact that no index takes: %d bytes", len(fact))
		}
	}
}
