package check

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// keyPolicy are the statements of infra/key.yaml, by Sid.
func keyPolicy(t *testing.T) (*stack, map[string]map[string]any) {
	t.Helper()
	s, err := loadNested(os.DirFS(repository), "infra/key.yaml", &stack{})
	if err != nil {
		t.Fatal(err)
	}
	s.data = &stack{}
	s.give(map[string]string{"Stack": "${AWS::StackName}", "StripeEventSource": "aws.partner/stripe.com/ed_1"})
	statements := map[string]map[string]any{}
	for _, st := range list(at(s.props("Key"), "KeyPolicy", "Statement")) {
		statements[text(at(st, "Sid"))] = object(st)
	}
	return s, statements
}

func TestKeyPolicyLetsNobodyInDirectly(t *testing.T) {
	s, statements := keyPolicy(t)
	for sid, st := range statements {
		actions := s.spread(st["Action"])
		for _, a := range actions {
			if strings.Contains(a, "*") {
				t.Errorf("%s: %s is a wildcard", sid, a)
			}
		}
		uses := slices.ContainsFunc(actions, func(a string) bool {
			return slices.Contains([]string{"kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant"}, a)
		})
		if uses && object(st["Condition"]) == nil {
			t.Errorf("%s uses the key without a condition", sid)
		}
		if sid == "Administration" && uses {
			t.Error("who administers the key can decrypt by it")
		}
	}
}

func TestKeyPolicyServesWhatTheTemplatesEncrypt(t *testing.T) {
	s, statements := keyPolicy(t)
	root := given(t, map[string]string{"KeyArn": demands["KeyArn"], "StripeEventSource": "aws.partner/stripe.com/ed_1"})
	allowed := func(sid, operator, key string) []string {
		return s.spread(at(statements[sid], "Condition", operator, key))
	}

	through := allowed("RolesThroughServices", "StringEquals", "kms:ViaService")
	for g := range grants(root) {
		for _, service := range g.by.in.spread(at(g.statement, "Condition", "StringEquals", "kms:ViaService")) {
			if service != "" && !slices.Contains(through, service) {
				t.Errorf("%s uses the key through %s, which the key's policy does not know", g.by, service)
			}
		}
	}
	matches := func(p place, sid string, patterns []string, arn string) {
		if !slices.ContainsFunc(patterns, func(pattern string) bool {
			ok, err := path.Match(strings.ReplaceAll(pattern, "/*", "/?*"), arn)
			return err == nil && ok
		}) {
			t.Errorf("%s, %s, is in no condition of %s: %q", p, arn, sid, patterns)
		}
	}
	logs := allowed("Logs", "ArnLike", "kms:EncryptionContext:aws:logs:arn")
	for l := range root.each(logGroup) {
		matches(l, "Logs", logs, "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"+l.in.text(l.props()["LogGroupName"]))
	}
	queues := allowed("RulesIntoQueues", "ArnLike", "kms:EncryptionContext:aws:sqs:arn")
	for q := range root.each(queue) {
		matches(q, "RulesIntoQueues", queues, "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"+q.in.text(q.props()["QueueName"]))
	}
	buses := allowed("Bus", "StringEquals", "kms:EncryptionContext:aws:events:event-bus:arn")
	for b := range root.each(bus) {
		if arn := "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/" + b.in.text(b.props()["Name"]); !slices.Contains(buses, arn) {
			t.Errorf("%s, %s, is not in the condition of Bus: %q", b, arn, buses)
		}
	}
	if topics := allowed("Alarms", "StringEquals", "kms:EncryptionContext:aws:sns:topicArn"); !strings.HasSuffix(topics[0], ":"+root.text(root.props("AlarmTopic")["TopicName"])) {
		t.Errorf("alarms may use the key for %q, the topic is %q", topics, root.text(root.props("AlarmTopic")["TopicName"]))
	}
}
