package aws

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/local/template"
)

func TestRow66MailNeedsItsSenderRecipientsConfigurationAndContentGranted(t *testing.T) {
	s := &Server{Stack: &template.Stack{Region: "us-east-1", Account: "000000000000"}}
	const arn = "arn:aws:ses:us-east-1:000000000000:"
	allow := func(condition string, resources ...string) template.Statement {
		for i := range resources {
			resources[i] = arn + resources[i]
		}
		st := template.Statement{Effect: "Allow", Actions: []string{"ses:SendEmail"}, Resources: resources}
		if condition != "" {
			st.Conditions = map[string]map[string][]string{"StringEquals": {"ses:FromAddress": {condition}}}
		}
		return st
	}
	const simple = `"Content":{"Simple":{}},"Destination":{"ToAddresses":["Ada <ada@example.net>"]}`
	const shop = `"FromEmailAddress":"\"Shop, Ltd\" <shop@example.com>",`
	ours := allow("shop@example.com", "identity/*", "configuration-set/*")
	for name, c := range map[string]struct {
		role template.Statement
		mail string
		want bool
	}{
		"the sender, under any name":      {ours, shop + simple, true},
		"with a configuration set":        {ours, shop + `"ConfigurationSetName":"all",` + simple, true},
		"another address":                 {ours, `"FromEmailAddress":"boss@example.com",` + simple, false},
		"the sender as another's name":    {ours, `"FromEmailAddress":"\"shop@example.com\" <boss@example.com>",` + simple, false},
		"the sender in capitals":          {ours, `"FromEmailAddress":"Shop@example.com",` + simple, false},
		"two senders":                     {ours, `"FromEmailAddress":"shop@example.com, boss@example.com",` + simple, false},
		"no sender":                       {ours, simple, false},
		"raw content":                     {ours, shop + `"Content":{"Raw":{"Data":"eA=="}},"Destination":{"ToAddresses":["ada@example.net"]}`, false},
		"a template":                      {ours, shop + `"Content":{"Template":{"TemplateName":"x"}},"Destination":{"ToAddresses":["ada@example.net"]}`, false},
		"both kinds of content":           {ours, shop + `"Content":{"Simple":{},"Raw":{"Data":"eA=="}},"Destination":{"ToAddresses":["ada@example.net"]}`, false},
		"no identity of the recipient":    {allow("", "identity/shop@example.com", "identity/example.com"), shop + simple, false},
		"the recipient's domain":          {allow("", "identity/example.com", "identity/example.net"), shop + simple, true},
		"one recipient too many":          {allow("", "identity/example.com", "identity/ada@example.net"), shop + `"Content":{"Simple":{}},"Destination":{"ToAddresses":["ada@example.net"],"BccAddresses":["eve@example.org"]}`, false},
		"no right to a configuration set": {allow("", "identity/*"), shop + `"ConfigurationSetName":"all",` + simple, false},
	} {
		in := &sendEmailRequest{}
		if err := json.NewDecoder(strings.NewReader("{" + c.mail + "}")).Decode(in); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := true
		for _, need := range s.sendEmailNeeds(in) {
			one := false
			for _, r := range need.resources {
				allowed, _ := decide([]template.Policy{{Statements: []template.Statement{c.role}}}, question{action: need.action, resource: r, context: need.context})
				one = one || allowed
			}
			got = got && one
		}
		if got != c.want {
			t.Errorf("%s: allowed %t, want %t", name, got, c.want)
		}
	}
}
