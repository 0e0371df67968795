package ingest_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/events"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestASignedEventIsStoredUnchangedAndOnce(t *testing.T) {
	r := newRig(t, "default=any")
	r.want(r.post(whole), 200, "stored")
	r.want(r.post(whole), 200, "duplicate")
	got, err := r.store.Get(t.Context(), "evt_1")
	if err != nil || string(got.Body) != whole || !got.Pending || got.Endpoint != "default" || !got.Received.Equal(r.now) {
		t.Errorf("stored %+v, %v", got, err)
	}
	if want := r.now.Add(400 * 24 * time.Hour); !got.Expires.Equal(want) {
		t.Errorf("expires %v, want %v", got.Expires, want)
	}
	if l := r.line(); l.Event != "evt_1" || l.Type != "charge.succeeded" || l.Endpoint != "default" || l.Level != "INFO" {
		t.Errorf("log line %s", r.logs.String())
	}
}

func TestABase64BodyIsSignedOverItsDecodedBytes(t *testing.T) {
	r := newRig(t, "default=any")
	encoded := base64.StdEncoding.EncodeToString([]byte(whole))
	asBase64 := func(req *lambda.APIGatewayV2HTTPRequest) { req.Body, req.IsBase64Encoded = encoded, true }
	overText := header(webhook.Sign([]byte(encoded), signing, r.now))
	r.want(r.post(whole, asBase64, overText), 400, "bad_signature")
	r.nothingKept()
	r.want(r.post(whole, asBase64), 200, "stored")
	if got, err := r.store.Get(t.Context(), "evt_1"); err != nil || string(got.Body) != whole {
		t.Errorf("stored %q, %v", got.Body, err)
	}
	broken := func(req *lambda.APIGatewayV2HTTPRequest) { req.Body, req.IsBase64Encoded = "%%%", true }
	r.want(r.post(whole, broken), 400, "bad_body")
}

func TestTheSignatureHeaderIsFoundInAnyCasing(t *testing.T) {
	for _, name := range []string{"stripe-signature", "Stripe-Signature", "STRIPE-SIGNATURE", "sTRIPE-sIGNATURE"} {
		r := newRig(t, "default=any")
		r.want(r.post(whole, func(req *lambda.APIGatewayV2HTTPRequest) {
			req.Headers = map[string]string{"host": "x", name: req.Headers["stripe-signature"]}
		}), 200, "stored")
	}
}

func TestWithoutASignatureNothingIsStored(t *testing.T) {
	r := newRig(t, "default=any")
	r.want(r.post(whole, func(req *lambda.APIGatewayV2HTTPRequest) { req.Headers = nil }), 400, "bad_signature")
	r.want(r.post(whole, header("")), 400, "bad_signature")
	if r.fetches > 0 {
		t.Error("Secrets Manager was asked for a request without a signature")
	}
	r.nothingKept()
}

func TestTwoSignatureHeadersAreRefused(t *testing.T) {
	r := newRig(t, "default=any")
	good := webhook.Sign([]byte(whole), signing, r.now)
	r.want(r.post(whole, header(good+","+good)), 400, "bad_signature")
	r.want(r.post(whole, func(req *lambda.APIGatewayV2HTTPRequest) { req.Headers["Stripe-Signature"] = good }), 400, "bad_signature")
	r.nothingKept()
}

func TestAChangedBodyIsRefused(t *testing.T) {
	r := newRig(t, "default=any")
	for name, changed := range map[string]string{
		"a digit": strings.Replace(whole, "500", "501", 1), "a newline": whole + "\n", "a byte less": whole[1:], "nothing": "",
	} {
		code := r.post(whole, func(req *lambda.APIGatewayV2HTTPRequest) { req.Body = changed })
		if l := r.line(); code != 400 || l.Detail != "no_match" || l.Event != "" || l.Type != "" {
			t.Errorf("%s: %d %s", name, code, r.logs.String())
		}
	}
	r.nothingKept()
}

