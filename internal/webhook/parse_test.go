package webhook_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

// minimal is a whole event; the tests replace a part of it.
const minimal = `{"id":"evt_1","object":"event","api_version":"2023-10-16","created":1763856000,"type":"charge.succeeded","livemode":true,"data":{"object":{"id":"ch_1","object":"charge"}}}`

func TestParseReasons(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           event.Reason
	}{
		{"a whole event is stored", "", "", ""},
		{"a null api_version is stored", `"2023-10-16"`, `null`, ""},
		{"an unknown api_version is stored", `2023-10-16`, `2031-01-01.yew`, ""},
		{"no api_version is stored", `"api_version":"2023-10-16",`, ``, ""},
		{"unknown fields are stored", `"livemode":true`, `"livemode":true,"context":{"a":[1,2]},"reason":null`, ""},
		{"a missing livemode is test mode", `,"livemode":true`, ``, ""},
		{"a null account is stored", `"livemode":true`, `"livemode":true,"account":null`, ""},
		{"an object without id is stored", `"id":"ch_1",`, ``, ""},
		{"an escaped key is the key", `"id":"evt_1"`, `"\u0069d":"evt_1"`, ""},
		{"keys of metadata are the shop's own", `"object":"charge"`, `"object":"charge","metadata":{"id":1,"ID":2,"id":3}`, ""},
		{"white space is no content", `{"id"`, " \r\n\t{ \"id\"", ""},

		{"no id", `"id":"evt_1",`, ``, webhook.NoID},
		{"an empty id", `evt_1`, ``, webhook.NoID},
		{"a null id", `"evt_1"`, `null`, webhook.NoID},
		{"a number as id", `"evt_1"`, `17`, webhook.BadID},
		{"an object as id", `"evt_1"`, `{"id":"evt_1"}`, webhook.BadID},
		{"an id with a space", `evt_1`, `evt 1`, webhook.BadID},
		{"an id that looks like an effect key", `evt_1`, `effect#receipt`, webhook.BadID},
		{"an id that looks like a digest", `evt_1`, `sha256:00`, webhook.BadID},
		{"an id with an escaped NUL", `evt_1`, `evt_1\u0000`, webhook.BadID},
		{"an id that is too long", `evt_1`, strings.Repeat("e", 256), webhook.BadID},
		{"an id that is not ASCII", `evt_1`, `evt_é`, webhook.BadID},

		{"object is not event", `"object":"event"`, `"object":"charge"`, webhook.NotAnEvent},
		{"no object", `"object":"event",`, ``, webhook.NotAnEvent},
		{"a thin event", `"object":"event","api_version":"2023-10-16","created":1763856000`, `"object":"v2.core.event","created":"2025-11-23T00:00:00.000Z"`, ""},
		{"another object of the v2 API", `"object":"event"`, `"object":"v2.core.event_destination"`, webhook.UnknownObject},
		{"a list", minimal, `[` + minimal + `]`, webhook.NotAnEvent},
		{"null", minimal, `null`, webhook.NotAnEvent},
		{"a string", minimal, `"evt_1"`, webhook.NotAnEvent},

		{"id twice", `"id":"evt_1"`, `"id":"evt_1","id":"evt_2"`, webhook.AmbiguousKey},
		{"ID after id", `"livemode":true`, `"livemode":true,"ID":"evt_2"`, webhook.AmbiguousKey},
		{"ID instead of id", `"id":"evt_1"`, `"ID":"evt_1"`, webhook.AmbiguousKey},
		{"an escaped second id", `"livemode":true`, `"livemode":true,"\u0069\u0064":"evt_2"`, webhook.AmbiguousKey},
		{"a long s in livemode's neighbour", `"livemode":true`, `"livemode":true,"mi\u017fc":1,"misc":2`, webhook.AmbiguousKey},
		{"Type beside type", `"livemode":true`, `"livemode":true,"Type":"charge.failed"`, webhook.AmbiguousKey},
		{"data twice", `"livemode":true`, `"livemode":true,"data":{}`, webhook.AmbiguousKey},
		{"data.object twice", `"data":{`, `"data":{"object":{},`, webhook.AmbiguousKey},
		{"data.Object beside data.object", `"data":{`, `"data":{"Object":{},`, webhook.AmbiguousKey},
		{"the object's id twice", `"id":"ch_1"`, `"id":"ch_1","id":"ch_2"`, webhook.AmbiguousKey},
		{"any field of the object twice", `"id":"ch_1"`, `"id":"ch_1","paid":true,"paid":false`, webhook.AmbiguousKey},
		{"a field of the object in capitals", `"id":"ch_1"`, `"id":"ch_1","Amount":5`, webhook.AmbiguousKey},
		{"a customer with two ids", `"id":"ch_1"`, `"id":"ch_1","customer":{"id":"cus_1","id":"cus_2"}`, webhook.AmbiguousKey},

		{"no type", `"type":"charge.succeeded",`, ``, webhook.BadType},
		{"an empty type", `charge.succeeded`, ``, webhook.BadType},
		{"a type with a space", `charge.succeeded`, `charge succeeded`, webhook.BadType},
		{"a type that the bus does not take", `charge.succeeded`, strings.Repeat("c", 129), webhook.BadType},
		{"no created", `"created":1763856000,`, ``, webhook.BadCreated},
		{"created is text", `1763856000`, `"2025-11-23T00:00:00Z"`, webhook.BadCreated},
		{"created is 0", `1763856000`, `0`, webhook.BadCreated},
		{"created is negative", `1763856000`, `-1`, webhook.BadCreated},
		{"created is a fraction", `1763856000`, `1763856000.0`, webhook.BadCreated},
		{"created is an exponent", `1763856000`, `1e9`, webhook.BadCreated},
		{"created is after the year 9999", `1763856000`, `253402300800`, webhook.BadCreated},
		{"created overflows", `1763856000`, `99999999999999999999`, webhook.BadCreated},
		{"livemode is text", `"livemode":true`, `"livemode":"true"`, webhook.BadLivemode},
		{"livemode is null", `"livemode":true`, `"livemode":null`, webhook.BadLivemode},
		{"a null user_id is stored", `"livemode":true`, `"livemode":true,"user_id":null`, ""},
		{"user_id is empty", `"livemode":true`, `"livemode":true,"user_id":""`, webhook.BadAccount},
		{"user_id is no account", `"livemode":true`, `"livemode":true,"user_id":"usr_1"`, webhook.BadAccount},
		{"account is empty", `"livemode":true`, `"livemode":true,"account":""`, webhook.BadAccount},
		{"account is an object", `"livemode":true`, `"livemode":true,"account":{"id":"acct_1"}`, webhook.BadAccount},
		{"account is endless", `"livemode":true`, `"livemode":true,"account":"` + strings.Repeat("a", 1024) + `"`, webhook.BadAccount},

		{"data is null", `{"object":{"id":"ch_1","object":"charge"}}`, `null`, webhook.NoData},
		{"no data", `,"data":{"object":{"id":"ch_1","object":"charge"}}`, ``, webhook.NoData},
		{"data is a list", `{"object":{"id":"ch_1","object":"charge"}}`, `[]`, webhook.NoData},
		{"data is empty", `"object":{"id":"ch_1","object":"charge"}`, ``, webhook.NoData},
		{"data.object is null", `{"id":"ch_1","object":"charge"}`, `null`, webhook.NoData},
		{"data.object is an id", `{"id":"ch_1","object":"charge"}`, `"ch_1"`, webhook.NoData},

		{"nothing", minimal, ``, webhook.NotJSON},
		{"text", minimal, `hello`, webhook.NotJSON},
		{"cut short", `}}}`, `}}`, webhook.NotJSON},
		{"something after the end", `}}}`, `}}}x`, webhook.NotJSON},
		{"two events", `}}}`, `}}}` + minimal, webhook.NotJSON},
		{"a NUL byte in a string", `evt_1`, "evt_1\x00", webhook.NotJSON},
		{"a NUL byte after the end", `}}}`, "}}}\x00", webhook.NotJSON},
		{"a byte order mark", `{"id":"evt_1"`, "\ufeff" + `{"id":"evt_1"`, webhook.NotJSON},
		{"a trailing comma", `}}}`, `}},}`, webhook.NotJSON},
		{"a number that JSON does not know", `1763856000`, `0x10`, webhook.NotJSON},
		{"a bad escape", `evt_1`, `evt_\x31`, webhook.NotJSON},
		{"invalid UTF-8", `evt_1`, "evt_\xff", webhook.InvalidUTF8},
		{"a surrogate in UTF-8", `evt_1`, "evt_\xed\xa0\x80", webhook.InvalidUTF8},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(minimal, c.old, c.new, 1)
			f, got := webhook.Parse([]byte(text))
			if got != c.want {
				t.Fatalf("Parse(%.200s) = %q, want %q", text, got, c.want)
			}
			if got == "" && f.ID != "evt_1" {
				t.Errorf("id %q", f.ID)
			}
			switch got {
			case webhook.InvalidUTF8, webhook.NotJSON, webhook.TooDeep, webhook.AmbiguousKey:
				if f != (event.Facts{}) {
					t.Errorf("facts of an untrustworthy body: %+v", f)
				}
			}
		})
	}
}

