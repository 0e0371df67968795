//go:build browser

package main

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/payhooks/payhooks/infra/local/aws"
)

// troubles keep what was read, say what is wrong, and end by themselves.
func troubles(o *rig, b browser) {
	p := b.tab(o.T, o.stack.Console, wide)
	p.open("/events")
	p.until(`document.querySelector('.live .word').textContent === 'Live'`)
	rows := len(p.texts("tr.row"))
	for _, c := range []struct {
		fault aws.Fault
		says  string
	}{
		{aws.Fault{Service: "dynamodb", Caller: "operator", Kind: aws.FaultDeny}, " of DynamoDB for stack local: AccessDenied"},
		{aws.Fault{Service: "dynamodb", Caller: "operator", Kind: aws.FaultThrottle}, " of DynamoDB for stack local: Throttling"},
		{aws.Fault{Service: "dynamodb", Caller: "operator", Kind: aws.FaultReset}, "No answer from DynamoDB to "},
	} {
		o.fault(c.fault)
		p.until(`!document.querySelector('#trouble').hidden`)
		if text := p.texts("#trouble")[0]; !strings.Contains(text, c.says) || !strings.Contains(text, "nothing was changed") {
			o.Errorf("%s: %s", c.fault.Kind, text)
		}
		if n := len(p.texts("tr.row")); n != rows {
			o.Errorf("%s: %d rows of %d are left", c.fault.Kind, n, rows)
		}
		p.picture("events-trouble")
		fresh := b.tab(o.T, o.stack.Console, wide)
		fresh.open("/events")
		if text := fresh.texts("#page")[0]; !strings.Contains(text, c.says) {
			o.Errorf("%s: a new page says %s", c.fault.Kind, text)
		}
		o.fault()
		p.until(`document.querySelector('#trouble').hidden`)
	}
	outlivesTheEngine(o, p, rows)
	showsAllButOne(o, p, rows)
}

// outlivesTheEngine kills what answers for DynamoDB: the rows stay, and the next event is
// among them as soon as it has started again.
func outlivesTheEngine(o *rig, p *tab, rows int) {
	p.open("/events")
	if err := syscall.Kill(o.stack.Engine.PID(), syscall.SIGKILL); err != nil {
		o.Fatal(err)
	}
	body := fmt.Sprintf(`{"id":"evt_after","object":"event","type":"charge.pending","livemode":false,"created":%d,"data":{"object":{"id":"ch_after","object":"charge"}}}`, time.Now().Unix())
	for n := 0; postSigned(o.Context(), o.Local.API+"/webhooks/default", demoSecret, []byte(body)) != nil; n++ {
		if n == 100 {
			o.Fatal("the engine does not come back")
		}
		if got := len(p.texts("tr.row")); got < rows {
			o.Errorf("%d rows of %d are left", got, rows)
		}
		time.Sleep(50 * time.Millisecond) // as Stripe, which waits longer
	}
	p.until(`!!document.getElementById('row-evt_after') && document.querySelector('#trouble').hidden`)
}

// showsAllButOne names the one record that cannot be read.
func showsAllButOne(o *rig, p *tab, rows int) {
	o.put("events", map[string]string{"id": "evt_broken", "type": "charge.succeeded", "received": time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "shard": "00"})
	p.open("/events")
	note := strings.Join(p.texts(".note"), " ")
	if got := len(p.texts("tr.row")); !strings.Contains(note, "evt_broken") || !strings.Contains(note, "all others are shown") || got < rows {
		o.Errorf("with a record that cannot be read there are %d rows and %q", got, note)
	}
}
