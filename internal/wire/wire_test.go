package wire_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/payhooks/payhooks/internal/wire"
)

func open(url string) *wire.Client {
	return wire.New("secretsmanager", aws.Config{
		Region: "eu-west-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", "token"),
		HTTPClient: &http.Client{Transport: &http.Transport{}},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}, time.Now)
}

func ask(t *testing.T, c *wire.Client) (value string, err error) {
	t.Helper()
	var out struct{ SecretString string }
	err = c.JSON(t.Context(), "secretsmanager.GetSecretValue", struct{ SecretId string }{"shop/stripe"}, &out)
	return out.SecretString, err
}

func TestCallIsSigned(t *testing.T) {
	var got http.Header
	var body string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		got, body = r.Header, string(text)
		_, _ = io.WriteString(w, `{"SecretString":"whsec_a"}`)
	}))
	defer srv.Close()
	if value, err := ask(t, open(srv.URL)); err != nil || value != "whsec_a" || body != `{"SecretId":"shop/stripe"}` {
		t.Errorf("%q, %v; asked %s", value, err, body)
	}
	auth := got.Get("Authorization")
	for _, part := range []string{"AWS4-HMAC-SHA256 Credential=AKIA/", "/eu-west-1/secretsmanager/aws4_request", "host;x-amz-date;x-amz-security-token;x-amz-target"} {
		if !strings.Contains(auth, part) {
			t.Errorf("%q is not in %q", part, auth)
		}
	}
	if got.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || got.Get("X-Amz-Security-Token") != "token" {
		t.Errorf("headers %v", got)
	}
}

func TestWarmOpensTheConnectionOfTheFirstCall(t *testing.T) {
	var opened atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			http.Error(w, "sign it", http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, `{"SecretString":"whsec_a"}`)
	}))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	srv.Start()
	defer srv.Close()
	c := open(srv.URL)
	if err := c.Warm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, c); err != nil || opened.Load() != 1 {
		t.Errorf("%v, %d connections", err, opened.Load())
	}
}

func TestWhatAServiceAnswersInsteadIsAnError(t *testing.T) {
	for _, c := range []struct {
		status                int
		header, body          string
		code, message, within string
	}{
		{400, "", `{"__type":"com.amazonaws.x#AccessDeniedException","message":"no"}`, "AccessDeniedException", "no", "400"},
		{400, "", `{"__type":"ResourceNotFoundException","Message":"none"}`, "ResourceNotFoundException", "none", ""},
		{400, "ValidationException:http://internal", `{}`, "ValidationException", "", ""},
		{403, "", `<html>`, "HTTP403", "", ""},
		{200, "", `<html>`, "", "", "invalid character"},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Errortype", c.header)
			w.Header().Set("X-Amzn-Requestid", "7GVRT3")
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		}))
		_, err := ask(t, open(srv.URL))
		srv.Close()
		var api smithy.APIError
		if is := errors.As(err, &api); err == nil || is != (c.code != "") || is && (api.ErrorCode() != c.code || api.ErrorMessage() != c.message) || !strings.Contains(err.Error(), c.within) {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
		if c.code != "" && !strings.Contains(err.Error(), "RequestID: 7GVRT3") {
			t.Errorf("the error does not name the request: %v", err)
		}
		if !strings.Contains(err.Error(), "GetSecretValue") {
			t.Errorf("the error does not name the call: %v", err)
		}
	}
}

func TestCredentialsThatCannotBeReadAreNamed(t *testing.T) {
	c := open("http://127.0.0.1:1")
	c.Config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("no role") })
	err := c.Do(t.Context(), &wire.Call{Operation: "Any", Answer: func(*smithyhttp.Response) error { return nil }})
	if err == nil || !strings.Contains(err.Error(), "operation error Secrets Manager: Any, get identity: get credentials: no role") {
		t.Errorf("%v", err)
	}
}

func TestRegionThatWouldBeAnotherHostIsRefused(t *testing.T) {
	for _, region := range []string{"x.example.com/#", "eu west", "eu-west-1:80", "é"} {
		c := wire.New("secretsmanager", aws.Config{Region: region, Credentials: aws.AnonymousCredentials{}}, time.Now)
		if err := c.JSON(t.Context(), "secretsmanager.GetSecretValue", struct{}{}, &struct{}{}); err == nil || !strings.Contains(err.Error(), "is not the name of a region") {
			t.Errorf("%s: %v", region, err)
		}
	}
}

func TestMissingRegionIsNamed(t *testing.T) {
	cfg := open("http://127.0.0.1:1").Config
	cfg.Region = ""
	_, err := ask(t, wire.New("secretsmanager", cfg, time.Now))
	if missing := (*aws.MissingRegionError)(nil); !errors.As(err, &missing) || !strings.Contains(err.Error(), "Secrets Manager: GetSecretValue, an AWS region is required") {
		t.Errorf("%v", err)
	}
}
