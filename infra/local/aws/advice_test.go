package aws

import (
	"strings"
	"testing"
)

func TestDeniedActionIsToldWhichParameterGivesTheRight(t *testing.T) {
	const table = "arn:aws:dynamodb:us-east-1:000000000000:table/local-"
	for _, c := range []struct{ action, resource, want string }{
		{"dynamodb:PutItem", table + "churn", "the parameter Tables with the ARN of this table (Reads if another action writes it, RawTables"},
		{"dynamodb:Query", table + "events/index/subject", "the parameter Related: 'on'"},
		{"ses:SendEmail", "arn:aws:ses:us-east-1:000000000000:identity/a@b.example", "the parameter MailFrom"},
		{"sns:Publish", "*", "the parameter Texts: 'on'"},
		{"sns:Publish", "arn:aws:sns:us-east-1:000000000000:local-notices", "the parameter Topic"},
		{"secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:000000000000:secret:local/slack-abc", "the parameter Secret"},
		{"dynamodb:PutItem", table + "events", ""},
		{"dynamodb:Scan", table + "churn/index/x", ""},
		{"sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:local-x", ""},
	} {
		d := &Denied{Caller: "notify-churn", Action: c.action, Resource: c.resource, Because: "no", Advice: advice("NotifyChurnDelivery", c.action, c.resource)}
		if got := d.Error(); !strings.Contains(got, c.want) || strings.Contains(got, "give NotifyChurnDelivery in template.yaml") != (c.want != "") {
			t.Errorf("%s on %s: %s", c.action, c.resource, got)
		}
		if advice("", c.action, c.resource) != "" {
			t.Errorf("%s: the pipeline's own functions have no such parameters", c.action)
		}
	}
}
