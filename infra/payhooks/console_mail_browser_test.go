//go:build browser

package main

import (
	"strings"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// hostileMailRead: one that others wrote is read like any other, and does nothing.
func hostileMailRead(o *rig, b browser) {
	const body = `<h1>Hello</h1><script>parent.document.title = 'taken'; alert(1)</script><img src="http://evil.example/pixel.png" onerror="alert(2)">
<iframe src="http://evil.example/"></iframe><form action="http://evil.example/"><input autofocus onfocus="alert(3)"></form><link rel="stylesheet" href="http://evil.example/x.css"><meta http-equiv="refresh" content="0;url=http://evil.example/"><style>body { background: url(http://evil.example/bg.png) }</style>`
	text := func(s string) *types.Content { return &types.Content{Data: awssdk.String(s)} }
	_, err := sesv2.NewFromConfig(o.AWS).SendEmail(o.Context(), &sesv2.SendEmailInput{
		FromEmailAddress: awssdk.String("shop@example.com"), Destination: &types.Destination{ToAddresses: []string{"jenny@example.com"}},
		Content: &types.EmailContent{Simple: &types.Message{Subject: text(`"><script>alert(4)</script>`), Body: &types.Body{Html: text(body), Text: text("Hello")}}},
	})
	if err != nil {
		o.Fatal(err)
	}
	p := b.tab(o.T, o.stack.Console, wide)
	p.open("/local/mails")
	p.until(`document.querySelector('iframe') !== null`)
	frame := eval[[]string](p, `[document.querySelector('iframe').getAttribute('sandbox'), document.querySelector('iframe').getAttribute('src')]`)
	if frame[0] != "" || !strings.HasPrefix(frame[1], "/local/mails/") {
		o.Errorf("the frame is %q", frame)
	}
	p.until(`performance.getEntriesByType('resource').some(r => r.initiatorType === 'iframe')`)
	if title := eval[string](p, `document.title`); strings.Contains(title, "taken") {
		o.Errorf("a mail changed the page: %s", title)
	}
	if reached := eval[bool](p, `(() => { try { return document.querySelector('iframe').contentWindow.document !== null } catch { return false } })()`); reached {
		o.Error("the frame is of the console's origin")
	}
	p.mu.Lock()
	for _, r := range p.requests {
		if !strings.HasPrefix(r, p.base) {
			o.Errorf("a mail caused a request to %s", r)
		}
	}
	var others []string // what the frame's policy refuses is said in the log
	for _, s := range p.problems {
		if !strings.Contains(s, "Content Security Policy") && !strings.Contains(s, "sandbox") && !strings.Contains(s, "Blocked") {
			others = append(others, s)
		}
	}
	p.problems = others
	p.mu.Unlock()
	p.clean("the mailbox")
	p.picture("mail-hostile")
}
