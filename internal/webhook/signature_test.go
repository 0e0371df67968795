package webhook_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	stripehook "github.com/stripe/stripe-go/v76/webhook"

	"github.com/payhooks/payhooks/internal/webhook"
)

var (
	at   = time.Unix(1763856000, 0)
	body = []byte(`{"id":"evt_1","object":"event"}`)
)

const (
	secret = "whsec_one"
	other  = "whsec_two"
)

func sum(secret string, t time.Time) string {
	return hex.EncodeToString(stripehook.ComputeSignature(t, body, secret))
}

func TestVerifyHeaders(t *testing.T) {
	stamp := fmt.Sprintf("t=%d", at.Unix())
	good, old := sum(secret, at), sum(other, at)
	for _, c := range []struct {
		name, header string
		want         error
	}{
		{"a header as Stripe sends it verifies", stamp + ",v1=" + good, nil},
		{"the order of the pairs does not matter", "v1=" + good + "," + stamp, nil},
		{"a v0 of test mode beside v1 is ignored", stamp + ",v1=" + good + ",v0=" + old, nil},
		{"an undecodable signature beside a good one is ignored", stamp + ",v1=bad_signature,v1=" + good, nil},
		{"a foreign signature beside a good one is ignored", stamp + ",v1=" + sum("whsec_x", at) + ",v1=" + good, nil},
		{"capital hex verifies", stamp + ",v1=" + strings.ToUpper(good), nil},
		{"no header is refused", "", webhook.ErrNoHeader},
		{"two times are refused", stamp + ",v1=" + good + "," + stamp + ",v1=" + good, webhook.ErrBadHeader},
		{"two equal times are refused", stamp + "," + stamp + ",v1=" + good, webhook.ErrBadHeader},
		{"no time is refused", "v1=" + good, webhook.ErrBadHeader},
		{"an empty time is refused", "t=,v1=" + good, webhook.ErrBadHeader},
		{"a time with a sign is refused", "t=+1763856000,v1=" + good, webhook.ErrBadHeader},
		{"a time with a leading zero is refused", "t=01763856000,v1=" + good, webhook.ErrBadHeader},
		{"a time that overflows is refused", "t=99999999999999999999,v1=" + good, webhook.ErrBadHeader},
		{"a fractional time is refused", "t=1763856000.5,v1=" + good, webhook.ErrBadHeader},
		{"a pair without a value is refused", "v1,t=1", webhook.ErrBadHeader},
		{"a pair with two = is refused", stamp + ",v1=" + good + "=", webhook.ErrBadHeader},
		{"a trailing comma is refused", stamp + ",v1=" + good + ",", webhook.ErrBadHeader},
		{"v0 only is refused", stamp + ",v0=" + good, webhook.ErrNoMatch},
		{"V1 is not v1", stamp + ",V1=" + good, webhook.ErrNoMatch},
		{"a signature cut short is refused", stamp + ",v1=" + good[:62], webhook.ErrNoMatch},
		{"an empty signature is refused", stamp + ",v1=", webhook.ErrNoMatch},
		{"a signature of another secret is refused", stamp + ",v1=" + sum("whsec_x", at), webhook.ErrNoMatch},
		{"a signature of an empty key is refused", stamp + ",v1=" + sum("", at), webhook.ErrNoMatch},
		{"a signature of another time is refused", stamp + ",v1=" + sum(secret, at.Add(time.Second)), webhook.ErrNoMatch},
		{"16 signatures are looked at", stamp + strings.Repeat(",v1="+old, 15) + ",v1=" + good, nil},
		{"100 signatures are refused", stamp + strings.Repeat(",v1="+good, 100), webhook.ErrBadHeader},
		{"17 signatures of any scheme are refused", stamp + ",v1=" + good + strings.Repeat(",v9=", 16), webhook.ErrBadHeader},
		{"a header over the limit is refused", stamp + ",v1=" + good + ",v0=" + strings.Repeat("0", webhook.MaxHeader), webhook.ErrBadHeader},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := webhook.Verify(body, c.header, []string{secret}, at); !errors.Is(err, c.want) {
				t.Errorf("Verify(%q) = %v, want %v", c.header, err, c.want)
			}
		})
	}
}

