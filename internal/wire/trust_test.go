package wire

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// trusting is a transport with these roots, that counts its requests.
type trusting struct {
	http.Transport
	asked int
}

func (t *trusting) RoundTrip(req *http.Request) (*http.Response, error) {
	t.asked++
	return t.Transport.RoundTrip(req)
}

func certified(t *testing.T) (url string, none, its *trusting) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	none, its = &trusting{}, &trusting{}
	for _, c := range []*trusting{none, its} {
		c.TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig.Clone() //nolint:forcetypeassert // that is what it is
	}
	none.TLSClientConfig.RootCAs = x509.NewCertPool()
	return srv.URL, none, its
}

func echo(t *testing.T, rt http.RoundTripper, url string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	res, err := rt.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	return string(body), err
}

func TestServicesOfOtherRootsAreJudgedByTheSystem(t *testing.T) {
	for why, spoil := range map[string]func(*tls.Config, *x509.CertPool){
		"unknown": func(*tls.Config, *x509.CertPool) {},
		"a chain that expired": func(c *tls.Config, its *x509.CertPool) {
			c.RootCAs, c.Time = its, func() time.Time { return time.Now().AddDate(200, 0, 0) }
		},
	} {
		url, none, its := certified(t)
		spoil(none.TLSClientConfig, its.TLSClientConfig.RootCAs)
		tr := &trust{narrow: func() http.RoundTripper { return none }, system: its}
		for range 2 {
			if body, err := echo(t, tr, url); err != nil || body != "body" {
				t.Fatalf("%s: %q, %v", why, body, err)
			}
		}
		if none.asked != 1 || its.asked != 2 {
			t.Errorf("%s: %d and %d requests: the narrow trust is tried once", why, none.asked, its.asked)
		}
	}
}

func TestSystemIsNotAskedAboutServicesOfAmazonsRoots(t *testing.T) {
	url, none, its := certified(t)
	tr := &trust{narrow: func() http.RoundTripper { return its }, system: none}
	if body, err := echo(t, tr, url); err != nil || body != "body" || none.asked != 0 {
		t.Errorf("%q, %v after %d requests", body, err, none.asked)
	}
	// A certificate of another host is wrong with any roots.
	_, err := echo(t, tr, strings.Replace(url, "127.0.0.1", "localhost", 1))
	if host := new(x509.HostnameError); !errors.As(err, host) || none.asked != 0 || tr.wide.Load() {
		t.Errorf("%v after %d requests", err, none.asked)
	}
}

func TestUnknownRootsAreRefused(t *testing.T) {
	url, none, _ := certified(t)
	tr := &trust{narrow: func() http.RoundTripper { return none }, system: none}
	_, err := echo(t, tr, url)
	if unknown := new(x509.UnknownAuthorityError); !errors.As(err, unknown) {
		t.Error(err)
	}
}

func TestAmazonsRootsAreThoseOfItsRepository(t *testing.T) {
	client := AWS().Transport.(*trust) //nolint:forcetypeassert // that is what it is
	pool := client.narrow().(*http.Transport).TLSClientConfig.RootCAs
	want := x509.NewCertPool()
	for _, c := range roots(t) {
		want.AddCert(c)
	}
	if !pool.Equal(want) {
		t.Error("other roots are trusted")
	}
}

// keys are the roots by the SHA-256 of their public keys, as the repository publishes them.
var keys = map[string]string{
	"fbe3018031f9586bcbf41727e417b7d1c45c2f47f93be372a17b96b50757d5a2": "Amazon Root CA 1",
	"7f4296fc5b6a4e3b35d3c369623e364ab1af381d8fa7121533c9d6c633ea2461": "Amazon Root CA 2",
	"36abc32656acfc645c61b71613c4bf21c787f5cabbee48348d58597803d7abc9": "Amazon Root CA 3",
	"f7ecded5c66047d28ed6466b543c40e0743abe81d109254dcf845d4c2c7853c5": "Amazon Root CA 4",
	"2b071c59a0a0ae76b0eadb2bad23bad4580b69c3601b630c2eaf0613afa83f92": "Starfield Services Root Certificate Authority - G2",
}

func roots(t *testing.T) (all []*x509.Certificate) {
	t.Helper()
	for rest := amazon; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
		if name := keys[hex.EncodeToString(sum[:])]; name == "" || c.Subject.CommonName != name {
			t.Errorf("%s has key %x, which is not of the repository", c.Subject, sum)
		}
		all = append(all, c)
	}
	if len(all) != len(keys) {
		t.Errorf("%d certificates", len(all))
	}
	return all
}
