//go:build aws

package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
)

// console serves the deployed stack to a browser with the printed address, until it is stopped.
func (a *account) console() {
	a.Helper()
	ctx, stop := context.WithCancel(a.Context())
	defer stop()
	root := rootCommand()
	printed, out := io.Pipe()
	defer func() { _ = printed.Close() }()
	root.SetArgs([]string{"console", "--port", "0", "--stack", "payhooks"})
	root.SetOut(out)
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	url, err := bufio.NewReader(printed).ReadString('\n')
	a.ok(err)
	c := &http.Client{}
	c.Jar, err = cookiejar.New(nil)
	a.ok(err)
	page := func(url string) string {
		res, err := c.Get(url) //nolint:noctx // of this test
		a.ok(err)
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		a.ok(err)
		return res.Status + string(body)
	}
	base, _, _ := strings.Cut(url, "/?key=")
	if text := page(base + "/events"); !strings.HasPrefix(text, "401") {
		a.Errorf("without its key: %.300s", text)
	}
	page(strings.TrimSpace(url))
	if text := page(base + "/events"); !strings.HasPrefix(text, "200") || !strings.Contains(text, "/events/evt_parked") {
		a.Errorf("payhooks console: %.3000s", text)
	}
	stop()
	a.ok(<-ended)
}