func TestVerifyTolerates300SecondsBothWays(t *testing.T) {
	header := webhook.Sign(body, secret, at)
	for _, c := range []struct {
		age  time.Duration
		want error
	}{
		{299 * time.Second, nil},
		{300 * time.Second, nil},
		{301 * time.Second, webhook.ErrTooOld},
		{30 * 24 * time.Hour, webhook.ErrTooOld},
		{-299 * time.Second, nil},
		{-300 * time.Second, nil},
		{-301 * time.Second, webhook.ErrTooNew},
		{-10 * time.Minute, webhook.ErrTooNew},
	} {
		if err := webhook.Verify(body, header, []string{secret}, at.Add(c.age)); !errors.Is(err, c.want) {
			t.Errorf("signed %v ago: %v, want %v", c.age, err, c.want)
		}
	}
}

func TestVerifyRefusesAnyChangeOfTheBody(t *testing.T) {
	header := webhook.Sign(body, secret, at)
	for i := range body {
		changed := []byte(string(body))
		changed[i] ^= 1
		if err := webhook.Verify(changed, header, []string{secret}, at); !errors.Is(err, webhook.ErrNoMatch) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
	}
	for name, changed := range map[string][]byte{
		"a newline added": []byte(string(body) + "\n"),
		"a byte removed":  body[:len(body)-1],
		"nothing left":    nil,
	} {
		if err := webhook.Verify(changed, header, []string{secret}, at); !errors.Is(err, webhook.ErrNoMatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVerifyTakesAnyOfTheSecrets(t *testing.T) {
	for _, signer := range []string{secret, other} {
		if err := webhook.Verify(body, webhook.Sign(body, signer, at), []string{secret, other}, at); err != nil {
			t.Errorf("signed with %s: %v", signer, err)
		}
	}
	if err := webhook.Verify(body, webhook.Sign(body, other, at), []string{secret}, at); !errors.Is(err, webhook.ErrNoMatch) {
		t.Errorf("a removed secret still verifies: %v", err)
	}
}

func TestVerifyFailsClosedWithoutASecret(t *testing.T) {
	emptyKey := webhook.Sign(body, "", at)
	for _, secrets := range [][]string{nil, {}, {""}, {secret, ""}} {
		if err := webhook.Verify(body, emptyKey, secrets, at); !errors.Is(err, webhook.ErrNoSecret) {
			t.Errorf("secrets %q: %v, want %v", secrets, err, webhook.ErrNoSecret)
		}
	}
	if err := webhook.Verify(body, "", nil, at); !errors.Is(err, webhook.ErrNoSecret) {
		t.Errorf("the sender is blamed for our missing secret: %v", err)
	}
}

func TestSignIsWhatStripeSigns(t *testing.T) {
	theirs := stripehook.GenerateTestSignedPayload(&stripehook.UnsignedPayload{Payload: body, Secret: secret, Timestamp: at})
	if got := webhook.Sign(body, secret, at); got != theirs.Header {
		t.Errorf("Sign = %q, stripe-go %q", got, theirs.Header)
	}
}

func TestParseSecrets(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		err        error
	}{
		{"one", "whsec_a", []string{"whsec_a"}, nil},
		{"a trailing newline is trimmed", "whsec_a\r\n", []string{"whsec_a"}, nil},
		{"a no-break space is trimmed", "whsec_a\u00a0", []string{"whsec_a"}, nil},
		{"white space around each is trimmed", " whsec_a,whsec_b\n\t, whsec_c\n", []string{"whsec_a", "whsec_b", "whsec_c"}, nil},
		{"characters of base64", "whsec_aB3+/_-=", []string{"whsec_aB3+/_-="}, nil},
		{"separated by a space", "whsec_a whsec_b", nil, webhook.ErrBadSecret},
		{"separated by a line break", "whsec_a\nwhsec_b", nil, webhook.ErrBadSecret},
		{"separated by a semicolon", "whsec_a;whsec_b", nil, webhook.ErrBadSecret},
		{"an empty one at the end", "whsec_a,", nil, webhook.ErrBadSecret},
		{"an empty one between", "whsec_a,,whsec_b", nil, webhook.ErrBadSecret},
		{"in quotes", `"whsec_a"`, nil, webhook.ErrBadSecret},
		{"the placeholder of a manual", "whsec_...", nil, webhook.ErrBadSecret},
		{"capitals", "WHSEC_a", nil, webhook.ErrBadSecret},
		{"empty", "", nil, webhook.ErrNoSecret},
		{"blank", " \t\n", nil, webhook.ErrNoSecret},
		{"commas only", " ,\n", nil, webhook.ErrBadSecret},
		{"only the prefix", "whsec_", nil, webhook.ErrBadSecret},
		{"an API key", "sk_live_123", nil, webhook.ErrBadSecret},
		{"JSON", `{"secret":"whsec_a"}`, nil, webhook.ErrBadSecret},
		{"one bad among good", "whsec_a,b", nil, webhook.ErrBadSecret},
		{"a byte order mark", "\ufeffwhsec_a", nil, webhook.ErrBadSecret},
		{"an invisible character", "whsec_a\u200b", nil, webhook.ErrBadSecret},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := webhook.ParseSecrets(c.text)
			if !errors.Is(err, c.err) || strings.Join(got, " ") != strings.Join(c.want, " ") {
				t.Errorf("ParseSecrets = %q, %v; want %q, %v", got, err, c.want, c.err)
			}
			if err != nil && c.text != "" && (strings.Contains(err.Error(), "sk_live") || strings.Contains(err.Error(), "whsec_a")) {
				t.Errorf("the error holds a secret: %v", err)
			}
		})
	}
}