func TestSignaturesLiveFor300Seconds(t *testing.T) {
	for _, c := range []struct {
		age    time.Duration
		code   int
		detail string
	}{{299 * time.Second, 200, ""}, {301 * time.Second, 400, "too_old"}, {-10 * time.Minute, 400, "too_new"}} {
		r := newRig(t, "default=any")
		code := r.post(whole, header(webhook.Sign([]byte(whole), signing, r.now.Add(-c.age))))
		if code != c.code || r.line().Detail != c.detail {
			t.Errorf("signed %v ago: %d %s", c.age, code, r.logs.String())
		}
	}
}

func TestFloodsOfSignaturesAreRefusedBeforeAnyCrypto(t *testing.T) {
	r := newRig(t, "default=any")
	good := webhook.Sign([]byte(whole), signing, r.now)
	_, v1, _ := strings.Cut(good, ",")
	r.want(r.post(whole, header(good+strings.Repeat(","+v1, 99))), 400, "bad_signature")
	r.want(r.post(whole, header(good+",v0="+strings.Repeat("0", webhook.MaxHeader))), 400, "bad_signature")
	if r.line().Detail != "malformed" || r.fetches > 0 {
		t.Errorf("%d fetches of secrets: %s", r.fetches, r.logs.String())
	}
	r.nothingKept()
}

func TestWrongMethodsAndEndpointsAreRefused(t *testing.T) {
	r := newRig(t, "default=any")
	for _, method := range []string{"GET", "PUT", "HEAD", "OPTIONS", "DELETE", "post", ""} {
		res := r.handle(t.Context(), r.request(whole, func(req *lambda.APIGatewayV2HTTPRequest) { req.RequestContext.HTTP.Method = method }))
		r.want(res.StatusCode, 405, "method")
		if res.Headers["allow"] != http.MethodPost {
			t.Errorf("%s: headers %v", method, res.Headers)
		}
	}
	for _, endpoint := range []string{"", "Default", "other", "default/x", "../default"} {
		r.want(r.post(whole, at(endpoint)), 404, "unknown_endpoint")
		if endpoint != "" && strings.Contains(r.logs.String(), endpoint) && endpoint != "default" {
			t.Errorf("the log repeats what an unknown sender wrote: %s", r.logs.String())
		}
	}
	r.nothingKept()
}

func TestTheGatewaysFixtureRoundTrips(t *testing.T) {
	text, err := events.FS.ReadFile("lambda/apigateway.json")
	if err != nil {
		t.Fatal(err)
	}
	var req lambda.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(text, &req); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, "default=any")
	r.secret, r.now = "whsec_local", time.UnixMilli(req.RequestContext.TimeEpoch)
	res := r.handle(t.Context(), req)
	r.want(res.StatusCode, 200, "stored")
	answer, err := json.Marshal(res)
	if err != nil || !strings.Contains(string(answer), `"statusCode":200`) {
		t.Errorf("answer %s, %v", answer, err)
	}
	sample, err := events.Sample("payment_intent.succeeded", events.Latest)
	if err != nil {
		t.Fatal(err)
	}
	facts, _ := webhook.Parse(sample)
	if got, err := r.store.Get(t.Context(), facts.ID); err != nil || string(got.Body) != string(sample) {
		t.Errorf("stored body differs from the sample: %v", err)
	}
}

func TestAnswersSayNothingInternal(t *testing.T) {
	r := newRig(t, "default=any")
	r.store.Fault = failing("Put", errInternal)
	res := r.handle(t.Context(), r.request(whole))
	r.want(res.StatusCode, 503, "store_failed")
	if strings.Contains(res.Body, "table") || !strings.Contains(r.line().Error, "table") {
		t.Errorf("answer %s, log %s", res.Body, r.logs.String())
	}
}

func TestEverySampleIsStoredByteForByte(t *testing.T) {
	r := newRig(t, "default=any")
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
			r.want(r.post(string(body)), 200, "stored")
			got, err := r.store.Get(t.Context(), r.line().Event)
			if err != nil || string(got.Body) != string(body) || got.Type != kind {
				t.Errorf("%s %s: %v", version, kind, err)
			}
		}
	}
	if stored, held := r.kept(); stored != 526 || held != 0 {
		t.Errorf("%d stored, %d quarantined", stored, held)
	}
}

var _ event.Store = refusing{}
