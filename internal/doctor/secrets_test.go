package doctor

import (
	"strings"
	"testing"
)

func TestSecretsAreReadAsTheFunctionsReadThem(t *testing.T) {
	put := func(name, value string) func(*cloud) { return func(c *cloud) { c.secrets[name] = value } }
	fail := func(name string, err error) func(*cloud) {
		return func(c *cloud) { c.errs["GetSecretValue "+name] = err }
	}
	const webhook, stripe, slack = "shop/webhooks/default", "shop/stripe", "shop/slack"
	expectFindings(t, []broken{
		{"absent", func(c *cloud) { delete(c.secrets, webhook) }, "secret webhooks/default", Failed, "does not exist", "aws secretsmanager create-secret --name shop/webhooks/default --secret-string whsec_"},
		{"of a further endpoint", func(c *cloud) { c.set("Endpoints", "default=live,connect=live+connect") }, "secret webhooks/connect", Failed, "does not exist", "create-secret --name shop/webhooks/connect"},
		{"of the partner bus", func(c *cloud) { c.set("Endpoints", "default=live,eventbridge=live") }, "secret webhooks/eventbridge", Failed, "does not exist", "create-secret"},
		{"row of the partner bus", func(c *cloud) { c.set("StripeEventSource", "aws.partner/stripe.com/ed_1") }, "endpoint eventbridge", Failed, "is not in the parameter Endpoints", "StripeEventSource=aws.partner/stripe.com/ed_1 Endpoints=default=live,eventbridge=live"},
		{"never set", fail(webhook, failed("ResourceNotFoundException", "can't find the specified secret value for staging label: AWSCURRENT")), "secret webhooks/default", Failed, "has no value", "put-secret-value --secret-id shop/webhooks/default --secret-string whsec_"},
		{"empty", put(webhook, " \n"), "secret webhooks/default", Failed, "has no value", "put-secret-value"},
		{"an API key", put(webhook, "sk_live_hidden"), "secret webhooks/default", Failed, "is not one or more whsec_", "put-secret-value"},
		{"one of two wrong", put(webhook, "whsec_a,hidden"), "secret webhooks/default", Failed, "is not one or more whsec_", "put-secret-value"},
		{"one", put(webhook, "whsec_hidden"), "secret webhooks/default", OK, "has 1 signing secret", ""},
		{"deleted", fail(webhook, failed("InvalidRequestException", "it was marked for deletion")), "secret webhooks/default", Failed, "marked for deletion", "restore-secret --secret-id shop/webhooks/default"},
		{"denied", fail(webhook, denied("Secrets Manager", "GetSecretValue")), "secret webhooks/default", Unknown, "secretsmanager:GetSecretValue", "allow"},
		{"without its key", fail(webhook, failed("AccessDeniedException", "Access to KMS is not allowed")), "secret webhooks/default", Unknown, "kms:Decrypt", "allow"},
		{"unreadable endpoints", func(c *cloud) { c.set("Endpoints", "default") }, "secrets", Failed, "Endpoints cannot be read", "Endpoints=default=live"},
		{"no API key", func(c *cloud) { delete(c.secrets, stripe) }, "secret stripe", OK, "not set", ""},
		{"an empty API key", put(stripe, " "), "secret stripe", OK, "not set", ""},
		{"two empty API keys", put(stripe, `{"live":"","test":""}`), "secret stripe", Warning, "empty key", "put-secret-value --secret-id shop/stripe --secret-string rk_live_"},
		{"both modes", put(stripe, `{"live":"rk_live_hidden","test":"rk_test_hidden"}`), "secret stripe", OK, "live and test mode", ""},
		{"test mode", put(stripe, "sk_test_hidden"), "secret stripe", OK, "test mode", ""},
		{"unrestricted", put(stripe, "sk_live_hidden"), "secret stripe", Warning, "sk_live_ key", "put-secret-value --secret-id shop/stripe --secret-string rk_live_"},
		{"unrestricted of two", put(stripe, `{"live":"sk_live_hidden"}`), "secret stripe", Warning, "sk_live_ key", "put-secret-value"},
		{"not a key", put(stripe, "pk_live_hidden"), "secret stripe", Failed, "is neither a key", "put-secret-value"},
		{"no Slack", func(c *cloud) { delete(c.secrets, slack) }, "secret slack", OK, "not set", ""},
		{"plain HTTP", put(slack, "http://hidden.example"), "secret slack", Failed, "is not an https://", "put-secret-value --secret-id shop/slack --secret-string https://"},
		{"not an address", put(slack, "hidden"), "secret slack", Failed, "is not an https://", "put-secret-value"},
	})
}

func TestFindingsNeverContainASecret(t *testing.T) {
	for _, value := range []string{"hidden", "sk_live_hidden", "whsec_hidden", `{"live":"hidden"}`, "http://hidden", "https://hidden.example/x", "%hidden"} {
		c := healthy()
		for name := range c.secrets {
			c.secrets[name] = value
		}
		for _, f := range c.findings(t) {
			if strings.Contains(f.Found+f.Do, "hidden") {
				t.Errorf("%+v", f)
			}
		}
	}
}

func TestPartnerBusNeedsNoSecret(t *testing.T) {
	c := healthy()
	c.set("StripeEventSource", "aws.partner/stripe.com/ed_1")
	c.set("Endpoints", "default=live,eventbridge=live")
	c.mapping("arn:aws:sqs:eu-west-1:1:shop-ingest-eventbridge", "Enabled")
	for _, f := range c.findings(t) {
		if f.Result != OK {
			t.Errorf("%+v", f)
		}
	}
}
