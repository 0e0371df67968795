//go:build browser

package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/internal/event"
)

// The acceptance checks of the console, each by its name, in one browser on one stack.
func TestConsole(t *testing.T) {
	o := newOperator(t)
	o.busy()
	b := newBrowser(t)
	for _, c := range []struct {
		name  string
		check func(o *rig, b browser)
	}{
		{"first paint is small", paintsSoon},
		{"filters are the address", filtersAreTheAddress},
		{"the box finds ids", boxFinds},
		{"live rows move nothing", liveRows},
		{"keys do what the list says", keysWork},
		{"the policy holds", policyHolds},
		{"other origins get nothing", othersGetNothing},
		{"no violation of accessibility", accessible},
		{"shapes differ without colour", shapesDiffer},
		{"zoom and narrow windows", zooms},
		{"without script", withoutScript},
		{"hostile texts do nothing", hostileTexts},
		{"troubles keep what was read", troubles},
		{"a hostile mail does nothing", hostileMailRead},
		{"dialogs ask", dialogsAsk},
		{"walk to an unknown", walksToAnUnknown},
		{"changes without script", changesWithoutScript},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(o.in(t), b) })
	}
}

// busy fills the stack with a bit of everything.
func (o *rig) busy() {
	o.Helper()
	o.must("trigger", "payment")
	o.must("trigger", "refund")
	o.must("trigger", "dispute")
	o.must("trigger", "subscription")
	for i := range 3 {
		o.sent(fmt.Sprintf(`{"id":"evt_odd%d","object":"event","type":"charge.succeeded","livemode":false,"created":%d,"api_version":"2023-10-16","data":{"object":{"id":"ch_odd%[1]d","object":"charge","amount":"many","captured":true}}}`, i, time.Now().Unix()))
	}
	o.has(event.Parked, 3)
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultDeny, Count: 1})
	o.must("trigger", "payment")
	o.has(event.Waiting, 1)
	o.fault(aws.Fault{Service: "ses", Kind: aws.FaultLost, Count: 1})
	o.must("trigger", "payment")
	o.has(event.Unknown, 1)
	o.fault()
	o.sent(fmt.Sprintf(`{"id":"evt_held","object":"event","type":"charge.succeeded","livemode":true,"created":%d,"data":null}`, time.Now().Unix()))
}

// sent posts a signed body, whatever becomes of it.
func (o *rig) sent(body string) {
	o.Helper()
	if err := postSigned(o.Context(), o.Local.API+"/webhooks/default", demoSecret, []byte(body)); err != nil {
		o.Fatal(err)
	}
}

// pages are all that a person can open, with an event of each kind.
func (o *rig) pages() []string {
	o.Helper()
	all := []string{"/", "/events", "/events?status=parked", "/events?type=nothing.*", "/help", "/events/evt_none", "/nowhere", "/events?statsu=parked"}
	for _, status := range []string{"done", "parked", "unknown", "quarantined"} {
		if e := objects[struct{ ID string }](o.T, o.must("events", "list", "--status", status, "--limit", "1", "--json")); len(e) > 0 {
			all = append(all, "/events/"+e[0].ID)
		}
	}
	all = append(all, "/timeline", "/timeline/pi_none", "/timeline/"+o.object("payment_intent.succeeded"), "/timeline/"+o.object("charge.dispute.created"),
		"/state/orders", "/state/orders?refrence=1", "/state/access", "/state/stock", "/state/holds", "/state/journal", "/state/report", "/state/audit", "/state/orders/"+o.object("payment_intent.succeeded"),
		"/local/mails", "/local/refused", "/local/samples", "/local/logs", "/do/stock?item=price_tee&supply=3")
	return append(append(all, "/attention", "/attention?state=overdue", "/attention?state=nothing", "/ops/none", "/do/replay?type=charge.*", "/do/retry"), o.dialogs()...)
}

// object is that of the newest event of a type.
func (o *rig) object(kind string) string {
	o.Helper()
	found := objects[struct{ ID string }](o.T, o.must("events", "list", "--type", kind, "--limit", "1", "--json"))
	if len(found) == 0 {
		o.Fatalf("no %s", kind)
	}
	return objects[struct{ Facts event.Facts }](o.T, o.must("events", "show", found[0].ID, "--json"))[0].Facts.Object
}

// links to a group and to a dialog.
var dialogLinks = regexp.MustCompile(`href="(/do/[^"]*|/attention\?group=[^"]*)"`)