func TestParseReadsTheSubjectOverAllAPIVersions(t *testing.T) {
	for _, c := range []struct{ name, object, subject string }{
		{"a payment intent is its own", `{"object":"payment_intent","id":"pi_1","invoice":"in_1","latest_charge":"ch_1"}`, "pi_1"},
		{"a charge belongs to its intent", `{"object":"charge","id":"ch_1","payment_intent":"pi_1","invoice":"in_1"}`, "pi_1"},
		{"a charge without an intent is its own", `{"object":"charge","id":"ch_1","payment_intent":null,"invoice":"in_1"}`, "ch_1"},
		{"an expanded intent stands for its id", `{"object":"charge","id":"ch_1","payment_intent":{"object":"payment_intent","id":"pi_1","customer":"cus_9"}}`, "pi_1"},
		{"a refund belongs to the intent", `{"object":"refund","id":"re_1","charge":"ch_1","payment_intent":"pi_1"}`, "pi_1"},
		{"a refund without an intent belongs to the charge", `{"object":"refund","id":"re_1","charge":"ch_1","payment_intent":null}`, "ch_1"},
		{"a dispute belongs to the intent", `{"object":"dispute","id":"dp_1","charge":"ch_1","payment_intent":"pi_1"}`, "pi_1"},
		{"an early fraud warning belongs to the charge", `{"object":"radar.early_fraud_warning","id":"issfr_1","charge":"ch_1"}`, "ch_1"},
		{"a review belongs to the intent", `{"object":"review","id":"prv_1","charge":null,"payment_intent":"pi_1"}`, "pi_1"},
		{"an application fee belongs to the charge", `{"object":"application_fee","id":"fee_1","charge":"ch_1"}`, "ch_1"},
		{"a transfer belongs to the charge behind it", `{"object":"transfer","id":"tr_1","source_transaction":"ch_1"}`, "ch_1"},
		{"a transfer from the balance is its own", `{"object":"transfer","id":"tr_1","source_transaction":null}`, "tr_1"},
		{"a checkout session belongs to the intent", `{"object":"checkout.session","id":"cs_1","payment_intent":"pi_1","invoice":"in_1"}`, "pi_1"},
		{"a checkout session of a subscription belongs to it", `{"object":"checkout.session","id":"cs_1","payment_intent":null,"subscription":"sub_1","invoice":"in_1"}`, "sub_1"},
		{"an unpaid checkout session is its own", `{"object":"checkout.session","id":"cs_1","payment_intent":null}`, "cs_1"},
		{"a subscription is its own", `{"object":"subscription","id":"sub_1","latest_invoice":"in_1"}`, "sub_1"},
		{"an invoice of 2023 belongs to the intent", `{"object":"invoice","id":"in_1","payment_intent":"pi_1","charge":"ch_1","subscription":"sub_1"}`, "pi_1"},
		{"an invoice of 2023 without a payment belongs to the subscription", `{"object":"invoice","id":"in_1","payment_intent":null,"charge":null,"subscription":"sub_1"}`, "sub_1"},
		{"an invoice of today belongs to the subscription", `{"object":"invoice","id":"in_1","parent":{"type":"subscription_details","quote_details":null,"subscription_details":{"metadata":{"subscription":"x"},"subscription":"sub_1"}}}`, "sub_1"},
		{"an invoice of today with its payments belongs to the intent", `{"object":"invoice","id":"in_1","parent":{"subscription_details":{"subscription":"sub_1"}},"payments":{"object":"list","data":[{"id":"inpay_1","payment":{"type":"payment_intent","payment_intent":"pi_1"}},{"payment":{"payment_intent":"pi_2"}}]}}`, "pi_1"},
		{"an invoice of its own", `{"object":"invoice","id":"in_1","parent":null,"payments":null}`, "in_1"},
		{"an invoice payment belongs to the intent", `{"object":"invoice_payment","id":"inpay_1","invoice":"in_1","payment":{"type":"payment_intent","payment_intent":"pi_1"}}`, "pi_1"},
		{"an invoice payment without one belongs to the invoice", `{"object":"invoice_payment","id":"inpay_1","invoice":"in_1","payment":null}`, "in_1"},
		{"an invoice item of today belongs to the subscription", `{"object":"invoiceitem","id":"ii_1","invoice":"in_1","parent":{"subscription_details":{"subscription":"sub_1"}}}`, "sub_1"},
		{"a credit note belongs to the invoice", `{"object":"credit_note","id":"cn_1","invoice":"in_1"}`, "in_1"},
		{"a setup intent is its own", `{"object":"setup_intent","id":"seti_1"}`, "seti_1"},
		{"an empty link is no link", `{"object":"refund","id":"re_1","charge":"","payment_intent":{}}`, "re_1"},
		{"a link that no index takes is no link", `{"object":"refund","id":"re_1","charge":"` + strings.Repeat("c", 1024) + `"}`, "re_1"},
		{"nothing to go by", `{"object":"balance"}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(minimal, `{"id":"ch_1","object":"charge"}`, c.object, 1)
			f, reason := webhook.Parse([]byte(text))
			if reason != "" || f.Subject != c.subject {
				t.Errorf("subject %q (%s), want %q", f.Subject, reason, c.subject)
			}
		})
	}
}

func TestParseReadsAmountCustomerAndStatus(t *testing.T) {
	for _, c := range []struct {
		name, object string
		amount       any
		currency     string
		customer     string
		status       string
	}{
		{"a payment intent", `{"object":"payment_intent","id":"pi_1","amount":1099,"amount_received":5,"currency":"usd","customer":"cus_1","status":"succeeded"}`, 1099, "usd", "cus_1", "succeeded"},
		{"a checkout session", `{"object":"checkout.session","id":"cs_1","amount_subtotal":1,"amount_total":500,"currency":"jpy","customer":{"id":"cus_1","email":"a@example.com"},"status":"complete"}`, 500, "jpy", "cus_1", "complete"},
		{"an invoice counts its total", `{"object":"invoice","id":"in_1","amount_paid":0,"amount_due":0,"total":1000,"currency":"usd","customer":"cus_1","status":"draft"}`, 1000, "usd", "cus_1", "draft"},
		{"an invoice payment not yet made", `{"object":"invoice_payment","id":"inpay_1","amount_paid":null,"amount_requested":700,"currency":"usd"}`, 700, "usd", "", ""},
		{"a customer is its own customer", `{"object":"customer","id":"cus_1","currency":null}`, nil, "", "cus_1", ""},
		{"an amount that is an object is none", `{"object":"billing.credit_grant","id":"cg_1","amount":{"monetary":{"value":5}}}`, nil, "", "", ""},
		{"an amount that overflows is none", `{"object":"charge","id":"ch_1","amount":99999999999999999999}`, nil, "", "", ""},
		{"an amount of 0 is an amount", `{"object":"charge","id":"ch_1","amount":0}`, 0, "", "", ""},
		{"a negative amount", `{"object":"issuing.transaction","id":"ipi_1","amount":-100}`, -100, "", "", ""},
		{"an empty customer is none", `{"object":"charge","id":"ch_1","customer":""}`, nil, "", "", ""},
		{"a status with a control character is none", `{"object":"charge","id":"ch_1","status":"a\u0000b"}`, nil, "", "", ""},
		{"a status with a C1 control is none", `{"object":"charge","id":"ch_1","status":"a\u009b2J"}`, nil, "", "", ""},
		{"an id that changes direction is none", `{"object":"charge","id":"ch_1\u202e","status":"x\u2028"}`, nil, "", "", ""},
		{"a customer that is an address is none", `{"object":"charge","id":"ch_1","customer":"jenny@example.com"}`, nil, "", "", ""},
		{"a customer that could be a card's number is none", `{"object":"charge","id":"ch_1","customer":"4000 0566-55665556"}`, nil, "", "", ""},
		{"a customer of digits that no card has is one", `{"object":"charge","id":"ch_1","customer":"40000566556"}`, nil, "", "40000566556", ""},
		{"a customer without a usable id is none", `{"object":"charge","id":"ch_1","customer":{"id":{"id":"cus_1"}}}`, nil, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, reason := webhook.Parse([]byte(strings.Replace(minimal, `{"id":"ch_1","object":"charge"}`, c.object, 1)))
			if reason != "" {
				t.Fatal(reason)
			}
			if f.Currency != c.currency || f.Customer != c.customer || f.Status != c.status {
				t.Errorf("currency %q customer %q status %q", f.Currency, f.Customer, f.Status)
			}
			if (c.amount == nil) != (f.Amount == nil) || f.Amount != nil && int(*f.Amount) != c.amount {
				t.Errorf("amount %v, want %v", f.Amount, c.amount)
			}
		})
	}
}

func TestParseKeepsNothingOfTheBody(t *testing.T) {
	body := []byte(minimal)
	f, _ := webhook.Parse(body)
	for i := range body {
		body[i] = 'x'
	}
	runtime.KeepAlive(body)
	if f.ID != "evt_1" || f.Object != "ch_1" {
		t.Errorf("facts changed with the body: %+v", f)
	}
}

func TestUserIDIsTheAccountUnlessTheEventNamesOne(t *testing.T) {
	for named, want := range map[string]string{
		`"user_id":"acct_1"`:                    "acct_1",
		`"account":null,"user_id":"acct_1"`:     "acct_1",
		`"account":"acct_2","user_id":"acct_1"`: "acct_2",
		`"context":"acct_3"`:                    "",
	} {
		f, reason := webhook.Parse([]byte(strings.Replace(minimal, `"livemode"`, named+`,"livemode"`, 1)))
		if f.Account != want || reason != "" {
			t.Errorf("%s: account is %q (%s), want %q", named, f.Account, reason, want)
		}
	}
}

func TestContextNamesItsLastAccount(t *testing.T) {
	for context, want := range map[string]struct {
		account string
		reason  event.Reason
	}{
		`"acct_1"`:              {"acct_1", ""},
		`"org_1/acct_1"`:        {"acct_1", ""},
		`"org_1/acct_1/acct_2"`: {"acct_2", ""},
		`"org_1"`:               {"", ""},
		`""`:                    {"", ""},
		`null`:                  {"", ""},
		`{"id":"acct_1"}`:       {"", webhook.BadAccount},
		`"acct_1@x"`:            {"", webhook.BadAccount},
		`"org 1/acct_1"`:        {"", webhook.BadAccount},
		`"org_1\u202e/acct_1"`:  {"", webhook.BadAccount},
		`"acct_1\r\nHost: x"`:   {"", webhook.BadAccount},
	} {
		account, reason := webhook.ContextAccount([]byte(strings.Replace(minimal, `"livemode"`, `"context":`+context+`,"livemode"`, 1)))
		if account != want.account || reason != want.reason {
			t.Errorf("%s: %q %q, want %q %q", context, account, reason, want.account, want.reason)
		}
	}
}
