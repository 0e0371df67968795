package webhook_test

import (
	"maps"
	"testing"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestParseEndpoints(t *testing.T) {
	got, err := webhook.ParseEndpoints("default=live, connect=live+connect,try=test")
	want := webhook.Endpoints{
		"default": {Name: "default", Expect: webhook.ExpectLive},
		"connect": {Name: "connect", Expect: webhook.ExpectLive, Connect: true},
		"try":     {Name: "try", Expect: webhook.ExpectTest},
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := webhook.ParseEndpoints(""); err != nil || got["default"].Expect != webhook.ExpectAny || len(got) != 1 {
		t.Errorf("nothing set: %v, %v", got, err)
	}
	for _, bad := range []string{"default", "default=", "default=prod", "=live", "a/b=live", "A=live", "a=live,a=test", "a=live,", "a=connect"} {
		if got, err := webhook.ParseEndpoints(bad); err == nil {
			t.Errorf("%q is taken as %v", bad, got)
		}
	}
}

func TestAdmit(t *testing.T) {
	for _, c := range []struct {
		name     string
		endpoint webhook.Endpoint
		facts    event.Facts
		reason   event.Reason
		ignore   bool
	}{
		{"any mode takes live", webhook.Endpoint{Expect: webhook.ExpectAny}, event.Facts{Scope: event.Scope{Livemode: true}}, "", false},
		{"any mode takes test", webhook.Endpoint{Expect: webhook.ExpectAny}, event.Facts{}, "", false},
		{"live takes live", webhook.Endpoint{Expect: webhook.ExpectLive}, event.Facts{Scope: event.Scope{Livemode: true}}, "", false},
		{"live quarantines test", webhook.Endpoint{Expect: webhook.ExpectLive}, event.Facts{}, webhook.WrongMode, false},
		{"test quarantines live", webhook.Endpoint{Expect: webhook.ExpectTest}, event.Facts{Scope: event.Scope{Livemode: true}}, webhook.WrongMode, false},
		{"test Connect quarantines live", webhook.Endpoint{Expect: webhook.ExpectTest, Connect: true}, event.Facts{Scope: event.Scope{Account: "acct_1", Livemode: true}}, webhook.WrongMode, false},
		{"live Connect ignores test", webhook.Endpoint{Expect: webhook.ExpectLive, Connect: true}, event.Facts{Scope: event.Scope{Account: "acct_1"}}, "", true},
		{"Connect takes an account", webhook.Endpoint{Expect: webhook.ExpectAny, Connect: true}, event.Facts{Scope: event.Scope{Account: "acct_1"}}, "", false},
		{"others quarantine an account", webhook.Endpoint{Expect: webhook.ExpectAny}, event.Facts{Scope: event.Scope{Account: "acct_1"}}, webhook.UnexpectedAccount, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if reason, ignore := c.endpoint.Admit(c.facts); reason != c.reason || ignore != c.ignore {
				t.Errorf("%q %v, want %q %v", reason, ignore, c.reason, c.ignore)
			}
		})
	}
}
