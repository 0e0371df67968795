package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
)

var hrefs = regexp.MustCompile(`(?:href|src)="(/[^"]*)"`)

// Whatever a reader opens, nothing is changed: every page that a link leads to is asked
// for with GET and with HEAD, dialogs included, and the operator's key writes nothing.
func TestConsoleChangesNothingWhenItIsRead(t *testing.T) {
	o := newOperator(t)
	o.must("trigger", "payment")
	o.must("trigger", "dispute")
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultReject, Count: 1})
	o.must("trigger", "payment")
	o.has(event.Parked, 1)
	o.fault()
	o.counts(http.MethodPost)
	seen, next := map[string]bool{"/": true}, []string{"/"}
	for len(next) > 0 && len(seen) < 300 {
		path := next[0]
		next = next[1:]
		for _, m := range hrefs.FindAllStringSubmatch(o.loaded(path), -1) {
			if link := html.UnescapeString(m[1]); !seen[link] && !strings.HasPrefix(link, "/static/") {
				seen[link] = true
				next = append(next, link)
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d pages are linked", len(seen))
	}
	for _, c := range o.counts(http.MethodGet) {
		if c.Caller == "operator" && !readCall.MatchString(c.Operation) {
			t.Errorf("reading %d pages made %d calls of %s", len(seen), c.Calls, c.Operation)
		}
	}
}

var readCall = regexp.MustCompile(`^(Get|BatchGet|Query|Scan|Describe|List|TransactGet)`)

// loaded is a page, asked for twice.
func (o *rig) loaded(path string) string {
	o.Helper()
	var text string
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		req, err := http.NewRequestWithContext(o.Context(), method, o.stack.Console+path, http.NoBody)
		if err != nil {
			o.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			o.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if _ = res.Body.Close(); err != nil || res.StatusCode >= 500 {
			o.Errorf("%s %s: %s %v", method, path, res.Status, err)
		}
		text = string(body)
	}
	return text
}

// counts are the DynamoDB calls since the last POST.
func (o *rig) counts(method string) []aws.Count {
	o.Helper()
	if method == http.MethodPost {
		req, err := o.Local.Own(o.Context(), method, "counts", http.NoBody)
		if err != nil {
			o.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			o.Fatal(err)
		}
		_ = res.Body.Close()
		return nil
	}
	all, err := cli.ReadLocal[aws.Count](o.Context(), o.Target, "counts")
	if err != nil {
		o.Fatal(err)
	}
	return all
}

// has waits for deliveries in a state.
func (o *rig) has(s event.State, n int) {
	o.Helper()
	o.eventually(fmt.Sprintf("%d are %s", n, s), func() bool {
		found, _, err := event.Collect(event.UnfinishedDeliveries(o.Context(), o.Tables, s, time.Now().Add(time.Hour)))
		if err != nil {
			o.Fatal(err)
		}
		return len(found) >= n
	})
}
