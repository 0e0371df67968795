//go:build browser

package main

import (
	"strings"

	"github.com/chromedp/chromedp"

	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// dialogsAsk selects by keys, and nothing is done until a button of the dialog is pressed.
func dialogsAsk(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	before := o.must("parked", "--json")
	p.open("/attention")
	p.run(chromedp.KeyEvent("jxjx"))
	p.until(`/^2 groups, \d+ deliveries selected$/.test(document.querySelector('.picked .sum').textContent)`)
	p.press(".picked [formaction$=discard]")
	p.until(`document.querySelector('#dialog').open && document.activeElement.matches('#dialog [data-close]')`)
	if !eval[bool](p, `document.querySelector('.bar').hidden && document.querySelector('#dialog [name=name]').required`) {
		o.Error("the dialog of a discard asks for no name, or the page loads behind it")
	}
	p.run(chromedp.KeyEvent("\r"))
	p.until(`!document.querySelector('#dialog').open`)
	p.run(chromedp.KeyEvent("\x1b"))
	p.until(`document.querySelectorAll('.causes :checked').length === 0`)
	p.run(chromedp.KeyEvent("jr"))
	p.until(`document.querySelector('#dialog').open && document.querySelector('#dialog .cli code').textContent.endsWith('--yes')`)
	p.press("#dialog [name=stale]")
	p.until(`document.querySelector('#dialog .cli code').textContent.endsWith('--stale --yes')`)
	p.run(chromedp.KeyEvent("\r"))
	if eval[bool](p, `location.pathname !== '/attention'`) || o.must("parked", "--json") != before {
		o.Error("a key has changed something")
	}
	p.clean("dialogs")
}

// walksToAnUnknown goes from the list to the mail that is sent after all.
func walksToAnUnknown(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	all := objects[operator.Item](o.T, o.must("parked", "--json"))
	var unknown operator.Item
	for _, i := range all {
		if i.State == string(event.Unknown) {
			unknown = i
		}
	}
	mails := o.mails(unknown.Event)
	p.open("/events?status=unknown")
	p.press(`#row-` + unknown.Event + ` .type a`)
	p.until(`location.pathname.endsWith('` + unknown.Event + `') && document.readyState === 'complete'`)
	p.press(`a[href^="/do/resolve"]`)
	p.until(`document.querySelector('#dialog').open`)
	p.press(`#dialog [value=did-not-happen]`)
	p.until(`document.querySelector('.said')?.textContent.includes('is recorded as not performed') ?? false`)
	o.delivered(unknown.Event, unknown.Action, event.Done)
	if n := o.mails(unknown.Event); n != mails+1 {
		o.Errorf("%d mails, want one more than %d", n, mails)
	}
	p.until(`document.querySelector('#del-` + unknown.Action + ` .st.done') !== null`)
	p.open("/events/" + unknown.Event)
	p.until(`document.querySelector('#del-` + unknown.Action + ` .st.done') !== null`)
	p.clean("a walk")
}

// changesWithoutScript retries a group.
func changesWithoutScript(o *rig, b browser) {
	l := wide
	l.noScript = true
	p := b.tab(o.T, o.stack.Console, l)
	p.open("/attention?state=parked")
	p.press(".causes input[name=group]")
	p.press(".picked [formaction$=retry]")
	p.press("form.dialog .options input")
	p.press("form.dialog .noscript")
	p.until(`document.querySelector('form.dialog .cli code')?.textContent.endsWith('--stale --yes') ?? false`)
	p.press("form.dialog .btn.first")
	p.until(`location.pathname.startsWith('/ops/')`)
	o.eventually("the operation has ended", func() bool {
		p.open(p.at())
		return strings.Contains(strings.Join(p.texts(".operation"), " "), "sent.")
	})
}
