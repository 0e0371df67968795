package start

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestConfigurationIsWhatLambdaSets(t *testing.T) {
	env := map[string]string{"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "ASIA", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
	getenv := func(name string) string { return env[name] }
	cfg, err := configuration(getenv)
	if err != nil || cfg.Region != "eu-west-1" || cfg.BaseEndpoint != nil || cfg.HTTPClient == nil {
		t.Errorf("%+v, %v", cfg, err)
	}
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} {
		env[name] = "/etc/own"
		if cfg, err := configuration(getenv); err != nil || cfg.HTTPClient != nil {
			t.Errorf("%+v, %v: the deployment says with %s what is trusted", cfg, err, name)
		}
		delete(env, name)
	}
	if keys, err := cfg.Credentials.Retrieve(t.Context()); err != nil || keys.AccessKeyID != "ASIA" || keys.SecretAccessKey != "secret" || keys.SessionToken != "token" || keys.CanExpire {
		t.Errorf("%+v, %v", keys, err)
	}
	env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:4566"
	if cfg, err := configuration(getenv); err != nil || *cfg.BaseEndpoint != env["AWS_ENDPOINT_URL"] || cfg.HTTPClient != nil {
		t.Errorf("%+v, %v", cfg, err)
	}
	env["AWS_USE_FIPS_ENDPOINT"] = "true"
	if _, err := configuration(getenv); err == nil || !strings.Contains(err.Error(), "AWS_USE_FIPS_ENDPOINT") {
		t.Errorf("what is not supported is left out silently: %v", err)
	}
	env["AWS_USE_FIPS_ENDPOINT"] = ""
	for _, name := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		before := env[name]
		env[name] = ""
		if _, err := configuration(getenv); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
		env[name] = before
	}
}

func TestDictionaryIsOnOrOff(t *testing.T) {
	for value, want := range map[string]bool{"": false, "off": false, "on": true} {
		if asked, err := dictionary(value); asked != want || err != nil {
			t.Errorf("%q: %t, %v", value, asked, err)
		}
	}
	for _, value := range []string{"On", "true", "1", " on"} {
		if asked, err := dictionary(value); asked || err == nil || !strings.Contains(err.Error(), "DICTIONARY is "+strconv.Quote(value)+": expected on or off") {
			t.Errorf("%q: %t, %v", value, asked, err)
		}
	}
}

func TestWarmWaitsForAllButNotForEver(t *testing.T) {
	done, gaveUp := false, false
	s := &Stack{Warm: []func(context.Context){
		func(context.Context) { done = true },
		func(ctx context.Context) {
			select {
			case <-ctx.Done():
				gaveUp = true
			case <-time.After(9 * warmTime):
			}
		},
	}}
	s.warm()
	if !done || !gaveUp {
		t.Errorf("done %t, gave up %t", done, gaveUp)
	}
}
