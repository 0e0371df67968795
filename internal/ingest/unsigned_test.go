package ingest_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/internal/webhook"
)

func TestRow67UnsignedBodyOverTheLimitIs413AndRaisesNoAlarm(t *testing.T) {
	r := newRig(t, "default=any")
	large := strings.Repeat(" ", webhook.MaxBody+1)
	broken := func(req *lambda.APIGatewayV2HTTPRequest) {
		req.Body, req.IsBase64Encoded = strings.Repeat("%", (webhook.MaxBody/3+1)*4), true
	}
	r.want(r.post(large, header("t=1,v1=00")), 413, "bad_signature")
	r.want(r.post("", header("t=1,v1=00"), broken), 413, "bad_signature")
	if r.fetches > 0 {
		t.Errorf("%d fetches: %s", r.fetches, r.logs.String())
	}
	r.want(r.post(large, header(webhook.Sign([]byte(large), "whsec_wrong", r.now))), 413, "bad_signature")
	r.want(r.post("", header(webhook.Sign(nil, signing, r.now)), broken), 413, "bad_body")
	if l := r.line(); l.Level != "WARN" {
		t.Errorf("an error that anyone can cause: %s", r.logs.String())
	}
	r.nothingKept()
}

func TestRow13SignedBodyOverTheLimitIs413WithAnAlarm(t *testing.T) {
	r := newRig(t, "default=any")
	large := whole + strings.Repeat(" ", webhook.MaxBody+1-len(whole))
	r.want(r.post(large), 413, "too_large")
	if l := r.line(); l.Level != "ERROR" || l.Error == "" {
		t.Error(r.logs.String())
	}
	r.want(r.post(large, func(req *lambda.APIGatewayV2HTTPRequest) {
		req.Body, req.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(large)), true
	}), 413, "too_large")
	r.nothingKept()

	exact := whole + strings.Repeat(" ", webhook.MaxBody-len(whole))
	r.want(r.post(exact), 200, "stored")
	r.want(r.post(exact, func(req *lambda.APIGatewayV2HTTPRequest) {
		req.Body, req.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(exact)), true
	}), 200, "duplicate")
}

// FuzzRow67UnsignedRequestShapesNoLogLine: whatever a request without a right signature
// has in it, its line in the log is made of our own words, and none of those that an
// alarm counts.
func FuzzRow67UnsignedRequestShapesNoLogLine(f *testing.F) {
	forged := "\n" + `{"message":"request","reason":"too_large","answer":500}` + "\r\x1b[2J\u009b1m\u202e\xff"
	for _, text := range []string{forged, "t=1763856100,v1=" + forged, "t=1763856100,v1=" + strings.Repeat("0", 64), strings.Repeat("v1=,", 3000)} {
		f.Add("default", "POST", text, whole+text, false)
		f.Add(text, "POST", text, text, true)
		f.Add("default", text, text, text, true)
	}
	f.Fuzz(func(t *testing.T, endpoint, method, signature, body string, encoded bool) {
		r := newRig(t, "default=any")
		r.handle(t.Context(), r.request(body, header(signature), at(endpoint), func(req *lambda.APIGatewayV2HTTPRequest) {
			req.RequestContext.HTTP.Method, req.IsBase64Encoded, req.RawPath = method, encoded, "/webhooks/"+endpoint
			req.Headers["user-agent"], req.Headers[signature] = body, endpoint
		}))
		l := r.line()
		ours := slices.Contains([]string{"unknown_endpoint", "method", "bad_signature", "bad_body"}, l.Reason) &&
			slices.Contains([]string{"", "no_header", "too_old", "too_new", "no_match", "malformed"}, l.Detail) &&
			slices.Contains([]string{"", "default"}, l.Endpoint)
		if !ours || l.Event+l.Type+l.Error+l.Stack != "" || l.Answer/100 != 4 || l.Level != "WARN" {
			t.Errorf("endpoint %q, method %q, signature %q: %s", endpoint, method, signature, r.logs.String())
		}
		if strings.ContainsFunc(strings.TrimSuffix(r.logs.String(), "\n"), func(c rune) bool { return c < ' ' || c > '~' }) {
			t.Errorf("%q", r.logs.String())
		}
		r.nothingKept()
	})
}
