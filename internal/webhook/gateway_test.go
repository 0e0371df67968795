package webhook_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/internal/webhook"
)

const handedOver = `{"version":"2.0","routeKey":"ANY /webhooks/{endpoint}","headers":{"content-type":"application/json","Stripe-Signature":"t=1,v1=a"},` +
	`"requestContext":{"accountId":"1","http":{"method":"POST","path":"/webhooks/default","sourceIp":"3.18.12.63"},"requestId":"JKJ=","timeEpoch":1},` +
	`"pathParameters":{"endpoint":"default"},"body":"{\"a\":\"\\u00e9 é\\n\",\"b\":[1]}\r\n\t\/\b\f","isBase64Encoded":false}`

// agrees fails unless ReadRequest reads what encoding/json does, or leaves it to that.
func agrees(t *testing.T, payload string) (read bool) {
	t.Helper()
	got, ok := webhook.ReadRequest([]byte(payload))
	if !ok {
		return false
	}
	var want struct { // of events.APIGatewayV2HTTPRequest what is read
		Headers        map[string]string `json:"headers"`
		PathParameters struct {
			Endpoint string `json:"endpoint"`
		}
		Body            string `json:"body"`
		IsBase64Encoded bool   `json:"isBase64Encoded"`
		RequestContext  struct {
			RequestID string                            `json:"requestId"`
			HTTP      struct{ Method, SourceIP string } `json:"http"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal([]byte(payload), &want); err != nil {
		t.Errorf("%q was read, encoding/json says %v", payload, err)
		return true
	}
	maps.DeleteFunc(want.Headers, func(name, _ string) bool { return !strings.EqualFold(name, "stripe-signature") })
	if c := want.RequestContext; got.Body != want.Body || got.Base64 != want.IsBase64Encoded || got.Endpoint != want.PathParameters.Endpoint || got.ID != c.RequestID ||
		got.Method != c.HTTP.Method || got.SourceIP != c.HTTP.SourceIP || !maps.Equal(got.Signatures, want.Headers) {
		t.Errorf("%q was read as %+v, encoding/json reads %+v", payload, got, want)
	}
	return true
}

func TestRequestIsReadAsEncodingJSONDoes(t *testing.T) {
	for _, payload := range []string{
		handedOver, `{}`, strings.Replace(handedOver, `"isBase64Encoded":false`, `"isBase64Encoded":true`, 1),
		strings.Replace(handedOver, `é`, `\ud83d\ude00 \ud800`, 1), strings.Replace(handedOver, `é`, "\xff", 1), "  " + handedOver + "\n",
	} {
		if !agrees(t, payload) {
			t.Errorf("not read: %q", payload)
		}
	}
	for _, payload := range []string{
		strings.Replace(handedOver, `"Stripe-Signature"`, `"stripe-signature":"t=2,v1=b","Stripe-Signature"`, 1), ``, `null`, `[]`, `"x"`, handedOver + `{}`, handedOver[:len(handedOver)-1], strings.Replace(handedOver, `"POST"`, `7`, 1), strings.Replace(handedOver, `"body":"`, `"Body":"`, 1),
		strings.Replace(handedOver, `"body":"`, `"body":"a","body":"`, 1), strings.Replace(handedOver, `false`, `null`, 1), strings.Replace(handedOver, `{"endpoint":"default"}`, `null`, 1),
		strings.Replace(handedOver, `"application/json"`, `["a"]`, 1), strings.Replace(handedOver, `"requestId"`, `"requestid"`, 1), `{"headers":7}`, `{"requestContext":[]}`,
	} {
		if agrees(t, payload) {
			t.Errorf("was read: %q", payload)
		}
	}
}

func FuzzReadRequest(f *testing.F) {
	f.Add(handedOver)
	f.Add(`{"body":"\u0000\ud834\udd1e","headers":{"STRIPE-SIGNATURE":""},"requestContext":{"http":{}}}`)
	f.Fuzz(func(t *testing.T, payload string) { agrees(t, payload) })
}
