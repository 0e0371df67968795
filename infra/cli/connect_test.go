package cli

import (
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/internal/stripeapi"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestEndpointIsConnectedInTheModeThatItExpects(t *testing.T) {
	live, test := stripeapi.Kinds{Live: true}, stripeapi.Kinds{Test: true}
	both := stripeapi.Kinds{Live: true, Test: true}
	for _, c := range []struct {
		expect webhook.Expect
		keys   stripeapi.Kinds
		local  bool
		live   bool
		says   string
	}{
		{webhook.ExpectLive, live, false, true, ""},
		{webhook.ExpectLive, both, false, true, ""},
		{webhook.ExpectLive, test, false, false, "expects live events"},
		{webhook.ExpectTest, live, false, false, "expects test events"},
		{webhook.ExpectTest, both, false, false, ""},
		{webhook.ExpectAny, both, false, false, ""},
		{webhook.ExpectAny, live, false, true, ""},
		{webhook.ExpectAny, live, true, false, "takes no live events"},
		{webhook.ExpectAny, test, true, false, ""},
	} {
		target := &Target{}
		if c.local {
			target.Local = &local.Running{}
		}
		got, err := target.liveMode(webhook.Endpoint{Name: "default", Expect: c.expect}, c.keys)
		if got != c.live || (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, %v", c, got, err)
		}
	}
}

func TestEventBridgeTakesTheModeOfTheStacksOtherEndpoints(t *testing.T) {
	for text, want := range map[string]webhook.Expect{
		"default=live": webhook.ExpectLive, "a=any,b=test": webhook.ExpectTest, "a=any": webhook.ExpectAny, "a=live,b=test": "",
	} {
		endpoints, err := webhook.ParseEndpoints(text)
		if err != nil {
			t.Fatal(err)
		}
		c := &Connected{stack: stackSettings{endpoints: endpoints, text: text}}
		row, err := c.bridgeRow(Connection{EventBridge: true}, webhook.Endpoint{})
		if (err == nil) != (want != "") || err == nil && row.Expect != want {
			t.Errorf("%s: %q, %v", text, row.Expect, err)
		}
	}
}

func TestURLOfAnEndpointIsEncryptedAndItsOwn(t *testing.T) {
	for _, c := range []struct{ url, endpoint, fake, want string }{
		{"https://shop.example", "default", "", "https://shop.example/webhooks/default"},
		{"https://shop.example/base/", "connect", "", "https://shop.example/base/webhooks/connect"},
		{"https://shop.example/webhooks/default", "default", "", "https://shop.example/webhooks/default"},
		{"https://shop.example/webhooks/default", "connect", "", ""},
		{"http://127.0.0.1:3000", "default", "http://127.0.0.1", "http://127.0.0.1:3000/webhooks/default"},
		{"http://127.0.0.1:3000", "default", "", ""},
		{"http://shop.example", "default", "http://127.0.0.1", ""},
		{"https://user:password@shop.example", "default", "", ""},
		{"https://shop.example?x=y", "default", "", ""},
		{"shop.example", "default", "", ""},
		{"", "default", "", ""},
	} {
		connected := &Connected{target: &Target{FakeStripe: c.fake}}
		got, err := connected.address(Connection{URL: c.url, Endpoint: c.endpoint})
		if got != c.want || (err == nil) != (c.want != "") || err != nil && ExitCode(err) != 2 {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
}
