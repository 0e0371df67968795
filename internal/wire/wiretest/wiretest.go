// Package wiretest holds a client of a service against the SDK's: both ask a fake that
// gives both the same answers.
package wiretest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Answer is what the service answers a request.
type Answer struct {
	Status int // 0 is 200, negative a connection that breaks instead
	Header map[string]string
	Body   string
}

// Lost is a reply that does not arrive.
var Lost = Answer{Status: -1}

// fake is a service that gives its answers one after the other, and keeps what was asked.
type fake struct {
	mu      sync.Mutex
	answers []Answer
	asked   []string
}

// ServeHTTP implements http.Handler. What is asked beyond the answers gets an empty one.
func (s *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, request(r, body))
	a := Answer{Body: "{}"}
	if len(s.answers) > 0 {
		a, s.answers = s.answers[0], s.answers[1:]
	}
	if a.Status < 0 {
		panic(http.ErrAbortHandler)
	}
	for name, value := range a.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(max(a.Status, http.StatusOK))
	_, _ = io.WriteString(w, a.Body)
}

// request is what of a request matters to a service, in a form that can be compared: also the
// name of the service in the signature.
func request(r *http.Request, body []byte) string {
	scope := strings.Split(r.Header.Get("Authorization"), "/")
	parts := []string{scope[min(3, len(scope)-1)], r.Method, r.URL.EscapedPath() + "?" + r.URL.Query().Encode()}
	for _, name := range []string{"X-Amz-Target", "X-Amzn-Query-Mode", "X-Amz-Security-Token"} {
		parts = append(parts, r.Header.Get(name))
	}
	if len(body) == 0 {
		return strings.Join(parts, " ")
	}
	text := string(body)
	var members any
	if form, err := url.ParseQuery(text); err == nil && form.Has("Action") {
		text = form.Encode()
	} else if json.Unmarshal(body, &members) == nil {
		ordered, _ := json.Marshal(members)
		text = string(ordered)
	}
	return strings.Join(append(parts, r.Header.Get("Content-Type"), text), " ")
}

// Config is the configuration of a client of a service that gives these answers. Repeats wait
// for nothing.
func Config(t *testing.T, answers ...Answer) aws.Config {
	t.Helper()
	cfg, _ := open(t, answers)
	return cfg
}

func open(t *testing.T, answers []Answer) (aws.Config, *fake) {
	t.Helper()
	s := &fake{answers: slices.Clone(answers)}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return aws.Config{
		Region: "eu-west-1", BaseEndpoint: &srv.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIA", "secret", "token"),
		HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}, s
}

// Same makes calls with our client and with the SDK's, and fails where they ask for something
// else, or another number of times. The address ends with a slash, as some are configured.
func Same(t *testing.T, answers []Answer, ours, theirs func(aws.Config)) {
	t.Helper()
	var asked [2][]string
	for i, call := range []func(aws.Config){ours, theirs} {
		cfg, s := open(t, answers)
		*cfg.BaseEndpoint += "/"
		call(cfg)
		asked[i] = s.asked
	}
	if len(asked[0]) == 0 || !slices.Equal(asked[0], asked[1]) {
		t.Errorf("asked\n%s\nthe SDK asks\n%s", strings.Join(asked[0], "\n"), strings.Join(asked[1], "\n"))
	}
}
