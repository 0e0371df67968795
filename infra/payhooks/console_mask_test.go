package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/internal/event"
)

var formToken = regexp.MustCompile(`name="token" value="([0-9a-f]+)"`)

// What may be a person's is in no page, until it is asked for.
func TestConsoleMasksPersonalData(t *testing.T) {
	o := newOperator(t)
	begin := time.Now().Add(-time.Second)
	o.deliver(o.baited())
	found, _, err := event.Collect(event.ReceivedBetween(o.Context(), o.Tables, begin, time.Now().Add(time.Hour)))
	if err != nil || len(found) < 20 {
		t.Fatalf("%d events, %v", len(found), err)
	}
	c := &http.Client{}
	c.Jar, _ = cookiejar.New(nil)
	load := func(method, path string, form url.Values) string {
		req, err := http.NewRequestWithContext(t.Context(), method, o.stack.Console+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %v", path, res.Status, err)
		}
		return string(body)
	}
	token := ""
	for _, path := range []string{"/", "/events", "/events?status=parked"} {
		page := load(http.MethodGet, path, nil)
		token = formToken.FindStringSubmatch(page)[1]
		if at := canary.FindStringIndex(page); at != nil {
			t.Errorf("%s: …%s…", path, page[max(0, at[0]-80):min(len(page), at[1]+80)])
		}
	}
	for _, e := range found {
		page := load(http.MethodGet, "/events/"+e.ID, nil)
		if at := canary.FindStringIndex(page); at != nil {
			t.Errorf("%s %s: …%s…", e.Type, e.ID, page[max(0, at[0]-80):min(len(page), at[1]+80)])
		}
	}
	whole := load(http.MethodPost, "/events/"+found[0].ID+"/whole", url.Values{"token": {token}})
	if !canary.MatchString(whole) {
		t.Error("what is asked for is not shown")
	}
}
