//go:build browser

package main

import (
	"strings"

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
		{aws.Fault{Service: "dynamodb", Caller: "operator", Kind: aws.FaultDeny}, "AWS refused Query of DynamoDB for stack local: AccessDenied"},
		{aws.Fault{Service: "dynamodb", Caller: "operator", Kind: aws.FaultThrottle}, "AWS refused Query of DynamoDB for stack local: "},
		{aws.Fault{Service: "dynamodb", Caller: "operator", Kind: aws.FaultReset}, "No answer from DynamoDB to Query for stack local: "},
	} {
		o.fault(c.fault)
		p.until(`!document.querySelector('#trouble').hidden`)
		if text := p.texts("#trouble")[0]; !strings.HasPrefix(text, c.says) || !strings.Contains(text, "nothing was changed") {
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
}
