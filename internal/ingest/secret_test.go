package ingest_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/webhook"
)

func TestWithoutAUsableSecretEverythingIsRefusedWith5xx(t *testing.T) {
	for name, c := range map[string]struct {
		value string
		err   error
	}{
		"missing": {"", fmt.Errorf("x: %w", event.ErrNotConfigured)}, "empty": {"", nil}, "blank": {" \n", nil}, "another key": {"sk_live_canary", nil},
		"one of two": {signing + ",canary", nil}, "a list that ends early": {signing + ",", nil}, "JSON": {`{"secret":"` + signing + `"}`, nil}, "two lines": {signing + "\nwhsec_canary", nil},
	} {
		r := newRig(t, "default=any")
		r.secret, r.secretErr = c.value, c.err
		for _, key := range []string{signing, "", c.value} {
			r.want(r.post(whole, header(webhook.Sign([]byte(whole), key, r.now))), 500, "no_secret")
			if log := r.logs.String(); r.line().Level != "ERROR" || !strings.Contains(r.line().Error, "signing secret") || strings.Contains(log, "canary") || strings.Contains(log, signing) {
				t.Errorf("%s: %s", name, log)
			}
		}
		r.nothingKept()
	}
}

func TestAnUnreachableSecretsManagerIs503(t *testing.T) {
	r := newRig(t, "default=any")
	r.secretErr = errors.New("throttled")
	r.want(r.post(whole), 503, "secret_failed")
	r.nothingKept()
	r.secretErr = nil
	r.now = r.now.Add(secret.RetryEvery)
	r.want(r.post(whole), 200, "stored")
}

func TestASecretWithATrailingNewlineWorks(t *testing.T) {
	for _, text := range []string{signing + "\n", " " + signing + " \r\n"} {
		r := newRig(t, "default=any")
		r.secret = text
		r.want(r.post(whole), 200, "stored")
	}
}

func TestARollNeedsNoDeploy(t *testing.T) {
	const next = "whsec_next"
	r := newRig(t, "default=any")
	signedBy := func(key string) int { return r.post(whole, header(webhook.Sign([]byte(whole), key, r.now))) }
	r.want(signedBy(signing), 200, "stored")
	r.want(signedBy(next), 400, "bad_signature")

	r.secret = signing + "," + next
	r.now = r.now.Add(secret.RefreshEvery)
	r.want(signedBy(next), 200, "duplicate")
	r.want(signedBy(signing), 200, "duplicate")

	r.secret = next
	r.now = r.now.Add(secret.MaxAge)
	r.want(signedBy(next), 200, "duplicate")
	r.want(signedBy(signing), 400, "bad_signature")
}

func TestAStaleSecretIsNotUsed(t *testing.T) {
	r := newRig(t, "default=any")
	r.want(r.post(whole), 200, "stored")
	r.secretErr = errors.New("throttled")
	r.now = r.now.Add(secret.MaxAge - time.Second)
	r.want(r.post(whole), 200, "duplicate")
	r.now = r.now.Add(time.Second)
	r.want(r.post(whole), 503, "secret_failed")
}

func TestAFloodOfBadSignaturesDoesNotReachSecretsManager(t *testing.T) {
	r := newRig(t, "default=any")
	for range 200 {
		r.want(r.post(whole, header(webhook.Sign([]byte(whole), "whsec_wrong", r.now))), 400, "bad_signature")
	}
	if r.fetches != 1 {
		t.Errorf("%d fetches", r.fetches)
	}
}

func TestEachEndpointHasItsOwnSecret(t *testing.T) {
	r := newRig(t, "default=any,connect=any+connect")
	r.others = map[string]string{"connect": "whsec_connect"}
	r.want(r.post(whole, at("connect")), 400, "bad_signature")
	byConnect := header(webhook.Sign([]byte(whole), "whsec_connect", r.now))
	r.want(r.post(whole, byConnect), 400, "bad_signature")
	r.want(r.post(whole, byConnect, at("connect")), 200, "stored")
	if r.line().Endpoint != "connect" {
		t.Error(r.logs.String())
	}
}