// FuzzSignatureHeader holds the verifier to two promises for any header: it
// never panics, and what it accepts stripe-go accepts too. In the header, SIG
// stands for a right signature and NOW for the time that it is of.
func FuzzSignatureHeader(f *testing.F) {
	for _, seed := range []string{
		"t=NOW,v1=SIG", "t=NOW,v1=SIG,v0=SIG", "t=NOW,v1=SIG,t=NOW,v1=SIG", "v1=SIG,t=NOW",
		"t=0NOW,v1=SIG", "t=+NOW,v1=SIG", "t=NOW, v1=SIG", "t=NOW,v1=SIG=", "t=,v1=SIG", "v1=SIG", "t=NOW",
		"t=NOW,v0=SIG", "t=NOW;v1=SIG", "t==NOW,v1=SIG", ",", "=", "t=NOW,v1=SIGSIG", "t=NOW,v1=\x00",
		"t=99999999999999999999,v1=SIG", "t=-1,v1=SIG", "t=NOW,v1=SIG,v1=SIG,v1=SIG", "t=NOW,v1=SIG,", "T=NOW,V1=SIG",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		header = strings.ReplaceAll(strings.ReplaceAll(header, "NOW", fmt.Sprint(at.Unix())), "SIG", sum(secret, at))
		err := webhook.Verify(body, header, []string{secret}, at)
		if theirs := stripehook.ValidatePayloadIgnoringTolerance(body, header, secret); err == nil && theirs != nil {
			t.Errorf("we accept %q, stripe-go says %v", header, theirs)
		}
		if err == nil && !strings.Contains(strings.ToLower(header), sum(secret, at)) {
			t.Errorf("accepted %q, which holds no right signature", header)
		}
	})
}