// dialogs are those of the groups that need a person, and the groups.
func (o *rig) dialogs() (all []string) {
	o.Helper()
	req, err := http.NewRequestWithContext(o.Context(), http.MethodGet, o.stack.Console+"/attention", http.NoBody)
	if err != nil {
		o.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		o.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		o.Fatal(err)
	}
	for _, m := range dialogLinks.FindAllStringSubmatch(string(body), -1) {
		all = append(all, html.UnescapeString(m[1]))
	}
	if len(all) == 0 {
		o.Fatal("nothing needs a person")
	}
	return all
}

func paintsSoon(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	p.open("/events")
	p.until(`performance.getEntriesByName('first-contentful-paint').length > 0`)
	p.mu.Lock()
	sum := 0.0
	for _, n := range p.bytes {
		sum += n
	}
	requests := slices.Clone(p.requests)
	p.mu.Unlock()
	o.Logf("%s: %.0f bytes in %d requests", "/events", sum, len(requests))
	if sum == 0 || sum >= 50_000 {
		o.Errorf("%.0f bytes before the first paint: %q", sum, requests)
	}
	p.clean("/events")
}

func filtersAreTheAddress(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	p.open("/events")
	whole := p.texts("tr.row .type")
	p.run(chromedp.Click(chromedp.CSS(`nav.tabs a[href*="status=parked"]`)), chromedp.WaitVisible(chromedp.CSS(`nav.tabs a[aria-current][href*="parked"]`)))
	p.run(chromedp.Click(chromedp.CSS(`details.menu:nth-of-type(3) summary`)), chromedp.Click(chromedp.CSS(`a[href*="action=send-receipt"]`)))
	p.until(`location.search.includes('action=send-receipt')`)
	if u, err := url.Parse(p.at()); err != nil || u.Query().Get("status") != "parked" || u.Query().Get("action") != "send-receipt" {
		o.Fatalf("the address is %s", p.at())
	}
	rows := p.texts("tr.row .when, tr.row .type")
	fresh := b.tab(o.T, o.stack.Console, wide)
	fresh.open(p.at())
	if got := fresh.texts("tr.row .when, tr.row .type"); len(rows) == 0 || !slices.Equal(rows, got) {
		o.Errorf("in another tab %q, here %q", got, rows)
	}
	p.run(chromedp.Evaluate[chromedp.Void](`history.go(-2)`)) // a page that the browser has kept loads nothing
	p.until(`location.search === '' && document.readyState === 'complete'`)
	if got := p.texts("tr.row .type"); !slices.Equal(got, whole) {
		o.Errorf("back at %s the list has %d rows of %d", p.at(), len(got), len(whole))
	}
	fresh.open("/events?statsu=parked")
	if text := fresh.texts("#page")[0]; !strings.Contains(text, "There is no filter statsu") || !strings.Contains(text, "status") {
		o.Errorf("a filter that does not exist: %s", text)
	}
}

func boxFinds(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	for _, c := range [][2]string{
		{"evt_held", "/events/evt_held"},
		{"pi_none", "/timeline/pi_none"},
		{"ch_1", "/timeline/ch_1"},
		{"in_1", "/timeline/in_1"},
		{"sub_1", "/timeline/sub_1"},
		{"cs_test_1", "/timeline/cs_test_1"},
		{"re_1", "/timeline/re_1"},
		{"du_1", "/timeline/du_1"},
		{"po_1", "/timeline/po_1"},
		{"cus_1", "/timeline/cus_1"},
		{"acct_1", "/events?account=acct_1"},
		{"type:charge.*", "/events?type=charge.%2A"},
		{"status:parked", "/events?status=parked"},
	} {
		p.open("/events")
		p.run(chromedp.SendKeys(chromedp.CSS(".find input[name=q]"), c[0]+"\r"))
		p.until(`location.pathname !== '/events' || location.search !== ''`)
		if at := p.at(); at != c[1] {
			o.Errorf("%s leads to %s", c[0], at)
		}
	}
	p.open("/events")
	p.run(chromedp.SendKeys(chromedp.CSS(".find input[name=q]"), "xyzzy\r"))
	p.until(`location.pathname === '/find'`)
	if text := p.texts("#page")[0]; !strings.Contains(text, "No event, object or order reference is xyzzy in local.") || !strings.Contains(text, "payhooks backfill --since DAY") {
		o.Errorf("nonsense: %s", text)
	}
	p.clean("the box")
}
