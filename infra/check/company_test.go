package check

import (
	"os"
	"strings"
	"testing"
)

// given is the repository's stack with some parameters set.
func given(t *testing.T, values map[string]string) *stack {
	t.Helper()
	root, err := load(os.DirFS(repository), "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	root.give(values)
	return root
}

// all names the resources of a type that are there with the parameters as they stand.
func (s *stack) present(kind string) (ids []string) {
	for p := range s.each(kind) {
		if !p.conditional() {
			ids = append(ids, p.id)
		}
	}
	return ids
}

func TestDefaultsDemandNothing(t *testing.T) {
	root := given(t, nil)
	for r := range root.each(role) {
		if b := r.in.text(r.props()["PermissionsBoundary"]); b != "" {
			t.Errorf("%s is bounded by %q without a boundary", r, b)
		}
	}
	for kind, path := range keyed {
		for p := range root.each(kind) {
			if is := p.in.text(at(p.in.chosen(p.props()[path[0]]), path[1:]...)); is != "" && is != "alias/aws/sns" {
				t.Errorf("%s has the key %q without a key", p, is)
			}
		}
	}
	for l := range root.each(logGroup) {
		if days := l.in.text(l.props()["RetentionInDays"]); days != "30" {
			t.Errorf("%s is kept for %q days", l, days)
		}
	}
	for _, kind := range []string{"AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::ApiMapping"} {
		if ids := root.present(kind); len(ids) > 0 {
			t.Errorf("%v without a domain", ids)
		}
	}
}

func TestDomainReplacesTheURLOfAPIGateway(t *testing.T) {
	const url = "https://hooks.example.com/webhooks/default"
	for _, c := range []struct{ domain, execute, hidden, url string }{
		{"", "on", "false", "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/webhooks/default"},
		{"", "off", "false", "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/webhooks/default"}, // no other URL is left
		{"hooks.example.com", "on", "false", url},
		{"hooks.example.com", "off", "true", url},
	} {
		root := given(t, map[string]string{"Domain": c.domain, "ExecuteApi": c.execute})
		if got := root.text(root.props("Api")["DisableExecuteApiEndpoint"]); got != c.hidden {
			t.Errorf("with Domain=%s ExecuteApi=%s API Gateway's URL is closed: %s", c.domain, c.execute, got)
		}
		if got := root.text(at(root.outputs["WebhookUrl"], "Value")); got != c.url {
			t.Errorf("with Domain=%s WebhookUrl is %s, want %s", c.domain, got, c.url)
		}
		if made := len(root.present("AWS::ApiGatewayV2::DomainName")); (made == 1) != (c.domain != "") {
			t.Errorf("with Domain=%q there are %d domain names", c.domain, made)
		}
	}
}

func TestTopicOfTheCompanyGetsEveryAlarmAndNoOtherIsCreated(t *testing.T) {
	root := given(t, map[string]string{"AlarmTopicArn": demands["AlarmTopicArn"], "AlarmEmail": "ops@example.com"})
	for _, id := range root.present(topic) {
		if id == "AlarmTopic" {
			t.Error("the stack creates its own topic")
		}
	}
	for _, id := range root.present("AWS::SNS::Subscription") {
		if id == "AlarmSubscription" {
			t.Error("the stack subscribes to a topic that it does not create")
		}
	}
	for a := range root.each(alarm) {
		for _, action := range list(a.props()["AlarmActions"]) {
			if to := a.in.text(action); to != demands["AlarmTopicArn"] {
				t.Errorf("%s goes to %s", a, to)
			}
		}
	}
}

func TestEveryARNIsOfThePartition(t *testing.T) {
	for partition, suffix := range map[string]string{"aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"} {
		root := given(t, map[string]string{"AWS::Partition": partition, "AWS::URLSuffix": suffix, "StripeEventSource": "aws.partner/stripe.com/ed_1"})
		read := 0
		for s := range root.all() {
			for _, section := range []map[string]any{s.resources, s.outputs} {
				for _, id := range sorted(section) {
					for _, text := range s.texts(section[id]) {
						read += strings.Count(text, "arn:"+partition+":")
						if strings.Contains(strings.ReplaceAll(text, "arn:"+partition+":", ""), "arn:") {
							t.Errorf("%s: %s: %q is not of the partition %s", s.file, id, text, partition)
						}
						if strings.Contains(text, ".amazonaws.com") && !servicePrincipal(text) && !strings.Contains(text, suffix) {
							t.Errorf("%s: %s: %q is no address of %s", s.file, id, text, partition)
						}
					}
				}
			}
		}
		if read < 50 {
			t.Errorf("only %d ARNs of %s: the test does not see the templates", read, partition)
		}
	}
}

// servicePrincipal: the names of services in policies are alike everywhere.
func servicePrincipal(text string) bool {
	name, ok := strings.CutSuffix(text, ".amazonaws.com")
	return ok && !strings.ContainsAny(name, "./:")
}
